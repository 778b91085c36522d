/** The dashboard's files under `/app/`: built by `web/`, served as they are. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const FOLDER = fileURLToPath(new URL('../../dist/web', import.meta.url));
const BASE = '/app/';
const PAGE = 'index.html';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Everything comes from here; styles are set by the component library as it runs, scripts never are. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

interface StaticFile {
  readonly bytes: Buffer;
  /** Smaller, for those who take it; absent where it would not be. */
  readonly zipped: Buffer | undefined;
  readonly type: string;
  readonly tag: string;
}

/** Serves the dashboard; undefined where it was not built. Files are read at the first request. */
export function createDashboard(folder: string = FOLDER): RequestListener | undefined {
  if (!existsSync(join(folder, PAGE))) return undefined;
  let files: ReadonlyMap<string, StaticFile> | undefined;
  return (request, response) => {
    files ??= readFiles(folder);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (path === BASE.slice(0, -1)) {
      response.writeHead(308, { location: BASE }).end();
    } else {
      answer(request, response, path.slice(BASE.length), files);
    }
  };
}

/** Whether a path belongs to the dashboard. */
export function isDashboardPath(url: string | undefined): boolean {
  return url !== undefined && /^\/app(?:[/?#]|$)/.test(url);
}

/** Every path that is no file is a page of the dashboard, which knows its own. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  files: ReadonlyMap<string, StaticFile>,
): void {
  const isAsset = name.startsWith('assets/');
  const file = files.get(isAsset ? name : PAGE);
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such file.\n');
    return;
  }
  const headers = {
    'content-type': file.type,
    // names of assets change with their content; the page must be the one that names those of now
    'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.tag,
    vary: 'accept-encoding',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  };
  if (request.headers['if-none-match'] === file.tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const takesZipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const zipped = takesZipped ? file.zipped : undefined;
  const body = zipped ?? file.bytes;
  response.writeHead(200, {
    ...headers,
    'content-length': body.length,
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function readFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
        const type = TYPES[extname(entry.name)] ?? 'application/octet-stream';
        const zipped = gzipSync(bytes);
        const file = { bytes, zipped: zipped.length < bytes.length ? zipped : undefined, type, tag };
        return [relative(folder, path).replaceAll(sep, '/'), file];
      }),
  );
}
