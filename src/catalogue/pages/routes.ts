import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { framed } from './layout.ts';
import { notReadyPage } from './not-there.ts';
import type { PageContent, SiteParts } from './page.ts';
import type { CatalogueIndex } from '#store';

/** Answers with a page in its frame, or with its Markdown where the path asked for ends with `.md`. */
export type Show = (c: Context, page: PageContent) => Promise<Response>;

/** Makes a page from a request, or sends it elsewhere. */
export type PageHandler = (c: Context) => PageContent | Response | Promise<PageContent | Response>;

/** Set on the request that stands for one of a Markdown twin. */
const TWIN = Symbol('Markdown twin');

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer of the site: nothing from elsewhere runs, loads or frames it. */
export const STRICT_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** How long a page may be shown without asking again. */
const PAGE_CACHE = 'public, max-age=300, stale-while-revalidate=86400';

/** Registers a page at a path, and its Markdown twin at the same path with `.md` (`/index.md` for `/`). */
export function pageRoute(app: Hono, show: Show, path: string, handler: PageHandler): void {
  const twinPath = path === '/' ? '/index.md' : path.replace(/:(\w+)$/, ':$1{[^/]+\\.md}');
  app.get(twinPath === path ? `${path}.md` : twinPath, (c) => {
    const url = new URL(c.req.url);
    url.pathname = path === '/' ? '/' : url.pathname.replace(/\.md$/, '');
    return app.fetch(new Request(url, { headers: c.req.raw.headers }), { [TWIN]: true });
  });
  app.get(path, async (c) => {
    const page = await handler(c);
    return page instanceof Response ? page : show(c, page);
  });
}

/** Runs with the index, or gives the page that says that it is being built. */
export async function withIndex<T extends PageContent | Response>(
  parts: SiteParts,
  path: string,
  make: (index: CatalogueIndex) => T | Promise<T>,
): Promise<T | PageContent> {
  const index = parts.index();
  return index === undefined ? notReadyPage(path) : make(index);
}

/** The one place that turns a page into an answer. */
export function createShow(parts: SiteParts): Show {
  return async (c, page) => {
    const isTwin = (c.env as { readonly [TWIN]?: true } | undefined)?.[TWIN] === true;
    const totals = isTwin ? undefined : await parts.index()?.totals();
    const body = isTwin
      ? twinOf(page, parts.origin)
      : framed(page, { origin: parts.origin, ...(totals && { totals }) });
    const status = page.status ?? 200;
    return answer(c, body, {
      status,
      type: isTwin ? 'text/markdown; charset=utf-8' : 'text/html; charset=utf-8',
      cache: status === 200 && page.isPrivate !== true ? PAGE_CACHE : 'no-cache',
    });
  };
}

function twinOf({ title, path, markdown }: PageContent, origin: string): string {
  return `${markdown.trimEnd()}\n\n---\n${title.replaceAll(/[\\`*_[\]<>]/g, String.raw`\$&`)}: ${origin}${path}\n`;
}

/** A body with its ETag; 304 without it where the client has it already. */
export function answer(
  c: Context,
  body: string,
  { status, type, cache }: { readonly status: number; readonly type: string; readonly cache: string },
): Response {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const headers = {
    ...STRICT_HEADERS,
    'content-type': type,
    'cache-control': cache,
    etag,
    ...(status === 503 && { 'retry-after': '5' }),
  };
  if (status === 200 && hasTag(c.req.header('if-none-match'), etag))
    return new Response(null, { status: 304, headers });
  return new Response(body, { status, headers });
}

function hasTag(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}
