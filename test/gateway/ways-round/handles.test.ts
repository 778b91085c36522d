import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SdkTaskServer } from '../../fixtures/tasks/sdk-server.ts';
import { answered, GatewayRig, JSON_HEADERS, modernMessage } from '../../support/gateway-rig.ts';
import { CALL, guardedRig } from './guarded-rig.ts';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}';

interface Event {
  readonly id: string | undefined;
  readonly data: string;
}

/** The events of a stream up to the first that holds a text, or to its end. */
async function eventsOf(response: Response, until = '\0'): Promise<Event[]> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(until)) break;
  }
  return text.split('\n\n').flatMap((block) => {
    const data = /^data: ?(.*)$/m.exec(block)?.[1];
    return data === undefined ? [] : [{ id: /^id: (.*)$/m.exec(block)?.[1], data }];
  });
}

describe('the event id of a stream', () => {
  let server: SdkTaskServer;
  let rig: GatewayRig;
  let serverUrl = '';
  beforeAll(async () => {
    server = new SdkTaskServer();
    serverUrl = await server.start();
    rig = await GatewayRig.start({
      policy: { version: '1', default: 'deny', tools: { brew: {}, drip: {} } },
      serverUrl,
      methods: { tasks: true },
    });
  });
  beforeEach(() => {
    rig.setPolicy({ version: '1', default: 'deny', tools: { brew: {}, drip: {} } });
  });
  afterEach(() => server.finish());
  afterAll(async () => {
    await rig.close();
    await server.close();
  });

  const headersOf = (token: string, session?: string): Record<string, string> => ({
    ...JSON_HEADERS,
    authorization: `Bearer ${token}`,
    ...(session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
  });
  const send = (session: string, message: object, url = rig.url, token = rig.token): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: headersOf(token, session),
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
    });
  const resume = (
    session: string,
    lastEventId: string,
    url = rig.url,
    token = rig.token,
  ): Promise<Response> =>
    fetch(url, {
      headers: { ...headersOf(token, session), accept: 'text/event-stream', 'last-event-id': lastEventId },
    });
  async function openSession(url = rig.url, token = rig.token): Promise<string> {
    const response = await fetch(url, { method: 'POST', headers: headersOf(token), body: INITIALIZE });
    await eventsOf(response);
    return response.headers.get('mcp-session-id') ?? '';
  }
  const drip = { method: 'tools/call', params: { name: 'drip', arguments: { what: 'secret' } } };

  /** A call whose stream broke before its answer; gives the id after which the answer comes. */
  async function brokenCall(session: string, url = rig.url, token = rig.token): Promise<string> {
    const [event] = await eventsOf(await send(session, drip, url, token));
    expect(event?.data).toBe('');
    return event?.id ?? '';
  }

  it('lets a real client go on after a broken stream, and the server sees its own id', async () => {
    const client = new Client({ name: 'resuming', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${rig.token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(rig.url), { requestInit }));
    server.resumed.length = 0;
    const call = client.callTool({ name: 'drip', arguments: { what: 'slowly' } });
    await expect.poll(() => server.resumed.some((id) => id !== undefined)).toBe(true);
    expect(server.resumed.filter((id) => id !== undefined)[0]).toMatch(/^\d+$/);
    server.finish();
    expect((await call)['content']).toEqual([{ type: 'text', text: 'dripped slowly' }]);
    await client.close();
  });

  it('would make the server itself replay the answers of any session to any other', async () => {
    const id = await brokenCall(await openSession(serverUrl), serverUrl);
    server.finish();
    const other = await openSession(serverUrl);
    const events = await eventsOf(await resume(other, id, serverUrl), 'dripped');
    expect(events.at(-1)?.data).toContain('dripped secret');
  });

  it('is worth nothing in another session: of a neighbour, of the grant itself, or of none', async () => {
    const session = await openSession();
    const id = await brokenCall(session);
    expect(id).toMatch(/^tge1\./);
    const neighbour = await openSession(rig.url, rig.neighbourToken);
    const another = await openSession();
    server.resumed.length = 0;
    const recordsBefore = (await rig.records()).length;
    expect((await resume(neighbour, id, rig.url, rig.neighbourToken)).status).toBe(400);
    expect((await resume(session, id, rig.url, rig.neighbourToken)).status).toBe(404);
    expect((await resume(another, id)).status).toBe(400);
    const refused = await answered(await resume(another, id));
    expect(refused.message.error?.message).toContain('Last-Event-ID');
    expect(server.resumed).toEqual([]);
    expect((await rig.records()).slice(recordsBefore).map(({ rule }) => rule)).toEqual(
      Array.from({ length: 3 }, () => '(protocol)'),
    );
    server.finish();
    const events = await eventsOf(await resume(session, id), 'dripped');
    expect(events.at(-1)?.data).toContain('dripped secret');
  });

  it.each(['1', '2', 'tge1.WyIxIl0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'tge1..', 'x'.repeat(9_000)])(
    'that was not handed out opens nothing (%#)',
    async (id) => {
      const session = await openSession();
      server.resumed.length = 0;
      expect((await resume(session, id)).status).toBe(400);
      expect(server.resumed).toEqual([]);
    },
  );

  it('that is empty is none', async () => {
    const session = await openSession();
    server.resumed.length = 0;
    const response = await resume(session, '');
    expect(response.status).toBe(200);
    expect(server.resumed).toEqual([undefined]);
    await response.body?.cancel();
  });

  it('brings back a tool list as filtered as the first time', async () => {
    const session = await openSession();
    const [first] = await eventsOf(await send(session, { method: 'tools/list' }));
    rig.setPolicy({ version: '1', default: 'deny', tools: { brew: {} } });
    const replayed = await eventsOf(await resume(session, first?.id ?? ''), '"tools"');
    const { tools } = (JSON.parse(replayed[0]?.data ?? '') as { result: { tools: { name: string }[] } })
      .result;
    expect(tools.map(({ name }) => name)).toEqual(['brew']);
  });

  it('brings back a task under the same id, as long as the policy gives its tool', async () => {
    const session = await openSession();
    const params = { name: 'brew', arguments: { what: 'tea' }, task: {} };
    const [first, made] = await eventsOf(await send(session, { method: 'tools/call', params }));
    const taskIdOf = (event: Event | undefined): string =>
      (JSON.parse(event?.data ?? '') as { result: { task: { taskId: string } } }).result.task.taskId;
    const taskId = taskIdOf(made);
    expect(taskId).toMatch(/^tgt1\./);
    const [again] = await eventsOf(await resume(session, first?.id ?? ''), 'taskId');
    expect(taskIdOf(again)).toBe(taskId);

    server.finish();
    const collected = await eventsOf(await send(session, { method: 'tasks/result', params: { taskId } }));
    expect(collected[1]?.data).toContain('brewed tea');
    const id = collected[0]?.id ?? '';
    const [replayed] = await eventsOf(await resume(session, id), 'brewed');
    expect(replayed?.data).toContain(taskId);
    rig.setPolicy({ version: '1', default: 'deny', tools: { drip: {} } });
    // the server gives a stream to one connection at a time, and the one before is being closed
    let third: Response | undefined;
    await expect.poll(async () => (third = await resume(session, id)).status).toBe(200);
    const [refused] = third ? await eventsOf(third, '"id"') : [];
    expect(JSON.parse(refused?.data ?? '')).toMatchObject({ error: { message: 'Task not found' } });
  });
});

describe('handles of a session', () => {
  const guard = guardedRig();
  const open = async (token = guard.rig.token): Promise<string> => {
    const answer = await guard.rig.post(INITIALIZE, { authorization: `Bearer ${token}` });
    return answer.headers.get('mcp-session-id') ?? '';
  };

  it('an id of the client’s choice is no session: the server never sees it', async () => {
    const answer = await guard.rig.post(INITIALIZE, { 'mcp-session-id': 'chosen-by-an-attacker' });
    expect(answer.headers.get('mcp-session-id')).toMatch(/^tgs1\./);
    expect(guard.rig.upstream.arrivals.map(({ headers }) => headers['mcp-session-id'])).toEqual([undefined]);
  });

  it('a neighbour on the same server cannot use, listen to or end a session', async () => {
    const session = await open();
    guard.rig.upstream.arrivals.length = 0;
    const headers = {
      ...JSON_HEADERS,
      authorization: `Bearer ${guard.rig.neighbourToken}`,
      'mcp-session-id': session,
    };
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? `{${CALL},"params":{"name":"echo"}}` : null;
      expect((await fetch(guard.rig.url, { method, headers, body })).status).toBe(404);
    }
    guard.expectNothingArrived();
  });

  it('a request of the server is answered once, and by its session alone', async () => {
    const session = await open();
    const abort = new AbortController();
    const headers = {
      ...JSON_HEADERS,
      authorization: `Bearer ${guard.rig.token}`,
      accept: 'text/event-stream',
      'mcp-session-id': session,
    };
    const response = await fetch(guard.rig.url, { headers, signal: abort.signal });
    await expect.poll(() => guard.rig.upstream.openStreams).toBe(1);
    guard.rig.upstream.push({ jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: {} });
    const [question] = await eventsOf(response, 'elicitation');
    const { id } = JSON.parse(question?.data ?? '') as { id: string };
    abort.abort();
    const neighbours = await open(guard.rig.neighbourToken);
    guard.rig.upstream.arrivals.length = 0;
    const answer = (action: string, inSession = session, token = guard.rig.token) =>
      guard.rig.post(JSON.stringify({ jsonrpc: '2.0', id, result: { action } }), {
        'mcp-session-id': inSession,
        authorization: `Bearer ${token}`,
      });
    expect((await answer('accept', neighbours, guard.rig.neighbourToken)).status).toBe(400);
    guard.expectNothingArrived();
    expect((await answer('decline')).status).toBe(202);
    const again = await answer('accept');
    expect({ status: again.status, text: again.message.error?.message }).toEqual({
      status: 400,
      text: 'This request of the server was answered already',
    });
    expect(guard.rig.upstream.arrivals.map(({ body }) => JSON.parse(body) as object)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { action: 'decline' } },
    ]);
  });

  it.each(['7', 7])('a modern subscription keeps its id, as text and as number (%j)', async (id) => {
    const abort = new AbortController();
    const response = await fetch(guard.rig.url, {
      method: 'POST',
      headers: {
        ...JSON_HEADERS,
        authorization: `Bearer ${guard.rig.token}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify(
        modernMessage('subscriptions/listen', { notifications: { toolsListChanged: true } }, id),
      ),
      signal: abort.signal,
    });
    const [acknowledged] = await eventsOf(response, 'subscriptionId');
    expect(JSON.parse(acknowledged?.data ?? '')).toMatchObject({
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
    });
    expect(JSON.parse(guard.rig.upstream.arrivals.at(-1)?.body ?? '')).toMatchObject({ id });
    abort.abort();
  });

  it('a modern answer has no event ids: nothing can be resumed in that revision', async () => {
    const answer = await guard.rig.modern('tools/call', { name: 'echo', arguments: { text: 'x' } });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toMatch(/^id:/m);
  });
});
