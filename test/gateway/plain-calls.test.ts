import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { hashGrantToken } from '#platform';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GatewayRig, modernMessage, type RigOptions } from '../support/gateway-rig.ts';

/**
 * Calls in plain form are read and answered by connections of our own, everything else by Node's HTTP server. An agent sees no difference but in
 * the spelling of one header: Node writes `Date`, we write `date`.
 */
const POLICY = { version: '1', default: 'deny', tools: { echo: {}, slow: {}, status: {} } };
const TICK_MS = 1_000;

let rig: GatewayRig;
const agents: RawAgent[] = [];
afterEach(async () => {
  agents.splice(0).forEach((agent) => agent.socket.destroy());
  await rig.close();
  vi.useRealTimers();
});

async function start(options: Partial<RigOptions> = {}): Promise<RawAgent> {
  rig = await GatewayRig.start({ policy: POLICY, ...options });
  return connected();
}

async function connected(): Promise<RawAgent> {
  const socket = connect(Number(new URL(rig.url).port), '127.0.0.1');
  const agent = new RawAgent(socket);
  agents.push(agent);
  await once(socket, 'connect');
  return agent;
}

interface Answer {
  readonly status: number;
  readonly reader: 'ours' | 'node';
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** One connection, byte for byte. */
class RawAgent {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #wake = (): void => {};
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The next whole answer. */
  async answer(): Promise<Answer> {
    for (;;) {
      const found = readAnswer(this.#bytes);
      if (found) {
        this.#bytes = this.#bytes.subarray(found.end);
        return found.answer;
      }
      if (this.isClosed) throw new Error(`the connection was closed after: ${this.#bytes.toString()}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async ask(bytes: Buffer): Promise<Answer> {
    this.send(bytes);
    return this.answer();
  }
}

function readAnswer(bytes: Buffer): { readonly answer: Answer; readonly end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines)
    headers.set(line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2));
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  const reader = lines.some((line) => line.startsWith('Date: ')) ? 'node' : 'ours';
  const bodyStart = headEnd + 4;
  if (headers.get('transfer-encoding') !== 'chunked') {
    const end = bodyStart + Number(headers.get('content-length'));
    if (bytes.length < end) return undefined;
    return { answer: { status, reader, headers, body: bytes.toString('utf8', bodyStart, end) }, end };
  }
  const pieces: Buffer[] = [];
  for (let at = bodyStart; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0)
      return { answer: { status, reader, headers, body: Buffer.concat(pieces).toString() }, end: next };
    pieces.push(bytes.subarray(lineEnd + 2, next - 2));
    at = next;
  }
}

function call(name: string, args: object = {}, id: number = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
}

function request(body: string, lines: readonly string[] = [], token = rig.token): Buffer {
  const head = [
    'POST /mcp/shop/ HTTP/1.1',
    `host: ${new URL(rig.url).host}`,
    `authorization: Bearer ${token}`,
    'accept: application/json, text/event-stream',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...lines,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Says nothing, and is not plain: Node reads it. */
const FOR_NODE = 'te: trailers';

describe('calls in plain form', () => {
  it('are answered one after the other on one connection, by us', async () => {
    const agent = await start();
    for (let id = 1; id <= 20; id++) {
      const answer = await agent.ask(request(call('echo', { text: `no. ${id}` }, id)));
      expect(answer).toMatchObject({ status: 200, reader: 'ours' });
      expect(JSON.parse(answer.body)).toMatchObject({
        id,
        result: { content: [{ text: `echo: {"text":"no. ${id}"}` }] },
      });
    }
  });

  it.each([
    ['a call that is allowed', call('echo'), []],
    ['a call that is denied', call('delete_all'), []],
    ['a tool that fails', call('status', { status: 500 }), []],
    ['a ping', '{"jsonrpc":"2.0","id":1,"method":"ping"}', []],
    ['a list of tools', '{"jsonrpc":"2.0","id":"é","method":"tools/list"}', []],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}', []],
    ['no JSON', '{', []],
    ['nothing', '', []],
    ['a session that is none', call('echo'), ['mcp-session-id: tgs1.a.b']],
    [
      'a modern call',
      JSON.stringify(modernMessage('tools/call', { name: 'echo' })),
      ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/call', 'mcp-name: echo'],
    ],
    [
      'a modern call under another name',
      JSON.stringify(modernMessage('tools/call', { name: 'echo' })),
      ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/call', 'mcp-name: slow'],
    ],
  ])('are answered as Node would have them answered: %s', async (_, body, lines) => {
    const agent = await start();
    const ours = await agent.ask(request(body, lines));
    const nodes = await agent.ask(request(body, [...lines, FOR_NODE]));
    expect([ours.reader, nodes.reader]).toEqual(['ours', 'node']);
    const comparable = ({ status, headers, body: text }: Answer): object => {
      const { date, 'x-request-id': id, ...others } = Object.fromEntries(headers);
      expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
      expect(id).toMatch(/^req_/);
      return { status, headers: others, body: text };
    };
    expect(comparable(ours)).toEqual(comparable(nodes));
  });

  it('are answered as streams of events where the server does so, by both alike', async () => {
    const agent = await start({ upstream: { framing: 'sse' } });
    const [ours, nodes] = [
      await agent.ask(request(call('echo', { text: 'é€' }))),
      await agent.ask(request(call('echo', { text: 'é€' }), [FOR_NODE])),
    ];
    expect([ours.reader, nodes.reader]).toEqual(['ours', 'node']);
    expect(ours.headers.get('content-type')).toBe('text/event-stream');
    expect(ours.body).toBe(nodes.body);
    expect(ours.body).toContain('é€');
  });

  it('may come in a few pieces, one of them in the middle of a character', async () => {
    const agent = await start();
    const bytes = request(call('echo', { text: 'é' }));
    const cut = bytes.indexOf('é') + 1;
    for (const piece of [bytes.subarray(0, 10), bytes.subarray(10, cut), bytes.subarray(cut)]) {
      agent.send(piece);
      await vi.waitFor(() => expect(agent.socket.writableLength).toBe(0));
    }
    const answer = await agent.answer();
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain('é');
  });

  it('that come byte by byte are read by Node', async () => {
    const agent = await start();
    const bytes = request(call('echo'));
    agent.socket.setNoDelay(true);
    for (const byte of bytes) {
      agent.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await agent.answer()).status).toBe(200);
  });

  it('that come together are answered in their order', async () => {
    const agent = await start();
    agent.send(Buffer.concat([1, 2, 3].map((id) => request(call('echo', {}, id)))));
    const answers = [await agent.answer(), await agent.answer(), await agent.answer()];
    expect(answers.map(({ body }) => (JSON.parse(body) as { id: number }).id)).toEqual([1, 2, 3]);
  });

  it('that come before the last one is answered wait for their turn', async () => {
    const agent = await start();
    agent.send(request(call('slow', { ms: 300 }, 1)));
    await expect.poll(() => rig.upstream.calls.length).toBe(1);
    agent.send(request(call('echo', {}, 2)));
    const answers = [await agent.answer(), await agent.answer()];
    expect(answers.map(({ body }) => (JSON.parse(body) as { id: number }).id)).toEqual([1, 2]);
    expect(answers.map(({ reader }) => reader)).toEqual(['ours', 'ours']);
  });
});

describe('what is not in plain form on the same connection', () => {
  it('is read by Node, and so is all that follows', async () => {
    const agent = await start();
    const readers: string[] = [];
    for (const lines of [[], [], [FOR_NODE], [], []]) {
      const { status, reader } = await agent.ask(request(call('echo'), lines));
      expect(status).toBe(200);
      readers.push(reader);
    }
    expect(readers).toEqual(['ours', 'ours', 'node', 'node', 'node']);
  });

  it('may be a page, or a large body', async () => {
    const agent = await start();
    const text = 'x'.repeat(300_000);
    expect((await agent.ask(request(call('echo')))).reader).toBe('ours');
    expect((await agent.ask(request(call('echo', { text })))).body).toContain(text);
    const page = await agent.ask(
      Buffer.from(`GET /healthz HTTP/1.1\r\nhost: ${new URL(rig.url).host}\r\n\r\n`),
    );
    expect(page).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect((await agent.ask(request(call('echo')))).status).toBe(200);
  });
});

describe('a head that comes again on a connection', () => {
  it('opens nothing any more when its grant was revoked meanwhile', async () => {
    const agent = await start();
    expect((await agent.ask(request(call('echo')))).status).toBe(200);
    expect((await agent.ask(request(call('echo')))).status).toBe(200);
    rig.directory.setGrants(new Map());
    expect(await agent.ask(request(call('echo')))).toMatchObject({ status: 401, reader: 'node' });
  });

  it('is judged by the policy of the moment', async () => {
    const agent = await start();
    expect((await agent.ask(request(call('echo')))).body).toContain('echo: {}');
    rig.setPolicy({ version: '1', default: 'deny' }, 'v2');
    expect((await agent.ask(request(call('echo')))).body).toContain('does not allow');
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('is another one with the token of another grant', async () => {
    const agent = await start();
    for (const token of [rig.token, rig.neighbourToken, rig.token])
      await agent.ask(request(call('echo'), [], token));
    expect((await rig.records()).map(({ grantId }) => grantId)).toEqual(['agent', 'neighbour', 'agent']);
    expect(await agent.ask(request(call('echo'), [], rig.strangerToken))).toMatchObject({
      status: 403,
      reader: 'node',
    });
  });

  it('comes from where the proxy says, this time too', async () => {
    const agent = await start({ trustedProxies: ['127.0.0.1'] });
    const { grant } = rig.front;
    rig.directory.setGrants(new Map([[hashGrantToken(rig.token), { ...grant, addresses: ['10.0.0.0/8'] }]]));
    const from = (address: string): Buffer => request(call('echo'), [`x-forwarded-for: ${address}`]);
    expect(await agent.ask(from('10.0.0.1'))).toMatchObject({ status: 200, reader: 'ours' });
    expect(await agent.ask(from('10.0.0.1'))).toMatchObject({ status: 200, reader: 'ours' });
    expect(await agent.ask(from('10.0.0.1, 203.0.113.9'))).toMatchObject({ status: 401, reader: 'node' });
  });
});

describe('a connection of ours', () => {
  const passSeconds = (count: number): unknown => vi.advanceTimersByTime(count * TICK_MS);
  const startWithFakeClock = (): Promise<RawAgent> => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    return start();
  };

  it('is closed when nothing comes on it any more', async () => {
    const agent = await startWithFakeClock();
    expect((await agent.ask(request(call('echo')))).headers.get('keep-alive')).toBe('timeout=5');
    passSeconds(5);
    expect((await agent.ask(request(call('echo')))).reader).toBe('ours');
    passSeconds(7);
    await vi.waitFor(() => expect(agent.isClosed).toBe(true));
  });

  it('is not closed when its next request is there and only waits to be read', async () => {
    const agent = await startWithFakeClock();
    await agent.ask(request(call('echo')));
    passSeconds(6);
    // where timers run, as the last second's does: what comes over the network is read after that
    await new Promise((resolve) => setTimeout(resolve, 1));
    agent.send(request(call('echo')));
    passSeconds(1);
    expect(await agent.answer()).toMatchObject({ status: 200, reader: 'ours' });
  });

  it('is not closed while a call is under way', async () => {
    const agent = await startWithFakeClock();
    agent.send(request(call('slow', { ms: 200 })));
    await expect.poll(() => rig.upstream.calls.length).toBe(1);
    passSeconds(60);
    expect((await agent.answer()).status).toBe(200);
  });

  it('is Node’s to be patient with when a request does not become whole', async () => {
    const agent = await startWithFakeClock();
    const bytes = request(call('echo'));
    agent.send(bytes.subarray(0, 20));
    const idle = await connected();
    await vi.waitFor(async () => expect(await connectionsOf()).toBe(2));
    passSeconds(3);
    agent.send(bytes.subarray(20));
    expect(await agent.answer()).toMatchObject({ status: 200, reader: 'node' });
    expect(await idle.ask(request(call('echo')))).toMatchObject({ status: 200, reader: 'node' });
  });

  const connectionsOf = (): Promise<number> =>
    new Promise((resolve) => rig.listener.getConnections((_, count) => resolve(count)));

  it('is closed at once when the gateway stops, or after its answer', async () => {
    const agent = await start();
    const busy = await connected();
    await agent.ask(request(call('echo')));
    busy.send(request(call('slow', { ms: 200 })));
    await expect.poll(() => rig.upstream.calls.length).toBe(2);
    const closed = once(rig.listener, 'close');
    rig.listener.close();
    await vi.waitFor(() => expect(agent.isClosed).toBe(true));
    expect(busy.isClosed).toBe(false);
    expect((await busy.answer()).status).toBe(200);
    rig.listener.closeIdleConnections();
    await closed;
  });

  it('gives up the call when the agent says that it will say no more', async () => {
    const agent = await start();
    agent.send(request(call('slow', { ms: 5_000 })));
    await expect.poll(() => rig.upstream.calls.length).toBe(1);
    agent.socket.end();
    await expect.poll(async () => (await rig.records()).at(-1)?.ending?.result).toBe('aborted');
    await vi.waitFor(() => expect(agent.isClosed).toBe(true));
  });

  it('reads nothing on for an agent that does not take its answers', async () => {
    const text = 'x'.repeat(8 * 1024 * 1024);
    const answer = { result: { content: [{ type: 'text', text }] } };
    const agent = await start({
      limits: { answerBytes: 16 * 1024 * 1024 },
      upstream: { answers: ({ method }) => (method === 'tools/call' ? answer : undefined) },
    });
    agent.socket.pause();
    agent.send(request(call('echo', {}, 1)));
    await expect.poll(async () => (await rig.records()).at(-1)?.ending?.result).toBe('ok');
    agent.send(request(call('echo', {}, 2)));
    const other = await connected();
    await other.ask(request(call('echo', {}, 3)));
    expect(rig.upstream.calls).toHaveLength(2);
    agent.socket.resume();
    for (const id of [1, 2]) expect(JSON.parse((await agent.answer()).body)).toMatchObject({ id });
  });
});
