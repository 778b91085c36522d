import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import { call, open, request, until, type Caller } from '../../../test/fixtures/stdio/probe.ts';
import type { Upstream } from '../upstream.ts';
import { createLegacySseUpstream, type LegacySseLimits } from './legacy-sse-upstream.ts';

interface Posted {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

/** A server made by hand: what it does with a stream and with a message is the test's choice. */
interface Behaviour {
  /** Takes what is posted and says nothing any more. */
  isMute?: () => boolean;
  /** The method that `onPost` answers; others are answered well. */
  on?: string;
  onStream?: (response: ServerResponse, request: IncomingMessage) => void;
  onPost?: (message: Posted, response: ServerResponse, say: (text: string) => void) => void;
}

const servers: Server[] = [];
const posts: Posted[] = [];
const credentials: (string | undefined)[] = [];
let streams: ServerResponse[] = [];
let upstream: Upstream;
afterEach(async () => {
  await upstream.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  posts.length = 0;
  credentials.length = 0;
  streams = [];
});

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const LIMITS = {
  connectMs: 1_000,
  firstByteMs: 500,
  startMs: 500,
  callMs: 500,
  answerBytes: 50_000,
  pingMs: 200,
};

async function serve(behaviour: Behaviour, limits: Partial<LegacySseLimits> = {}): Promise<void> {
  const port = await listen((request, response) => {
    credentials.push(request.headers.authorization);
    if (request.method === 'GET') {
      streams.push(response);
      return (behaviour.onStream ?? openWith('/messages'))(response, request);
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const message = JSON.parse(body) as Posted;
      posts.push(message);
      const stream = streams.at(-1);
      const say = (text: string): void => void stream?.write(text);
      if (behaviour.onPost && message.method === (behaviour.on ?? 'tools/call'))
        return behaviour.onPost(message, response, say);
      response.writeHead(202).end();
      if (message.id !== undefined && !behaviour.isMute?.()) say(answerTo(message));
    });
  });
  upstream = createLegacySseUpstream({
    serverId: 'old',
    url: `http://127.0.0.1:${port}/sse`,
    headers: { Authorization: 'Bearer credential' },
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock: systemClock,
    limits: { ...LIMITS, ...limits },
    backoff: { firstMs: 20 },
  });
}

function answerTo({ id, method }: Posted, text = 'done'): string {
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2024-11-05',
      capabilities: { tools: {} },
      serverInfo: { name: 'old', version: '1' },
    },
    'tools/list': { tools: [{ name: 'x', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text }] },
  };
  return `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: results[method ?? ''] ?? {} })}\n\n`;
}

function openWith(address: string): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: endpoint\ndata: ${address}\n\n`);
  };
}

async function openSession(grantId = 'grant-1'): Promise<Caller> {
  const params = {
    protocolVersion: '2024-11-05',
    capabilities: {},
    clientInfo: { name: 'agent', version: '1' },
  };
  const { head } = await request(upstream, 0, 'initialize', params, { grantId }).done;
  if (head?.session === undefined) throw new Error('no session');
  return { session: head.session, grantId };
}

describe.each(['shared', 'own'])('a call on a connection that is %s', (kind) => {
  /** Of a call without a session, or of the handshake and a call. */
  const failure = async (): Promise<unknown> => {
    if (kind === 'shared') return (await call(upstream, 'x')).failure;
    const opened = await request(upstream, 0, 'initialize').done;
    const session = opened.head?.session;
    return session === undefined ? opened.failure : (await call(upstream, 'x', {}, { session })).failure;
  };

  it.each([
    'http://127.0.0.1:9/messages',
    '//evil.example/messages',
    '/\\evil.example/messages',
    'http://user:pw@127.0.0.1/messages',
    '/messages\ndata: Host: evil.example',
    '',
  ])('is not made when the address of messages is %j', async (address) => {
    await serve({ onStream: openWith(address) });
    expect(await failure()).toMatchObject({ kind: 'broken', reached: false });
    expect(posts).toEqual([]);
  });

  it('is never posted to another server, nor is the credential', async () => {
    const elsewhere: string[] = [];
    const port = await listen(({ url = '' }, response) => {
      elsewhere.push(url);
      response.end();
    });
    await serve({ onStream: openWith(`http://127.0.0.1:${port}/messages`) });
    expect(await failure()).toMatchObject({ reached: false });
    expect(elsewhere).toEqual([]);
  });

  it('is not made after a message that came before the address', async () => {
    await serve({
      onStream: (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(
          'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\nevent: endpoint\ndata: /m\n\n',
        );
      },
    });
    expect(await failure()).toMatchObject({ kind: 'broken', reached: false });
    expect(posts).toEqual([]);
  });

  it('is broken when the server names a second address, and nothing is posted there', async () => {
    await serve({
      onPost: (_, response, say) => {
        response.writeHead(202).end();
        say('event: endpoint\ndata: /elsewhere\n\n');
      },
    });
    expect(await failure()).toMatchObject({
      kind: 'broken',
      reached: true,
      message: expect.stringContaining('second'),
    });
  });

  it('goes on when the server names the same address again', async () => {
    await serve({
      onPost: (message, response, say) => {
        response.writeHead(202).end();
        say(`event: endpoint\ndata: /messages\n\n${answerTo(message)}`);
      },
    });
    expect(await failure()).toBeUndefined();
  });

  it.each<[string, Behaviour['onStream'], object]>([
    [
      'refuses the credential',
      (r) => void r.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
      { kind: 'refused_credentials', status: 401 },
    ],
    [
      'answers with JSON',
      (r) => void r.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
      { kind: 'unreachable', reached: false },
    ],
    ['knows no such path', (r) => void r.writeHead(404).end(), { kind: 'unreachable', reached: false }],
    [
      'redirects',
      (r) => void r.writeHead(307, { location: '/elsewhere' }).end(),
      { kind: 'redirect', reached: false },
    ],
    ['never begins to answer', () => {}, { kind: 'timeout', reached: false }],
    [
      'names no address',
      (r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
      { kind: 'timeout', reached: false },
    ],
    ['hangs up', (r) => void r.destroy(), { reached: false }],
    [
      'ends the stream',
      (r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
      { kind: 'broken', reached: false },
    ],
    [
      'names an endless address',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(`event: endpoint\ndata: /${'x'.repeat(60_000)}`),
      { kind: 'too_large', reached: false },
    ],
    [
      'sends no text',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(Buffer.from([0x64, 0x3a, 0xff, 0x0a, 0x0a])),
      { kind: 'broken', reached: false },
    ],
  ])('fails, and was not made, when the server %s', async (_, onStream, expected) => {
    await serve(onStream === undefined ? {} : { onStream });
    expect(await failure()).toMatchObject(expected);
    expect(posts).toEqual([]);
  });

  it('ends in time when comments keep the stream open for ever', async () => {
    await serve({
      onStream: (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const timer = setInterval(() => response.write(': still here\n'), 10);
        response.on('close', () => clearInterval(timer));
      },
    });
    expect(await failure()).toMatchObject({ kind: 'timeout', reached: false });
  });

  it.each<[string, Behaviour['onPost'], object]>([
    [
      'refuses the credential',
      (_, r) => void r.writeHead(401).end(),
      { kind: 'refused_credentials', status: 401 },
    ],
    ['has too much to do', (_, r) => void r.writeHead(429).end(), { kind: 'broken', status: 429 }],
    ['has forgotten the session', (_, r) => void r.writeHead(404).end(), { kind: 'broken', status: 404 }],
    [
      'redirects',
      (_, r) => void r.writeHead(308, { location: '/elsewhere' }).end(),
      { kind: 'redirect', reached: true },
    ],
    ['never takes it', () => {}, { kind: 'timeout', reached: true }],
    ['hangs up', (_, r) => void r.destroy(), { kind: 'broken', reached: true }],
    ['never answers', (_, r) => void r.writeHead(202).end(), { kind: 'timeout', reached: true }],
    [
      'answers nonsense',
      (m, r, say) => {
        r.writeHead(202).end();
        say(`data: {"jsonrpc":"2.0","id":${JSON.stringify(m.id)}}\n\n`);
      },
      { kind: 'broken', reached: true },
    ],
    [
      'answers with an event without end',
      (_, r, say) => {
        r.writeHead(202).end();
        say(`data: ${'x'.repeat(60_000)}`);
      },
      { kind: 'too_large', reached: true },
    ],
    [
      'takes it without end',
      (_, r) => void r.writeHead(200).write('x'.repeat(100_000)),
      { kind: 'too_large', reached: true },
    ],
  ])('fails once, and is posted once, when the server %s', async (_, onPost, expected) => {
    await serve(onPost === undefined ? {} : { onPost });
    expect(await failure()).toMatchObject(expected);
    expect(posts.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  });

  it('that times out on a stream that is dead without a sign ends it; on one that lives it does not', async () => {
    let isMute = false;
    await serve({
      onPost: (_, response) => void response.writeHead(202).end(),
      isMute: () => isMute,
    });
    const caller = kind === 'shared' ? {} : await openSession();
    expect((await call(upstream, 'x', {}, caller)).failure).toMatchObject({ kind: 'timeout' });
    const pings = (): number => posts.filter(({ method }) => method === 'ping').length;
    await until(() => pings() === 1);
    expect((await call(upstream, 'x', {}, caller)).failure).toMatchObject({ kind: 'timeout' });
    await until(() => pings() === 2);
    expect(streams.map((stream) => stream.destroyed)).toEqual([false]);
    isMute = true;
    expect((await call(upstream, 'x', {}, caller)).failure).toMatchObject({ kind: 'timeout' });
    await until(() => streams[0]?.destroyed === true);
    isMute = false;
    if (kind === 'shared') await until(() => streams.length === 2);
    else expect((await request(upstream, 1, 'ping', {}, caller).done).head?.status).toBe(404);
  });

  it('is answered from its own stream, whatever lies around the answer', async () => {
    await serve({
      onPost: (message, response, say) => {
        const stranger = {
          jsonrpc: '2.0',
          id: typeof message.id === 'number' ? String(message.id) : 1,
          result: {},
        };
        say(
          `event: ping\r\ndata: {"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"not":"this"}}\r\n\r\n`,
        );
        say(`data: ${JSON.stringify(stranger)}\n\ndata: no JSON\n\ndata: []\n\n`);
        const [line] = /\{.*\}/.exec(answerTo(message)) ?? [''];
        say(`: comment\revent: message\rdata: ${line.slice(0, 1)}\rdata: ${line.slice(1)}\r\r`);
        say(answerTo(message, 'a second answer'));
        response.writeHead(202).end();
      },
    });
    const caller = kind === 'shared' ? {} : await openSession();
    const answered = await call(upstream, 'x', {}, caller);
    expect(answered.text).toBe('done');
    expect(answered.faults).toEqual([]);
  });

  it('is answered where the server also answers the post with a stream', async () => {
    await serve({
      onPost: (message, response, say) => {
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(answerTo(message, 'elsewhere'));
        say(answerTo(message));
      },
    });
    const answered = await call(upstream, 'x', {}, kind === 'shared' ? {} : await openSession());
    expect(answered.text).toBe('done');
  });
});

describe('a session', () => {
  it('of another grant, or of another process, is unknown', async () => {
    await serve({});
    const { session = '' } = await openSession();
    const foreign = await request(upstream, 1, 'tools/call', { name: 'x' }, { session, grantId: 'other' })
      .done;
    const unknown = await request(upstream, 1, 'tools/call', { name: 'x' }, { session: crypto.randomUUID() })
      .done;
    expect([foreign.head?.status, unknown.head?.status]).toEqual([404, 404]);
    expect(posts.filter(({ method }) => method === 'tools/call')).toEqual([]);
  });

  it.each(['error', 'nothing'])(
    'whose handshake is answered with %s leaves no connection behind',
    async (how) => {
      await serve({
        on: 'initialize',
        onPost: ({ id }, response, say) => {
          response.writeHead(202).end();
          const error = { code: -32602, message: 'no' };
          if (how === 'error') say(`data: ${JSON.stringify({ jsonrpc: '2.0', id, error })}\n\n`);
        },
      });
      const opened = await request(upstream, 'zero', 'initialize').done;
      if (how === 'error') expect(opened.message['error']).toMatchObject({ code: -32602 });
      else expect(opened.failure).toMatchObject({ kind: 'timeout' });
      await until(() => streams.every((stream) => stream.destroyed));
      expect(streams).toHaveLength(1);
    },
  );

  it('whose agent leaves during the handshake leaves no connection behind', async () => {
    await serve({ on: 'initialize', onPost: (_, response) => void response.writeHead(202).end() });
    const opening = request(upstream, 0, 'initialize');
    await until(() => posts.length === 1);
    opening.exchange?.abort();
    await until(() => streams.every((stream) => stream.destroyed));
    expect(opening.failure).toBeUndefined();
  });

  it('keeps what the server says until the agent listens, within bounds', async () => {
    await serve({});
    const caller = await openSession();
    const pad = 'x'.repeat(15_000);
    for (let i = 0; i < 200; i++) {
      const params = { level: 'info', data: i, pad };
      streams
        .at(-1)
        ?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`);
    }
    const allCame = new Promise<void>((resolve) => upstream.onToolsChanged(resolve));
    streams.at(-1)?.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n');
    await allCame;
    const listening = open(upstream, 'GET', undefined, caller);
    await until(() => listening.events.length > 0);
    expect(listening.events.length).toBeLessThanOrEqual(70);
    expect(listening.events[0]?.['params']).toMatchObject({ data: 0 });
    listening.exchange?.abort();
  });

  it('has one stream: a newer one takes its place', async () => {
    await serve({});
    const caller = await openSession();
    const first = open(upstream, 'GET', undefined, caller);
    await until(() => first.head !== undefined);
    const second = open(upstream, 'GET', undefined, caller);
    await first.done;
    streams.at(-1)?.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
    await until(() => second.events.length === 1);
    expect([first.events.length, first.failure]).toEqual([0, undefined]);
    second.exchange?.abort();
  });

  it('ends with the gateway: its stream ends and a call under way is broken', async () => {
    await serve({ onPost: (_, response) => void response.writeHead(202).end() }, { callMs: 10_000 });
    const caller = await openSession();
    const listening = open(upstream, 'GET', undefined, caller);
    const calling = request(upstream, 1, 'tools/call', { name: 'x' }, caller);
    await until(() => posts.some(({ method }) => method === 'tools/call'));
    await upstream.close();
    expect((await calling.done).failure).toMatchObject({ kind: 'broken', reached: true });
    await listening.done;
    await until(() => streams.every((stream) => stream.destroyed));
  });

  it('reads no further while its agent does not, and goes on when it does', async () => {
    await serve({}, { callMs: 20_000 });
    const caller = await openSession();
    const listening = open(upstream, 'GET', undefined, caller);
    await until(() => listening.head !== undefined);
    listening.exchange?.pause();
    const stream = streams.at(-1);
    const params = { pad: 'x'.repeat(40_000) };
    const event = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`;
    // the sockets between two ends of one machine take some megabytes, not forty
    const written = 1_000;
    for (let i = 0; i < written; i++) stream?.write(event);
    // what goes on beside it gives the sockets every chance to carry more
    const other = await openSession('other');
    for (let i = 0; i < 50; i++) expect((await call(upstream, 'x', {}, other)).text).toBe('done');
    expect(stream?.writableLength).toBeGreaterThan(10_000_000);
    const before = listening.events.length;
    expect(before).toBeLessThan(50);
    listening.exchange?.resume();
    await until(() => listening.events.length === written);
    listening.exchange?.abort();
  });
});
