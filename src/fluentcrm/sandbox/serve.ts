import { createServer, type IncomingMessage } from 'node:http';
import type { Sandbox } from './sandbox.ts';

export type SandboxService = {
  /** The address of the pretended site, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
};

const BASE = '/wp-json/fluent-crm/v2';

/** Serves a look-alike over HTTP on a free port of this machine, with Basic authentication as WordPress does it. */
export async function serveSandbox(sandbox: Sandbox): Promise<SandboxService> {
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => {
        const url = new URL(request.url ?? '/', 'http://sandbox.invalid');
        const answer = sandbox({
          method: request.method ?? 'GET',
          // Outside the base of the API nothing matches.
          path: url.pathname.startsWith(`${BASE}/`)
            ? url.pathname.slice(BASE.length)
            : `outside:${url.pathname}`,
          query: [...url.searchParams],
          body,
          credentials: credentialsOf(request.headers.authorization),
        });
        response.writeHead(answer.status, { 'content-type': answer.contentType });
        response.end(answer.body);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function credentialsOf(header: string | undefined): { username: string; password: string } | null {
  if (header === undefined || !header.startsWith('Basic ')) return null;
  const text = Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
