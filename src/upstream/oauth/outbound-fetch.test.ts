import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AuthorizationFailure } from './authorization-failure.ts';
import { createOutboundFetch, type OutboundOptions } from './outbound-fetch.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthorizationFailure);
  expect(error).toMatchObject({ kind: 'unreachable' });
  return (error as Error).message;
}

const LOCAL = 'http://127.0.0.1:1/mcp';
const fetchFor = (server: string, options: OutboundOptions = {}): ReturnType<typeof createOutboundFetch> =>
  createOutboundFetch(server, { timeoutMs: 300, maxBytes: 1_000, ...options });

describe('requests to authorization servers', () => {
  it('carry forms and texts, and bring back what is looked at', async () => {
    const seen: string[] = [];
    const base = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(`${request.method} ${chunk.toString()}`));
      request.on('end', () => {
        response.setHeader('set-cookie', 'a=b');
        response
          .writeHead(401, { 'www-authenticate': 'Bearer x="y"', 'content-type': 'text/plain' })
          .end('no');
      });
    });
    const fetch = fetchFor(LOCAL);
    const response = await fetch(`${base}/token`, {
      method: 'POST',
      body: new URLSearchParams({ a: 'b c' }),
    });
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('no');
    expect([...response.headers]).toEqual([
      ['content-type', 'text/plain'],
      ['www-authenticate', 'Bearer x="y"'],
    ]);
    expect(seen).toEqual(['POST a=b+c']);
  });

  it.each([
    ['plain http elsewhere', 'http://as.example.com/token'],
    ['plain http to this machine, named by a server elsewhere', 'http://127.0.0.1:9/token'],
    ['plain http to a private address', 'http://10.0.0.1/token'],
    ['another scheme', 'file:///etc/passwd'],
    ['a credential in the address', 'https://user:pass@as.example.com/'],
  ])('never go to %s', async (_, url) => {
    expect(await failure(fetchFor('https://mcp.example.com/mcp')(url))).toContain('not allowed');
  });

  it('go to the server’s own origin as the operator wrote it', async () => {
    const base = await serve((_, response) => response.end('{}'));
    expect((await fetchFor(`${base}/mcp`)(`${base}/.well-known/x`)).status).toBe(200);
  });

  it('follow no redirect', async () => {
    let arrivals = 0;
    const target = await serve((_, response) => {
      arrivals++;
      response.end();
    });
    const base = await serve((_, response) => void response.writeHead(307, { location: target }).end());
    expect((await fetchFor(LOCAL)(base)).status).toBe(307);
    expect(arrivals).toBe(0);
  });

  it('end when the answer is too large, never ends, or never comes', async () => {
    const large = await serve((_, response) => response.end('x'.repeat(1_001)));
    expect(await failure(fetchFor(LOCAL)(large))).toContain('too large');
    const endless = await serve((_, response) => void response.writeHead(200).write('{'));
    expect(await failure(fetchFor(LOCAL)(endless))).toContain('in time');
    const mute = await serve(() => {});
    expect(await failure(fetchFor(LOCAL)(mute))).toContain('in time');
  });

  it('say why there is no connection, without the address', async () => {
    const base = await serve(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const message = await failure(fetchFor(LOCAL)(base));
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('127.0.0.1');
  });

  it.each([
    ['an address inside', 'https://10.0.0.1/'],
    ['a metadata service', 'https://169.254.169.254/'],
    ['this machine', 'https://127.0.0.1/'],
    ['this machine by name', 'https://localhost/'],
  ])('of a server elsewhere never go to %s, unless the operator allows it', async (_, url) => {
    expect(await failure(fetchFor('https://mcp.example.com/mcp')(url))).toContain('may connect to');
    const allowed = { addresses: { allow: ['10.0.0.0/8', '169.254.0.0/16', '127.0.0.0/8', '::1'] } };
    expect(await failure(fetchFor('https://mcp.example.com/mcp', allowed)(url))).not.toContain(
      'may connect to',
    );
  });

  it('of a server on this machine go to others here', async () => {
    const base = await serve((_, response) => response.end('{}'));
    expect((await fetchFor(LOCAL)(base)).status).toBe(200);
    expect(await failure(fetchFor(LOCAL)('https://10.0.0.1/'))).toContain('may connect to');
  });
});
