import { Hono } from 'hono';
import type { CatalogueIndex, ToolEntry } from '#store';
import { slugOf } from '../records/slug.ts';
import { createRegistryApi } from '../registry/registry-api.ts';
import { registerAttacks } from './attack-pages.ts';
import { ASSETS } from './assets.ts';
import { registerCategories } from './category-page.ts';
import { registerCheck } from './check-page.ts';
import { registerContact } from './contact-page.ts';
import { homePage } from './home-page.ts';
import { registerLlms } from './llms.ts';
import { nearestTools } from './nearest-tools.ts';
import { noSuchServerPage, noSuchToolPage, notFoundPage } from './not-there.ts';
import type { PageContent, SiteParts } from './page.ts';
import { registerPictures, withPictures } from './pictures/open-graph-image.ts';
import { registerRisk } from './risk-pages.ts';
import { createShow, pageRoute, STRICT_HEADERS, withIndex, type Show } from './routes.ts';
import { registerSearch } from './search-page.ts';
import { serverPage } from './server-page.ts';
import { unansweredPage } from './server-reading.ts';
import { registerSitemap } from './sitemap.ts';
import { startPage } from './start-page.ts';
import { serverPath } from './tool-list.ts';
import { toolPage } from './tool-page.ts';

/** How much of what is related a page shows. */
const SHOWN = { related: 6, similar: 6, nearest: 6, changes: 30, dangerous: 10 } as const;
/** The tool that the home page shows with its rule, where the index has it. */
const EXAMPLE = 'fluentcrm_pause_campaign';
/** An asset under its hashed name never changes. */
const ASSET_CACHE = 'public, max-age=31536000, immutable';

/** All pages of the public site. Every answer is a function of the index and the request; nothing of it is kept. */
export function createSite(parts: SiteParts): Hono {
  const app = new Hono();
  const show = withPictures(createShow(parts));
  registerAssets(app);
  registerPictures(app);
  pageRoute(app, show, '/', () => withIndex(parts, '/', (index) => home(index, parts)));
  registerToolPages(app, show, parts);
  registerStartPages(app, show, parts);
  registerRisk(app, show, parts);
  registerCategories(app, show, parts);
  registerAttacks(app, show, parts);
  registerSearch(app, show, parts);
  registerCheck(app, show, parts);
  registerContact(app, show, parts);
  registerSitemap(app, parts);
  registerLlms(app, parts);
  app.route('/', createRegistryApi(parts));
  app.notFound((c) => show(c, notFoundPage(c.req.path)));
  app.onError((error, c) => {
    parts.onFault?.(error);
    return c.text('This page failed; the operator finds the reason in the log.\n', 500, STRICT_HEADERS);
  });
  return app;
}

function registerAssets(app: Hono): void {
  app.get('/assets/:file', (c, next) => {
    const asset = ASSETS.get(c.req.path);
    if (asset === undefined) return next();
    return c.body(asset.body, 200, {
      ...STRICT_HEADERS,
      'content-type': asset.type,
      'cache-control': ASSET_CACHE,
    });
  });
}

async function home(index: CatalogueIndex, { origin }: SiteParts): Promise<PageContent> {
  const [totals, dangerous] = await Promise.all([
    index.totals(),
    index.listServers({ order: 'danger', limit: SHOWN.dangerous }),
  ]);
  const [entry] = await index.toolsNamed(EXAMPLE, 1);
  const owner = entry && (await index.server(entry.server.slug));
  const example = entry && owner && { entry, toolCount: owner.toolCount };
  return homePage({ totals, dangerous: dangerous.items, origin, ...(example && { example }) });
}

function registerToolPages(app: Hono, show: Show, parts: SiteParts): void {
  pageRoute(app, show, '/tools/:server', (c) => {
    const slug = c.req.param('server') ?? '';
    return withIndex(parts, serverPath(slug), (index) => serverBySlug(index, slug, parts));
  });
  pageRoute(app, show, '/tools/:server/:tool', (c) => {
    const { server = '', tool = '' } = c.req.param();
    return withIndex(parts, `${serverPath(server)}/${tool}`, (index) =>
      toolBySlug(index, server, tool, parts),
    );
  });
}

async function serverBySlug(
  index: CatalogueIndex,
  slug: string,
  { origin }: SiteParts,
): Promise<PageContent | Response> {
  const server = await index.server(slug);
  if (server === undefined) return withoutServer(index, slug);
  const [tools, similar, changes, totals] = await Promise.all([
    index.toolsOf(slug),
    index.similarServers(slug, SHOWN.similar),
    index.changes({ server: slug, limit: SHOWN.changes }),
    index.totals(),
  ]);
  return serverPage({ server, tools, similar, changes, totals, origin });
}

/** For a name that is no slug: the server it belongs to, the reading that failed, or names like it. */
async function withoutServer(index: CatalogueIndex, name: string): Promise<PageContent | Response> {
  const known = (await index.serverNamed(name)) ?? (await index.server(slugOf(name)));
  if (known !== undefined) return movedTo(serverPath(known.facts.slug));
  const unanswered = await index.unansweredNamed(name);
  if (unanswered !== undefined) return unansweredPage(unanswered, serverPath(name));
  return noSuchServerPage(name, await index.nearestServers(name, SHOWN.nearest));
}

async function toolBySlug(
  index: CatalogueIndex,
  serverSlug: string,
  toolSlug: string,
  { definitions, origin }: SiteParts,
): Promise<PageContent | Response> {
  const server = await index.server(serverSlug);
  if (server === undefined) return withoutServer(index, serverSlug);
  const entry = await index.tool(serverSlug, toolSlug);
  if (entry === undefined)
    return withoutTool(await index.toolsOf(serverSlug), toolSlug, (near) =>
      noSuchToolPage(server, toolSlug, near),
    );
  const [siblings, related, known] = await Promise.all([
    siblingsOf(index, entry),
    index.relatedTools(serverSlug, toolSlug, SHOWN.related),
    definitions.definitionsOf(serverSlug),
  ]);
  return toolPage({ entry, server, siblings, related, definition: known?.get(entry.tool.name), origin });
}

/** Some other tools of its server: the one that undoes it first, then the most dangerous ones. */
async function siblingsOf(
  index: CatalogueIndex,
  { server: { slug }, tool }: ToolEntry,
): Promise<readonly ToolEntry[]> {
  const undoing =
    tool.reversibleBy === undefined ? undefined : await index.tool(slug, slugOf(tool.reversibleBy));
  const { tools } = await index.search({ text: '', server: slug, limit: SHOWN.related + 2 });
  const others = undoing === undefined ? tools.items : [undoing, ...tools.items];
  const once = new Map(others.map((other) => [other.tool.slug, other]));
  once.delete(tool.slug);
  return [...once.values()].slice(0, SHOWN.related);
}

function withoutTool(
  tools: readonly ToolEntry[],
  slug: string,
  otherwise: (nearest: readonly ToolEntry[]) => PageContent,
): PageContent | Response {
  const own = slugOf(slug);
  const meant = tools.find(({ tool }) => tool.name === slug || tool.slug === own);
  if (meant !== undefined) return movedTo(`${serverPath(meant.server.slug)}/${meant.tool.slug}`);
  return otherwise(nearestTools(tools, own, SHOWN.nearest));
}

function movedTo(path: string): Response {
  return new Response(null, { status: 301, headers: { ...STRICT_HEADERS, location: path } });
}

function registerStartPages(app: Hono, show: Show, parts: SiteParts): void {
  const start = async (
    index: CatalogueIndex,
    slug: string,
    toolSlug?: string,
  ): Promise<PageContent | Response> => {
    const server = await index.server(slug);
    if (server === undefined) return withoutServer(index, slug);
    if (toolSlug === undefined) return startPage({ server, tools: await index.toolsOf(slug) });
    const entry = await index.tool(slug, toolSlug);
    if (entry !== undefined) return startPage({ server, entry });
    return withoutTool(await index.toolsOf(slug), toolSlug, (near) => noSuchToolPage(server, toolSlug, near));
  };
  pageRoute(app, show, '/app/start/:server', (c) =>
    withIndex(parts, c.req.path, (index) => start(index, c.req.param('server') ?? '')),
  );
  pageRoute(app, show, '/app/start/:server/:tool', (c) =>
    withIndex(parts, c.req.path, (index) => start(index, c.req.param('server') ?? '', c.req.param('tool'))),
  );
}
