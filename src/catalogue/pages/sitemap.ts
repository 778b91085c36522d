import type { Context, Hono } from 'hono';
import { ATTACK_PATTERNS } from '#risk';
import type { CatalogueIndex, ServerEntry } from '#store';
import { attackPath } from './attack-list.ts';
import { markup } from './markup.ts';
import type { SiteParts } from './page.ts';
import { CATEGORIES_BY_DANGER, LEVELS_BY_DANGER } from './phrases.ts';
import { answer, STRICT_HEADERS } from './routes.ts';
import { serverPath, toolPath } from './tool-list.ts';

/** Addresses in one file. */
const MOST_ADDRESSES = 10_000;
/** Servers asked for at once. */
const SERVERS_AT_ONCE = 100;
const CACHE = 'public, max-age=3600';
const XML = 'application/xml; charset=utf-8';
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** Where a file of servers and tools begins: a page of the list of servers, and the addresses of it that came before. */
interface Beginning {
  readonly cursor: string | undefined;
  readonly skip: number;
}

/** Where each file begins. The servers are gone through once, their tools only counted. */
async function beginningsOf(index: CatalogueIndex, most: number): Promise<readonly Beginning[]> {
  const beginnings: Beginning[] = [];
  let room = 0;
  for await (const { cursor, items } of pagesOf(index, undefined)) {
    let passed = 0;
    const addresses = items.reduce((sum, { toolCount }) => sum + 1 + toolCount, 0);
    while (addresses - passed > room) {
      passed += room;
      beginnings.push({ cursor, skip: passed });
      room = most;
    }
    room -= addresses - passed;
  }
  return beginnings;
}

async function* pagesOf(
  index: CatalogueIndex,
  from: string | undefined,
): AsyncGenerator<{ readonly cursor: string | undefined; readonly items: readonly ServerEntry[] }> {
  let cursor = from;
  do {
    const page = await index.listServers({
      order: 'slug',
      limit: SERVERS_AT_ONCE,
      ...(cursor !== undefined && { cursor }),
    });
    yield { cursor, items: page.items };
    cursor = page.next;
    // other requests have their turn
    await new Promise(setImmediate);
  } while (cursor !== undefined);
}

/** The addresses of one file with the day of their reading, each server before its tools. */
async function* addressesFrom(
  index: CatalogueIndex,
  { cursor, skip }: Beginning,
  most: number,
): AsyncGenerator<{ readonly path: string; readonly day: string }> {
  let toSkip = skip;
  let left = most;
  for await (const { items } of pagesOf(index, cursor))
    for (const { facts, toolCount } of items) {
      if (left <= 0) return;
      if (toSkip >= toolCount + 1) {
        toSkip -= toolCount + 1;
        continue;
      }
      const tools = await index.toolsOf(facts.slug);
      const paths = [serverPath(facts.slug), ...tools.map(toolPath)].slice(toSkip, toSkip + left);
      toSkip = 0;
      left -= paths.length;
      for (const path of paths) yield { path, day: facts.scannedAt.slice(0, 10) };
    }
}

/** Pages that are there whatever the index holds. */
function fixedPaths(): readonly string[] {
  return [
    '/',
    '/search',
    '/risk',
    ...LEVELS_BY_DANGER.map((level) => `/risk/${level}`),
    ...CATEGORIES_BY_DANGER.map((category) => `/category/${category}`),
    '/attacks',
    ...ATTACK_PATTERNS.map(attackPath),
    '/check',
    '/contact',
  ];
}

/** Registers `/sitemap.xml`, the files that it names, and `/robots.txt`. */
export function registerSitemap(app: Hono, parts: SiteParts, most = MOST_ADDRESSES): void {
  const { origin } = parts;
  // found once for an index, and forgotten with it
  const known = new WeakMap<CatalogueIndex, Promise<readonly Beginning[]>>();
  const beginnings = (index: CatalogueIndex): Promise<readonly Beginning[]> => {
    const found = known.get(index) ?? beginningsOf(index, most);
    known.set(index, found);
    found.catch(() => known.delete(index));
    return found;
  };

  app.get('/robots.txt', (c) =>
    answer(c, robots(origin), { status: 200, type: 'text/plain; charset=utf-8', cache: CACHE }),
  );
  app.get('/sitemap.xml', async (c) => {
    const index = parts.index();
    if (index === undefined) return notReady(c);
    const files = ['pages', ...(await beginnings(index)).map((_, place) => String(place + 1))];
    const body = markup`<sitemapindex xmlns="${NAMESPACE}">
${files.map((file) => markup`<sitemap><loc>${origin}/sitemaps/${file}.xml</loc></sitemap>\n`)}</sitemapindex>\n`;
    return answer(c, `${HEAD}${body.toString()}`, { status: 200, type: XML, cache: CACHE });
  });
  app.get('/sitemaps/pages.xml', (c) => {
    const body = markup`<urlset xmlns="${NAMESPACE}">
${fixedPaths().map((path) => markup`<url><loc>${origin}${path}</loc></url>\n`)}</urlset>\n`;
    return answer(c, `${HEAD}${body.toString()}`, { status: 200, type: XML, cache: CACHE });
  });
  app.get('/sitemaps/:file{[1-9][0-9]{0,4}\\.xml}', async (c, next) => {
    const index = parts.index();
    if (index === undefined) return notReady(c);
    const beginning = (await beginnings(index))[Number.parseInt(c.req.param('file'), 10) - 1];
    if (beginning === undefined) return next();
    const text = sitemapText(addressesFrom(index, beginning, most), origin);
    return new Response(ReadableStream.from(text).pipeThrough(new TextEncoderStream()), {
      headers: { ...STRICT_HEADERS, 'content-type': XML, 'cache-control': CACHE },
    });
  });
}

async function* sitemapText(
  addresses: AsyncIterable<{ readonly path: string; readonly day: string }>,
  origin: string,
): AsyncGenerator<string> {
  yield `${HEAD}<urlset xmlns="${NAMESPACE}">\n`;
  let lines = '';
  for await (const { path, day } of addresses) {
    lines += markup`<url><loc>${origin}${path}</loc><lastmod>${day}</lastmod></url>\n`.toString();
    if (lines.length < 16_384) continue;
    yield lines;
    lines = '';
  }
  yield `${lines}</urlset>\n`;
}

/** Everything may be read but what is a search, a pasted block or a part of the dashboard. */
function robots(origin: string): string {
  return `User-agent: *
Disallow: /app/
Disallow: /api/
Disallow: /mcp/
Disallow: /search/suggest

Sitemap: ${origin}/sitemap.xml
`;
}

function notReady(c: Context): Response {
  return c.text('The index of the catalogue is being built.', 503, {
    ...STRICT_HEADERS,
    'retry-after': '60',
  });
}
