import type { Context } from 'hono';

/**
 * Whether a form was sent from a page of this site, as far as a browser tells: `Sec-Fetch-Site` where it is there, else `Origin`.
 * A request with neither is not a browser's, and carries nobody's cookies.
 */
export function isFromThisSite(c: Context, origin: string): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const from = c.req.header('origin');
  return from === undefined || from === origin || hostOf(from) === (c.req.header('host') ?? '');
}

/**
 * The address of whoever sent a request: of the connection, or, where that comes from this machine, what the proxy on it wrote
 * last into `X-Forwarded-For`.
 */
export function clientOf(c: Context): string {
  const peer = peerOf(c);
  if (!/^(?:127\.|::1$|::ffff:127\.)/.test(peer)) return peer;
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
  return forwarded === undefined || forwarded === '' ? peer : forwarded.slice(0, 60);
}

function peerOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  };
  return incoming?.socket?.remoteAddress ?? '';
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined; // "null", and anything else that is no address
  }
}
