import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import {
  UpstreamUnavailable,
  type AnswerHead,
  type Upstream,
  type UpstreamFailure,
  type UpstreamRequest,
} from '../upstream.ts';
import { createHttpUpstream } from './http-upstream.ts';

type Handler = (
  message: { id?: unknown; method?: string; params?: { cursor?: string } },
  request: IncomingMessage,
  response: ServerResponse,
) => void;

let server: Server;
let upstream: Upstream;
const seen: { method: string | undefined; headers: IncomingMessage['headers'] }[] = [];
afterEach(async () => {
  await upstream.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  seen.length = 0;
});

/** An upstream in front of a server that does what the test says. */
async function serve(
  handler: Handler,
  limits: { firstByteMs?: number; callMs?: number; answerBytes?: number } = {},
): Promise<Upstream> {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const message = (body === '' ? {} : JSON.parse(body)) as { id?: unknown; method?: string };
      seen.push({ method: message.method ?? request.method, headers: request.headers });
      handler(message, request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream = createHttpUpstream({
    serverId: 'shop',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?tenant=1`,
    headers: { 'X-Api-Key': 'secret-key' },
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock: systemClock,
    limits: { connectMs: 1_000, firstByteMs: 2_000, callMs: 2_000, answerBytes: 100_000, ...limits },
  });
  return upstream;
}

const json = (response: ServerResponse, value: object): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const sse = (response: ServerResponse, value: object): void =>
  void response
    .writeHead(200, { 'content-type': 'text/event-stream' })
    .end(`: hello\n\nid: 1\ndata:\n\ndata: ${JSON.stringify(value)}\n\n`);

describe('the list of tools', () => {
  it('comes from a stateless server without a handshake, page by page', async () => {
    await serve((message, _, response) => {
      const page = Number(message.params?.cursor ?? '0');
      json(response, {
        id: message.id,
        result: { tools: [{ name: `t${page}` }], ...(page < 2 ? { nextCursor: String(page + 1) } : {}) },
      });
    });
    expect([...(await upstream.tools()).keys()]).toEqual(['t0', 't1', 't2']);
    expect(seen.map(({ method }) => method)).toEqual(['tools/list', 'tools/list', 'tools/list']);
    expect(seen[0]?.headers).toMatchObject({
      'x-api-key': 'secret-key',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/list',
    });
  });

  it('is asked for again, without a handshake, when the server names our revision as one it speaks', async () => {
    await serve((message, _, response) => {
      if (seen.length === 1) {
        const error = { code: -32022, message: 'Unsupported', data: { supported: ['2026-07-28'] } };
        return void response.writeHead(400).end(JSON.stringify({ id: message.id, error }));
      }
      json(response, { id: message.id, result: { tools: [{ name: 'again' }] } });
    });
    expect([...(await upstream.tools()).keys()]).toEqual(['again']);
    expect(seen.map(({ method }) => method)).toEqual(['tools/list', 'tools/list']);
  });

  it.each([
    ['JSON', json],
    ['event streams', sse],
  ])('comes from a legacy server with sessions, in %s, and the session is ended', async (_, send) => {
    await serve((message, request, response) => {
      const isOpen = request.headers['mcp-session-id'] === 's1';
      if (request.method === 'DELETE') return void response.writeHead(200).end();
      if (message.method === 'initialize') {
        response.setHeader('mcp-session-id', 's1');
        return send(response, {
          id: message.id,
          result: { protocolVersion: '2025-06-18', capabilities: {} },
        });
      }
      if (!isOpen)
        return void response.writeHead(400).end('{"error":{"code":-32000,"message":"no session"}}');
      if (message.method === 'tools/list')
        return send(response, { id: message.id, result: { tools: [{ name: 'old' }] } });
      response.writeHead(202).end();
    });
    expect([...(await upstream.tools()).keys()]).toEqual(['old']);
    await expect
      .poll(() => seen.map(({ method }) => method))
      .toEqual(['tools/list', 'initialize', 'notifications/initialized', 'tools/list', 'DELETE']);
    expect(seen[3]?.headers['mcp-protocol-version']).toBe('2025-06-18');
  });

  it.each([
    ['refuses the credential', 401, 'refused_credentials'],
    ['is out of order', 500, 'broken'],
  ])('of a server that %s cannot be had', async (_, status, kind) => {
    await serve((_message, _request, response) => void response.writeHead(status).end());
    const failure = await upstream
      .tools()
      .catch((error: unknown) => (error instanceof UpstreamUnavailable ? error.failure : error));
    expect(failure).toMatchObject({ kind, status });
  });

  it('that never ends is cut off', async () => {
    await serve((message, _, response) =>
      json(response, { id: message.id, result: { tools: [], nextCursor: 'again' } }),
    );
    await expect(upstream.tools()).rejects.toThrow('too many');
  });
});

interface Outcome {
  head?: AnswerHead;
  body?: string;
  events?: string[];
  failure?: UpstreamFailure;
}

const REQUEST: UpstreamRequest = {
  verb: 'POST',
  era: 'legacy',
  revision: '2025-11-25',
  message: { kind: 'request', id: 1, method: 'tools/call', params: {} },
  body: new TextEncoder().encode('{"id":1}'),
  headers: new Map(),
  session: undefined,
  grantId: 'g',
};

function exchange(request = REQUEST): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = {};
    upstream.exchange(request, {
      onAnswer: (head, body) => resolve({ head, body: new TextDecoder().decode(body) }),
      onStream: (head) => Object.assign(outcome, { head, events: [] }),
      onEvent: (event) => outcome.events?.push(event.data),
      onEnd: () => resolve(outcome),
      onFailure: (failure) => resolve({ ...outcome, failure }),
    });
  });
}

describe('an exchange', () => {
  it('carries the query of the configured address, the credential, and no coding', async () => {
    await serve((_, request, response) => json(response, { url: request.url }));
    expect((await exchange()).body).toBe('{"url":"/mcp?tenant=1"}');
    expect(seen[0]?.headers).toMatchObject({
      'x-api-key': 'secret-key',
      'accept-encoding': 'identity',
      accept: 'application/json, text/event-stream',
    });
  });

  it('reports a stream event by event', async () => {
    await serve((_, _request, response) => sse(response, { id: 1 }));
    expect((await exchange()).events).toEqual(['', '{"id":1}']);
  });

  it.each<[string, Handler, Partial<UpstreamFailure>]>([
    [
      'a redirect',
      (_, _r, response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
      { kind: 'redirect', reached: true },
    ],
    [
      'a body in a coding that nobody asked for',
      (_, _r, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
      { kind: 'broken' },
    ],
    [
      'a connection that breaks',
      (_, request) => void request.socket.destroy(),
      { kind: 'broken', reached: true },
    ],
    [
      'an answer that breaks off',
      (_, request, response) =>
        void response.writeHead(200, { 'content-length': 100 }).write('{', () => request.socket.destroy()),
      { kind: 'broken', reached: true },
    ],
    ['silence', () => {}, { kind: 'timeout', reached: true }],
    [
      'an answer without end',
      (_, _r, response) => void response.writeHead(200).write('x'.repeat(200_000)),
      { kind: 'too_large' },
    ],
    [
      'an event without end',
      (_, _r, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(`data: ${'x'.repeat(200_000)}`),
      { kind: 'too_large' },
    ],
    [
      'a stream that is no text',
      (_, _r, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(Buffer.from([0x64, 0x3a, 0xff, 0x0a, 0x0a])),
      { kind: 'broken' },
    ],
  ])('%s is a failure, told once', async (_, handler, failure) => {
    await serve(handler, { callMs: 400 });
    expect((await exchange()).failure).toMatchObject(failure);
  });

  it('with nobody there was certainly not made', async () => {
    await serve(() => {});
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    server = createServer().listen(0, '127.0.0.1');
    const failure = (await exchange()).failure;
    expect(failure).toMatchObject({ kind: 'unreachable', reached: false });
    expect(failure?.message).not.toContain(String(port));
  });
});

describe('an address', () => {
  const options = {
    serverId: 's',
    headers: {},
    knowTool,
    log: silentLog,
    clock: systemClock,
    limits: { connectMs: 1, firstByteMs: 1, callMs: 1, answerBytes: 1 },
  };

  it.each([
    ['nonsense', /not a URL/],
    ['file:///etc/passwd', /neither http nor https/],
    ['https://user:password@example.com/mcp', /holds a credential/],
  ])('%s is refused', (url, message) => {
    expect(() => createHttpUpstream({ ...options, url })).toThrow(message);
  });
});
