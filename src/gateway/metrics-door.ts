import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAllowedHost, LOOPBACK_HOSTS } from '#mcp';
import type { MetricsPage } from '#platform';

/** The metrics page and who may read it: programs on this machine, or everybody who reaches the port. */
export interface MetricsAccess {
  readonly page: MetricsPage;
  readonly audience: 'loopback' | 'any';
}

const READ_MS = 5_000;
const LOCAL_HOSTS = new Set(LOOPBACK_HOSTS);
/** A request that a proxy on this machine passes on comes from loopback too, but not from this machine. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/**
 * `GET /metrics`. No grant is needed or looked at. For an audience on loopback both ends must be there: the peer's address
 * and the name it called us by.
 */
export async function serveMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  { page, audience }: MetricsAccess,
  hosts: ReadonlySet<string>,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, { allow: 'GET' });
  const { host } = request.headers;
  const isLocal = audience === 'any' || isFromHere(request);
  if (!isLocal || !isAllowedHost(host, audience === 'any' ? hosts : LOCAL_HOSTS)) return end(response, 403);
  const text = await within(READ_MS, page.read());
  if (text === undefined) return end(response, 503);
  response.writeHead(200, {
    'content-type': page.contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const isLoopback = address === '::1' || address.startsWith('127.');
  return isLoopback && PASSED_ON.every((name) => headers[name] === undefined);
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-length': 0, ...headers }).end();
}

/** What the work gives, or undefined when it takes too long or fails. */
async function within(ms: number, work: Promise<string>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
