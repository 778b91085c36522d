import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import { createLegacySseUpstream, type LegacySseLimits } from '#upstream';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENTS, connectClient } from '../support/clients.ts';
import { GatewayRig, JSON_HEADERS, modernMessage } from '../support/gateway-rig.ts';
import { LegacySseServer } from '../support/legacy-sse-server.ts';

let rig: GatewayRig;
let server: LegacySseServer;
afterEach(async () => {
  await rig.close();
  await server.stop();
});

const ALLOW = { version: '1', default: 'allow', hide: ['delete_all'] };

async function start(limits: Partial<LegacySseLimits> = {}, policy: object = ALLOW): Promise<void> {
  server = new LegacySseServer();
  const link = createLegacySseUpstream({
    serverId: 'shop',
    url: await server.start(),
    headers: { authorization: 'Bearer upstream-credential' },
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock: systemClock,
    limits: {
      connectMs: 2_000,
      firstByteMs: 5_000,
      startMs: 5_000,
      callMs: 5_000,
      answerBytes: 1_000_000,
      ...limits,
    },
    backoff: { firstMs: 20 },
  });
  rig = await GatewayRig.start({ policy, link });
}

/** An SDK 1 client with what the tests need beyond `AnyClient`. */
async function connectOld(onRequest?: () => string): Promise<{ client: Client; logged: unknown[] }> {
  const client = new Client(
    { name: 't', version: '1' },
    onRequest ? { capabilities: { sampling: {} } } : undefined,
  );
  const logged: unknown[] = [];
  if (onRequest) {
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: onRequest() },
    }));
  }
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logged.push(params.data);
  });
  const requestInit = { headers: { authorization: `Bearer ${rig.token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(rig.url), { requestInit }));
  return { client, logged };
}

async function initialize(token = rig.token): Promise<string> {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } };
  const opened = await rig.post(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }), {
    authorization: `Bearer ${token}`,
  });
  const session = opened.headers.get('mcp-session-id') ?? '';
  expect(session).not.toBe('');
  await rig.post('{"jsonrpc":"2.0","method":"notifications/initialized"}', { 'mcp-session-id': session });
  return session;
}

const callIn = (
  session: string,
  name: string,
  args: object,
  id: string | number = 1,
): ReturnType<GatewayRig['post']> =>
  rig.post(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }), {
    'mcp-session-id': session,
  });

describe.each(CLIENTS)('%s before a server of 2024-11-05', (kind) => {
  it('lists what the policy shows, calls, and is refused the hidden tool', async () => {
    await start();
    const client = await connectClient(kind, { url: rig.url, token: rig.token });
    expect(client.era).toBe(kind === 'SDK 2, modern' ? 'modern' : 'legacy');
    expect(await client.listTools()).toEqual(['echo', 'count', 'ask', 'log', 'slow']);
    expect((await client.callTool('echo', { text: 'zażółć' })).content[0]?.text).toBe('zażółć');
    await expect(client.callTool('delete_all')).rejects.toThrow('Unknown tool: delete_all');
    expect(server.ran).toEqual(['echo']);
    await client.close();
  });

  it('gets each of fifty calls its own answer', async () => {
    await start();
    const client = await connectClient(kind, { url: rig.url, token: rig.token });
    const texts = Array.from({ length: 50 }, (_, i) => `call ${i}`);
    const answers = await Promise.all(texts.map((text) => client.callTool('echo', { text })));
    expect(answers.map(({ content }) => content[0]?.text)).toEqual(texts);
    await client.close();
  });
});

describe('an agent with a session', () => {
  it('has a connection of its own, with progress, log messages and requests of the server', async () => {
    await start();
    const { client, logged } = await connectOld(() => 'carry on');
    expect(client.getInstructions()).toBe('Old, but kind.');
    const steps: number[] = [];
    const counted = await client.callTool({ name: 'count', arguments: { to: 3 } }, undefined, {
      onprogress: ({ progress }) => steps.push(progress),
    });
    expect(counted.content).toEqual([{ type: 'text', text: 'counted to 3' }]);
    expect(steps).toEqual([1, 2, 3]);
    expect((await client.callTool({ name: 'ask' })).content).toEqual([
      { type: 'text', text: '{"type":"text","text":"carry on"}' },
    ]);
    await client.callTool({ name: 'log', arguments: { text: 'hello' } });
    await expect.poll(() => logged).toEqual(['hello']);
    await client.close();
  });

  it('shares nothing with another: equal ids and tokens do not meet', async () => {
    await start();
    const [a, b] = await Promise.all([connectOld(() => 'from a'), connectOld(() => 'from b')]);
    const ask = async ({ client }: typeof a): Promise<unknown> =>
      (await client.callTool({ name: 'ask' })).content;
    expect(await Promise.all([ask(a), ask(b), ask(a)])).toEqual(
      ['a', 'b', 'a'].map((who) => [{ type: 'text', text: `{"type":"text","text":"from ${who}"}` }]),
    );
    await a.client.close();
    await b.client.close();
  });

  it('sends the server credential with every request, the grant never, and no address of the server comes down', async () => {
    await start();
    const session = await initialize();
    const { text, headers } = await callIn(session, 'echo', { text: 'x' });
    const authorizations = new Set(server.arrivals.map(({ headers: { authorization } }) => authorization));
    expect(authorizations).toEqual(new Set(['Bearer upstream-credential']));
    expect(
      server.arrivals.filter(({ verb }) => verb === 'GET').every(({ url }) => url === '/sse?tenant=1'),
    ).toBe(true);
    for (const id of server.connections.keys())
      expect(JSON.stringify([...headers, text, session])).not.toContain(id);
  });

  it('ends its connection with DELETE; the session is a 404 after that', async () => {
    await start();
    const session = await initialize();
    const before = server.connections.size;
    const headers = { authorization: `Bearer ${rig.token}`, 'mcp-session-id': session };
    expect((await fetch(rig.url, { method: 'DELETE', headers })).status).toBe(200);
    await expect.poll(() => server.connections.size).toBe(before - 1);
    expect((await callIn(session, 'echo', { text: 'x' })).status).toBe(404);
    expect((await fetch(rig.url, { method: 'DELETE', headers })).status).toBe(404);
  });

  it('is closed when nothing happened for long, and then is a 404', async () => {
    await start({ sessionIdleMs: 50 });
    const session = await initialize();
    await expect.poll(() => server.connections.size).toBe(0);
    expect((await callIn(session, 'echo', { text: 'x' })).status).toBe(404);
  });

  it('cannot be used by another grant', async () => {
    await start();
    const session = await initialize();
    const answer = await rig.post('{"jsonrpc":"2.0","id":1,"method":"ping"}', {
      authorization: `Bearer ${rig.strangerToken}`,
      'mcp-session-id': session,
    });
    expect(answer.status).toBe(403);
  });

  it('cannot take more than a quarter of the places: its idlest session goes', async () => {
    await start({ sessions: 4 });
    const first = await initialize();
    const second = await initialize();
    expect((await callIn(first, 'echo', { text: 'x' })).status).toBe(404);
    expect((await callIn(second, 'echo', { text: 'x' })).message.result?.content).toMatchObject([
      { text: 'x' },
    ]);
    // a session in use is not taken away: the next handshake is refused
    const slow = callIn(second, 'slow', { ms: 300 });
    await expect.poll(() => server.ran).toContain('slow');
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const refused = await rig.post(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }));
    expect(refused.message.error?.message).toContain('as many sessions');
    expect((await slow).message.result?.content).toMatchObject([{ text: 'slept' }]);
  });

  it('loses its session with the stream: the call under way is broken, not repeated, and counted', async () => {
    await start();
    const session = await initialize();
    const pending = callIn(session, 'slow', { ms: 3_000 });
    await expect.poll(() => server.ran).toEqual(['slow']);
    server.breakStreams();
    expect((await pending).message.result?.content?.[0]?.text).toMatch(
      /^\[UPSTREAM FAILED\].*Whether the call took effect is not known/,
    );
    expect((await callIn(session, 'echo', { text: 'x' })).status).toBe(404);
    expect(server.ran).toEqual(['slow']);
    await expect
      .poll(async () => (await rig.records()).map(({ ending }) => ending?.result))
      .toEqual(['broken', 'upstream_status']);
  });

  it('stops a call by cancelling it, not by leaving', async () => {
    await start();
    const session = await initialize();
    const cancel = (requestId: number): Promise<unknown> =>
      rig.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }), {
        'mcp-session-id': session,
      });
    const abort = new AbortController();
    const left = fetch(rig.url, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${rig.token}`, 'mcp-session-id': session },
      body: '{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"slow","arguments":{"ms":200}}}',
      signal: abort.signal,
    }).catch(() => 'left');
    await expect.poll(() => server.ran).toEqual(['slow']);
    abort.abort();
    expect(await left).toBe('left');
    const cancelled = callIn(session, 'slow', { ms: 10_000 }, 9);
    await expect.poll(() => server.ran).toEqual(['slow', 'slow']);
    expect(server.cancelled).toEqual([]);
    await cancel(9);
    expect((await cancelled).message.result?.isError).toBe(true);
    await expect.poll(() => server.cancelled).toEqual(['slow']);
  });

  it('may not reuse an id that is under way', async () => {
    await start();
    const session = await initialize();
    const first = callIn(session, 'slow', { ms: 300 }, 'same');
    await expect.poll(() => server.ran).toEqual(['slow']);
    const second = await callIn(session, 'echo', { text: 'x' }, 'same');
    expect(second.message.result?.content?.[0]?.text).toContain('another request with this id');
    expect((await first).message.result?.content).toMatchObject([{ text: 'slept' }]);
    expect(server.ran).toEqual(['slow']);
  });

  it('is told that its call took too long, and so is the server', async () => {
    await start({ callMs: 150 });
    const session = await initialize();
    const { message } = await callIn(session, 'slow', { ms: 10_000 });
    expect(message.result?.content?.[0]?.text).toMatch(/^\[UPSTREAM TIMEOUT\]/);
    await expect.poll(() => server.cancelled).toEqual(['slow']);
  });
});

describe('an agent without a session', () => {
  it('shares a connection that is opened again after it broke', async () => {
    await start();
    const call = (): ReturnType<GatewayRig['modern']> =>
      rig.modern('tools/call', { name: 'echo', arguments: { text: 'x' } });
    expect((await call()).message.result).toMatchObject({ resultType: 'complete', content: [{ text: 'x' }] });
    const [before] = server.connections.keys();
    server.breakStreams();
    await expect.poll(() => [...server.connections.keys()].filter((id) => id !== before).length).toBe(1);
    expect((await call()).message.result?.content).toMatchObject([{ text: 'x' }]);
  });

  it('that leaves in the modern era stops its call', async () => {
    await start();
    const abort = new AbortController();
    const left = fetch(rig.url, {
      method: 'POST',
      headers: {
        ...JSON_HEADERS,
        authorization: `Bearer ${rig.token}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'slow',
      },
      body: JSON.stringify(modernMessage('tools/call', { name: 'slow', arguments: { ms: 10_000 } })),
      signal: abort.signal,
    }).catch(() => 'left');
    await expect.poll(() => server.ran).toEqual(['slow']);
    abort.abort();
    expect(await left).toBe('left');
    await expect.poll(() => server.cancelled).toEqual(['slow']);
  });

  it('is served a tool that the server adds', async () => {
    await start();
    expect((await rig.modern('tools/list')).text).not.toContain('added');
    server.addTool('added');
    await expect
      .poll(async () => (await rig.modern('tools/call', { name: 'added' })).message.result?.content)
      .toMatchObject([{ text: 'added' }]);
  });

  it('is told in-band when there is no server', async () => {
    await start();
    await server.stop();
    const { status, message } = await rig.modern('tools/call', { name: 'echo', arguments: { text: 'x' } });
    expect(status).toBe(200);
    expect(message.result?.content?.[0]?.text).toMatch(/^\[UPSTREAM UNAVAILABLE\].*did not run/);
    expect(message.result?.content?.[0]?.text).not.toContain('127.0.0.1');
  });
});
