import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { STRICT_HEADERS, type Show } from '../routes.ts';
import { drawPagePicture, type PagePicture } from './page-picture.ts';

/** Set on the request for a page that stands for one of its picture. */
const PICTURE = Symbol('picture');

const PREFIX = '/pictures';
const ENDING = '.png';
const KEPT = 200;
const CACHE = 'public, max-age=86400';

/**
 * Answers `/pictures<path of a page>.png` (`/pictures/index.png` for `/`) with the picture of that page: 1200 × 630, PNG.
 * Paths that are no page, and pages that have no picture, give 404.
 */
export function registerPictures(app: Hono): void {
  app.get(`${PREFIX}/*`, async (c) => {
    const url = new URL(c.req.url);
    const path = pageOf(url.pathname);
    if (path === undefined) return none();
    url.pathname = path;
    url.search = '';
    const found = await app.fetch(new Request(url, { headers: c.req.raw.headers }), { [PICTURE]: true });
    // whatever else stands at such a path is not a picture of a page
    return found.headers.get('content-type') === 'image/png' ? found : none();
  });
}

/** Lets pages answer with their pictures too; some of the last ones are kept. */
export function withPictures(show: Show): Show {
  const kept = new Map<string, Buffer>();
  return async (c, page) => {
    if (!isForPicture(c)) return show(c, page);
    if (page.picture === undefined || (page.status ?? 200) !== 200) return none();
    return pictureAnswer(c, drawnOnce(kept, page.picture));
  };
}

function pageOf(pathname: string): string | undefined {
  if (!pathname.endsWith(ENDING)) return undefined;
  const path = pathname.slice(PREFIX.length, -ENDING.length);
  if (path === '' || path === PREFIX || path.startsWith(`${PREFIX}/`)) return undefined;
  return path === '/index' ? '/' : path;
}

function isForPicture(c: Context): boolean {
  return (c.env as { readonly [PICTURE]?: true } | undefined)?.[PICTURE] === true;
}

function drawnOnce(kept: Map<string, Buffer>, picture: PagePicture): Buffer {
  const key = JSON.stringify([picture.title, picture.subtitle, picture.level]);
  const known = kept.get(key);
  // put behind the others again: what was asked for last goes last
  if (known !== undefined) kept.delete(key);
  const drawn = known ?? drawPagePicture(picture);
  kept.set(key, drawn);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
  return drawn;
}

function pictureAnswer(c: Context, png: Buffer): Response {
  const etag = `"${createHash('sha256').update(png).digest('base64url').slice(0, 27)}"`;
  const headers = { ...STRICT_HEADERS, 'content-type': 'image/png', 'cache-control': CACHE, etag };
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
  return new Response(new Uint8Array(png), { headers });
}

function none(): Response {
  return new Response(null, { status: 404, headers: STRICT_HEADERS });
}
