import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToolgateError } from '#platform';

const MAX_URL_CHARS = 16_384;
const PAGE = (text: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Toolgate</title><p>${text}</p>\n`;

/** The loopback address that an authorization server sends the browser back to, as long as a login lasts. */
export interface CallbackListener {
  readonly redirectUri: string;
  /** The first answer that is expected; others are turned away and end nothing. Rejects with `login.timeout`. */
  answer(isExpected: (answer: URLSearchParams) => boolean, timeoutMs: number): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/**
 * Listens on this machine alone. `wanted` is an address to use exactly, `preferred` one to use while its port is free;
 * else any port. Throws `login.cannot_listen` when a wanted address cannot be had.
 */
export async function listenForCallback(
  wanted: string | undefined,
  preferred: string | undefined,
): Promise<CallbackListener> {
  const first = await open(new URL(wanted ?? preferred ?? 'http://127.0.0.1:0/callback'));
  if ('listener' in first) return first.listener;
  if (wanted === undefined && preferred !== undefined) {
    const second = await open(new URL('http://127.0.0.1:0/callback'));
    if ('listener' in second) return second.listener;
  }
  throw new ToolgateError(
    'login.cannot_listen',
    `Cannot listen on ${wanted ?? 'this machine'}: ${first.reason}.`,
    {
      hint: 'End the program that listens there; the address is the "redirectUri" of the server.',
    },
  );
}

async function open(
  address: URL,
): Promise<{ readonly listener: CallbackListener } | { readonly reason: string }> {
  let take: (response: URLSearchParams) => boolean = () => false;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (request.method !== 'GET' || url.length > MAX_URL_CHARS)
      return reply(response, 400, 'Not understood.');
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname !== address.pathname || !take(searchParams))
      return reply(response, 404, 'There is no login waiting here.');
    reply(response, 200, 'You may close this window and go back to the terminal.');
  });
  server.headersTimeout = server.requestTimeout = 10_000;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // a browser that is sent to "localhost" comes to 127.0.0.1 as well
      const host = address.hostname === '[::1]' ? '::1' : '127.0.0.1';
      server.listen(Number(address.port || (address.hostname === 'localhost' ? 80 : 0)), host, resolve);
    });
  } catch (error) {
    return { reason: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
  const { port } = server.address() as AddressInfo;
  const redirectUri = `${address.protocol}//${address.hostname}:${port}${address.pathname}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const answer: CallbackListener['answer'] = (isExpected, timeoutMs) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(nobodyCame()), timeoutMs);
      take = (response) => {
        if (!isExpected(response)) return false;
        take = () => false;
        clearTimeout(timer);
        resolve(response);
        return true;
      };
    });
  return { listener: { redirectUri, answer, close } };
}

function nobodyCame(): ToolgateError {
  return new ToolgateError('login.timeout', 'Nobody came back from the authorization server in time.', {
    hint: 'Open the printed address in a browser on this machine, or give it more --timeout.',
  });
}

function reply(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'",
      connection: 'close',
    })
    .end(PAGE(text));
}
