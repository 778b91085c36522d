import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig, JSON_HEADERS, modernMessage, type RigOptions } from '../support/gateway-rig.ts';

let rig: GatewayRig;
const start = async (options: RigOptions): Promise<GatewayRig> => (rig = await GatewayRig.start(options));
afterEach(() => rig.close());

const ALLOW_ECHO = { version: '1', default: 'deny', tools: { echo: {} } };
const INITIALIZE =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}';

/** An open event stream and the text that came so far. */
class Stream {
  text = '';
  readonly ended: Promise<void>;
  readonly #abort: AbortController;
  readonly response: Response;

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.ended = this.#read();
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of response(this.response)) this.text += new TextDecoder().decode(chunk);
    } catch {
      // aborted by the test
    }
  }

  close(): void {
    this.#abort.abort();
  }
}
const response = ({ body }: Response): AsyncIterable<Uint8Array> =>
  body as unknown as AsyncIterable<Uint8Array>;

async function open(init: RequestInit): Promise<Stream> {
  const abort = new AbortController();
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${rig.token}`, ...(init.headers as object) };
  return new Stream(await fetch(rig.url, { ...init, headers, signal: abort.signal }), abort);
}

async function openGet(): Promise<Stream> {
  const session = (await rig.post(INITIALIZE)).headers.get('mcp-session-id') ?? '';
  const stream = await open({
    method: 'GET',
    headers: { accept: 'text/event-stream', 'mcp-session-id': session },
  });
  await expect.poll(() => rig.upstream.openStreams).toBe(1);
  return stream;
}

async function openListen(): Promise<Stream> {
  const stream = await open({
    method: 'POST',
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
    body: JSON.stringify(
      modernMessage('subscriptions/listen', { notifications: { toolsListChanged: true } }, 'sub-1'),
    ),
  });
  await expect.poll(() => stream.text).toContain('acknowledged');
  return stream;
}

describe('the GET stream of a session', () => {
  it('carries what the server sends', async () => {
    await start({ policy: ALLOW_ECHO, upstream: { sessions: true } });
    const stream = await openGet();
    rig.upstream.push({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: 'hello' },
    });
    await expect.poll(() => stream.text).toContain('hello');
    stream.close();
    await expect.poll(() => rig.upstream.openStreams).toBe(0);
  });

  it('is told when the policy changes what can be seen', async () => {
    await start({ policy: ALLOW_ECHO, upstream: { sessions: true } });
    const stream = await openGet();
    rig.setPolicy({ version: '1', default: 'allow' });
    await expect
      .poll(() => stream.text)
      .toContain('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
    stream.close();
  });

  it('drops requests that a server may not make, and text that is no message', async () => {
    await start({ policy: ALLOW_ECHO, upstream: { sessions: true } });
    const stream = await openGet();
    rig.upstream.push({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x' } });
    rig.upstream.push(['stray', 'words']);
    rig.upstream.push({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'last' } });
    await expect.poll(() => stream.text).toContain('last');
    expect(stream.text).not.toContain('tools/call');
    expect(stream.text).not.toContain('stray');
    stream.close();
  });
});

describe('streams of a grant that is no longer one', () => {
  it.each([
    ['GET', openGet],
    ['subscriptions/listen', openListen],
  ])('%s ends, here and at the server', async (_, openStream) => {
    await start({ policy: ALLOW_ECHO, upstream: { sessions: true } });
    const stream = await openStream();
    rig.directory.setGrants(new Map());
    await stream.ended;
    await expect.poll(() => rig.upstream.openStreams).toBe(0);
  });

  it('ends when the grant expires', async () => {
    let now = Date.now();
    await start({
      policy: ALLOW_ECHO,
      upstream: { sessions: true },
      clock: { now: () => now },
      expiresAt: now + 50,
    });
    const stream = await openGet();
    now += 51;
    await stream.ended;
  });
});

describe('subscriptions/listen', () => {
  it('carries the acknowledgement and is told when the policy changes, tagged with its id', async () => {
    await start({ policy: ALLOW_ECHO });
    const stream = await openListen();
    rig.setPolicy({ version: '1', default: 'allow' });
    await expect.poll(() => stream.text).toContain('notifications/tools/list_changed');
    expect(stream.text).toContain('"io.modelcontextprotocol/subscriptionId":"sub-1"}}}');
    stream.close();
    await expect.poll(() => rig.upstream.openStreams).toBe(0);
  });

  it('is refused where the server has it switched off', async () => {
    await start({ policy: ALLOW_ECHO, methods: { subscriptions: false } });
    const answer = await rig.modern('subscriptions/listen', { notifications: {} });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 404,
      code: -32601,
    });
  });
});

describe('a stream that ends before its answer', () => {
  it('is passed on with its ids when the agent can ask for the rest', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const { status, text } = await rig.call('later');
    expect(status).toBe(200);
    expect(text).toMatch(/^id: tge1\.\S+\nretry: 10\ndata: \n\n$/);
    await expect.poll(async () => (await rig.records())[0]?.ending?.result).toBe('broken');
  });

  it('and an answer without a body are failures that the agent is told', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const { message } = await rig.call('empty');
    expect(message.result?.content?.[0]?.text).toMatch(/^\[UPSTREAM FAILED\]/);
  });
});

describe('an agent that goes away', () => {
  it('ends the exchange with the server, and its record says so', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const abort = new AbortController();
    const pending = fetch(rig.url, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${rig.token}` },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","arguments":{"ms":3000}}}',
      signal: abort.signal,
    }).catch(() => 'aborted');
    await expect.poll(() => rig.upstream.calls.length).toBe(1);
    abort.abort();
    expect(await pending).toBe('aborted');
    await expect.poll(async () => (await rig.records())[0]?.ending?.result).toBe('aborted');
  });
});

describe('methods that a server has switched off', () => {
  it.each([
    ['resources/list', 'resources'],
    ['resources/read', 'resources'],
    ['prompts/get', 'prompts'],
    ['completion/complete', 'completion'],
    ['logging/setLevel', 'logging'],
  ] as const)('%s never arrives', async (method, family) => {
    await start({ policy: ALLOW_ECHO, methods: { [family]: false } });
    const answer = await rig.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }));
    expect(answer.message.error?.code).toBe(-32601);
    expect(rig.upstream.arrivals.filter(({ body }) => body.includes(method))).toEqual([]);
  });

  it('what is not switched off is passed on', async () => {
    await start({ policy: ALLOW_ECHO });
    await rig.post('{"jsonrpc":"2.0","id":1,"method":"resources/list"}');
    expect(rig.upstream.arrivals.at(-1)?.body).toContain('resources/list');
  });
});
