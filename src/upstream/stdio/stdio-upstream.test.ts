import { META_KEYS, type JsonObject } from '#mcp';
import { afterAll, describe, expect, it } from 'vitest';
import { call, fixtureUpstream, open, report, request, until } from '../../../test/fixtures/stdio/probe.ts';

const server = fixtureUpstream('server.mjs');
afterAll(() => server.close());

const MODERN = { era: 'modern' } as const;

describe('one child for all callers', () => {
  it('shakes hands once, whoever comes first', async () => {
    const shared = fixtureUpstream('server.mjs', ['--slow', '50']);
    const calls = Array.from({ length: 50 }, (_, i) =>
      call(
        shared,
        'echo',
        { text: `caller ${i}` },
        { grantId: `grant-${i}`, era: i % 2 === 0 ? 'legacy' : 'modern' },
      ),
    );
    const texts = (await Promise.all(calls)).map((probe) => probe.text);
    expect(texts).toEqual(calls.map((_, i) => `caller ${i}`));
    expect(await report(shared)).toMatchObject({ handshakes: 1, initialized: 1 });
    await shared.close();
  });

  it('gives each of 100 concurrent callers the answer to its own call under its own id', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? i >> 1 : String(i >> 1)));
    const probes = ids.map((id, i) =>
      request(
        server,
        id,
        'tools/call',
        { name: 'echo_later', arguments: { text: `${typeof id} ${id}` } },
        {
          grantId: `grant-${i % 7}`,
        },
      ),
    );
    const answers = await Promise.all(probes.map((probe) => probe.done));
    for (const [i, answer] of answers.entries()) {
      expect(answer.message['id']).toBe(ids[i]);
      expect(answer.text).toBe(`${typeof ids[i]} ${ids[i]}`);
      expect(answer.faults).toEqual([]);
    }
  });

  it('sends the judged characters and gives back the child’s, numbers beyond a double included', async () => {
    const body = `{
      "jsonrpc": "2.0", "params": {"arguments": {"n": 9007199254740993, "t": "a\\nb"}, "name": "raw"},
      "method": "tools/call", "id": "x\\u0031" }`;
    const answer = await open(server, 'POST', body).done;
    expect(answer.message['id']).toBe('x1');
    expect(answer.text).toContain('"arguments": {"n": 9007199254740993, "t": "a\\nb"}');
    expect(answer.body).toContain('{"n":9007199254740993}');
    const modern = await open(
      server,
      'POST',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw","arguments":{"n":9007199254740993},
       "_meta":{"${META_KEYS.protocolVersion}":"2026-07-28","${META_KEYS.clientCapabilities}":{}}}}`,
      MODERN,
    ).done;
    expect(modern.text).toContain('"arguments":{"n":9007199254740993}');
    expect(modern.text).not.toContain('modelcontextprotocol');
    expect(modern.body).toContain('{"n":9007199254740993}');
    expect(modern.result['resultType']).toBe('complete');
  });

  it('refuses what the server asks of a client, answers its ping, and passes neither on', async () => {
    const probe = await call(server, 'ask_client');
    expect(probe.text).toBe('asked');
    await until(async () => (await report(server)).answers.length >= 3);
    const { answers } = await report(server);
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 'ask-1', error: { code: -32601, message: 'Method not found' } },
      { jsonrpc: '2.0', id: 'ask-2', result: {} },
      { jsonrpc: '2.0', id: 3, error: { code: -32601, message: 'Method not found' } },
    ]);
  });

  it('does not mind lines that are no messages', async () => {
    expect((await call(server, 'garbage')).text).toBe('after the garbage');
    expect((await call(server, 'echo', { text: 'well' })).text).toBe('well');
  });

  it('starts nothing before it is needed', async () => {
    const idle = fixtureUpstream('server.mjs');
    expect(idle.knownTools()).toBeUndefined();
    expect((await request(idle, 1, 'ping').done).result).toEqual({});
    await idle.close();
    expect((await call(idle, 'echo')).failure).toMatchObject({ kind: 'unreachable', reached: false });
  });
});

describe('a legacy client', () => {
  it.each([
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2024-11-05'],
    ['2099-01-01', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
  ])('that asks for %s is told %s', async (asked, told) => {
    const params = { protocolVersion: asked, capabilities: {}, clientInfo: { name: 'agent', version: '1' } };
    const answer = await request(server, 0, 'initialize', params).done;
    expect(answer.result).toEqual({
      protocolVersion: told,
      capabilities: { tools: { listChanged: true }, logging: {}, resources: {} },
      serverInfo: { name: 'fixture', version: '1.2.3' },
      instructions: 'Be gentle.',
    });
    expect(answer.head?.session).toMatch(/^[\w-]{20,}$/);
  });

  it('gets a different session each time', async () => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'agent', version: '1' },
    };
    const sessions = await Promise.all(
      [1, 2].map(async (id) => (await request(server, id, 'initialize', params).done).head?.session),
    );
    expect(new Set(sessions).size).toBe(2);
  });

  it.each([
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}'],
    ['a response', '{"jsonrpc":"2.0","id":1,"result":{}}'],
  ])('that posts %s is answered 202 without a body', async (_, body) => {
    const answer = await open(server, 'POST', body).done;
    expect([answer.head?.status, answer.body]).toEqual([202, '']);
  });

  it('ends a session with 200, sets a log level, and is refused resource subscriptions', async () => {
    expect((await open(server, 'DELETE', undefined).done).head?.status).toBe(200);
    expect((await request(server, 1, 'logging/setLevel', { level: 'debug' }).done).result).toEqual({});
    const refused = await request(server, 2, 'resources/subscribe', { uri: 'file:///a' }).done;
    expect(refused.message['error']).toMatchObject({ code: -32601 });
  });

  it('gets the server’s errors as they are, under its own id', async () => {
    const answer = await request(server, 'read', 'resources/read', { uri: 'file:///none' }).done;
    expect(answer.message).toEqual({
      jsonrpc: '2.0',
      id: 'read',
      error: { code: -32002, message: 'Resource not found' },
    });
  });

  it('does not stop a call by leaving', async () => {
    const probe = request(server, 1, 'tools/call', {
      name: 'progress',
      arguments: { steps: 20 },
      _meta: { progressToken: 1 },
    });
    await until(() => probe.events.length > 0);
    probe.exchange?.abort();
    const seen = probe.events.length;
    const before = (await report(server)).cancelled;
    expect((await call(server, 'progress', { steps: 40 })).text).toBe('done ');
    expect((await report(server)).cancelled).toEqual(before);
    expect(probe.events.length).toBe(seen);
  });

  it('cancels a request that still waits for the server, which then never gets it', async () => {
    const slow = fixtureUpstream('server.mjs', ['--slow', '100']);
    const probe = request(slow, 1, 'tools/call', { name: 'crash' });
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await open(slow, 'POST', JSON.stringify(cancel)).done).head?.status).toBe(202);
    expect((await probe.done).failure).toMatchObject({ kind: 'broken', reached: false });
    expect(await report(slow)).toMatchObject({ handshakes: 1, cancelled: [] });
    await slow.close();
  });

  it('cancels its own request and no other', async () => {
    const cancel = (id: string | number, caller: { grantId: string; session: string }): Promise<unknown> =>
      open(
        server,
        'POST',
        JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }),
        caller,
      ).done;
    const mine = { grantId: 'g1', session: 's1' };
    const before = (await report(server)).cancelled.length;
    const probe = request(server, 5, 'tools/call', { name: 'never' }, mine);
    await report(server); // the call has arrived before this answer
    await cancel(5, { grantId: 'g2', session: 's1' });
    await cancel(5, { grantId: 'g1', session: 's2' });
    await cancel('5', mine);
    expect((await report(server)).cancelled.length).toBe(before);
    expect(probe.failure).toBeUndefined();
    await cancel(5, mine);
    await probe.done;
    expect(probe.failure).toMatchObject({ kind: 'broken', reached: true });
    expect((await report(server)).cancelled.length).toBe(before + 1);
  });
});

describe('a modern client', () => {
  it('discovers a legacy server', async () => {
    const answer = await request(server, 'd', 'server/discover', {}, MODERN).done;
    expect(answer.message).toEqual({
      jsonrpc: '2.0',
      id: 'd',
      result: {
        resultType: 'complete',
        supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
        capabilities: { tools: { listChanged: true }, logging: {}, resources: {} },
        instructions: 'Be gentle.',
        ttlMs: 0,
        cacheScope: 'private',
        _meta: { [META_KEYS.serverInfo]: { name: 'fixture', version: '1.2.3' } },
      },
    });
  });

  it('gets modern results, errors and statuses', async () => {
    const list = await request(server, 1, 'tools/list', {}, MODERN).done;
    expect(list.result).toMatchObject({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      nextCursor: '',
    });
    const missing = await request(server, 2, 'resources/read', { uri: 'file:///none' }, MODERN).done;
    expect(missing.message).toEqual({
      jsonrpc: '2.0',
      id: 2,
      error: { code: -32602, message: 'Resource not found' },
    });
    const unknown = await request(server, 3, 'completion/complete', {}, MODERN).done;
    expect(unknown.head?.status).toBe(404);
    expect(unknown.message['error']).toMatchObject({ code: -32601 });
  });

  it('stops a call by leaving', async () => {
    const before = (await report(server)).cancelled.length;
    const probe = request(server, 9, 'tools/call', { name: 'never' }, MODERN);
    await report(server);
    probe.exchange?.abort();
    expect((await report(server)).cancelled.length).toBe(before + 1);
    expect(probe.failure).toBeUndefined();
  });

  it('that left before the server was up has its call never made', async () => {
    const slow = fixtureUpstream('server.mjs', ['--slow', '50']);
    const probe = request(slow, 1, 'tools/call', { name: 'crash' }, MODERN);
    probe.exchange?.abort();
    expect(await report(slow)).toMatchObject({ handshakes: 1, cancelled: [] });
    await slow.close();
  });
});

describe('progress', () => {
  it.each(['legacy', 'modern'] as const)(
    'goes to the %s caller that asked, with its own token',
    async (era) => {
      const probes = ['a', 'b', 7].map((token, i) =>
        request(
          server,
          1,
          'tools/call',
          {
            name: 'progress',
            arguments: { steps: 5, label: String(token) },
            _meta: { progressToken: token },
          },
          { era, grantId: `p${i}` },
        ),
      );
      for (const [i, probe] of probes.entries()) {
        await probe.done;
        expect(probe.head).toMatchObject({ status: 200, contentType: 'text/event-stream' });
        const tokens = probe.events
          .slice(0, -1)
          .map((event) => (event['params'] as JsonObject)['progressToken']);
        expect(tokens).toEqual(Array.from({ length: 5 }, () => ['a', 'b', 7][i]));
        expect(probe.text).toBe(`done ${['a', 'b', 7][i]}`);
        expect(probe.faults).toEqual([]);
      }
    },
  );

  it('is not asked for when the client did not ask', async () => {
    const probe = await call(server, 'progress', { steps: 3 });
    expect(probe.head?.contentType).toBe('application/json');
    expect(probe.text).toBe('done ');
  });

  it('keeps only the latest for a client that reads slowly', async () => {
    const probe = request(server, 1, 'tools/call', {
      name: 'progress',
      arguments: { steps: 30 },
      _meta: { progressToken: 't' },
    });
    probe.exchange?.pause();
    await probe.done;
    expect(probe.events.map((event) => event['method'] ?? 'answer')).toEqual([
      'notifications/progress',
      'answer',
    ]);
    expect(probe.events[0]?.['params']).toMatchObject({ progress: 30 });
  });
});

describe('a list that changes', () => {
  it('is told to every open stream in its own form, and read again', async () => {
    const changing = fixtureUpstream('server.mjs');
    let changes = 0;
    changing.onToolsChanged(() => changes++);
    const tools = await changing.tools();
    expect(tools.has('echo')).toBe(true);
    expect(tools.has('extra_1')).toBe(false);
    expect(changing.knownTools()).toBe(tools);

    const get = open(changing, 'GET', undefined);
    const listen = request(
      changing,
      'L',
      'subscriptions/listen',
      { notifications: { toolsListChanged: true } },
      MODERN,
    );
    const other = request(
      changing,
      8,
      'subscriptions/listen',
      { notifications: { promptsListChanged: true } },
      MODERN,
    );
    const left = open(changing, 'GET', undefined);
    await until(() => left.head !== undefined);
    left.exchange?.abort();

    await call(changing, 'change_resources');
    await call(changing, 'grow');
    expect(changes).toBe(1);
    await until(async () => (await changing.tools()).has('extra_1'));
    expect(get.events).toEqual([
      { jsonrpc: '2.0', method: 'notifications/resources/list_changed' },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
    ]);
    const _meta = { [META_KEYS.subscriptionId]: 'L' };
    const acknowledged = 'notifications/subscriptions/acknowledged';
    expect(listen.events).toEqual([
      { jsonrpc: '2.0', method: acknowledged, params: { _meta, notifications: { toolsListChanged: true } } },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta } },
    ]);
    expect(other.events.map((event) => event['method'])).toEqual([acknowledged]);
    expect(left.events).toEqual([]);

    await changing.close();
    await Promise.all([get.done, listen.done, other.done]);
    expect(get.events).toHaveLength(2);
    expect(listen.message).toEqual({ jsonrpc: '2.0', id: 'L', result: { resultType: 'complete', _meta } });
    expect(other.message['id']).toBe(8);
  });

  it('is read once, over all its pages, for callers that come together', async () => {
    const fresh = fixtureUpstream('server.mjs');
    const lists = await Promise.all(Array.from({ length: 10 }, () => fresh.tools()));
    expect(new Set(lists).size).toBe(1);
    expect(lists[0]?.get('leave_grandchild')?.definition.description).toBe('The leave_grandchild tool.');
    expect((await report(fresh)).lists).toBe(2); // two pages
    await fresh.close();
  });
});
