import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { serveStdio } from '#gateway';
import { silentLog } from '#platform';
import { GatewayRig, modernMessage, type RigOptions } from '../../support/gateway-rig.ts';
import { CALL } from './guarded-rig.ts';

/** What comes back from a server, or is kept by the gateway for an agent, gives no agent more than it may have. */
let rig: GatewayRig;
const start = async (options: RigOptions): Promise<GatewayRig> => (rig = await GatewayRig.start(options));
afterEach(() => rig.close());

const ALLOW_ECHO = { version: '1', default: 'deny', tools: { echo: {} } };

describe('addresses of the server', () => {
  it('in an endpoint event do not reach the agent', async () => {
    await start({ policy: ALLOW_ECHO });
    rig.upstream.rawAnswer = {
      contentType: 'text/event-stream',
      body: [
        'event: endpoint\ndata: /messages?session=1',
        'event: endpoint\ndata: "http://upstream.example/messages"',
        'data: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n\n',
      ].join('\n\n'),
    };
    const answer = await rig.call('echo');
    expect(answer.message).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } });
    expect(answer.text).not.toMatch(/endpoint|messages/);
  });
});

describe('tasks', () => {
  it.each(['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/list', 'tasks/update'])(
    'of any grant are asked for in vain (%s)',
    async (method) => {
      await start({ policy: ALLOW_ECHO });
      const body = { jsonrpc: '2.0', id: 1, method, params: { taskId: 't' } };
      const legacy = await rig.post(JSON.stringify(body), { 'mcp-protocol-version': '2025-11-25' });
      expect(legacy.message.error?.code).toBe(-32601);
      const modern = await rig.modern(method, { taskId: 't' }, { 'mcp-name': 't' });
      expect({ status: modern.status, code: modern.message.error?.code }).toEqual({
        status: 404,
        code: -32601,
      });
      expect(rig.upstream.arrivals).toEqual([]);
    },
  );

  it.each([
    ['2025-11-25', '{"task":{"taskId":"t","status":"working"}}'],
    ['2026-07-28', '{"resultType":"task","taskId":"t","status":"working"}'],
  ])('that a server starts unasked do not reach the agent (%s)', async (revision, result) => {
    await start({ policy: ALLOW_ECHO });
    rig.upstream.rawAnswer = {
      contentType: 'application/json',
      body: `{"jsonrpc":"2.0","id":1,"result":${result}}`,
    };
    const answer =
      revision === '2026-07-28' ? await rig.modern('tools/call', { name: 'echo' }) : await rig.call('echo');
    expect(answer.message.error?.code).toBe(-32603);
    expect(answer.text).not.toContain('taskId');
  });
});

describe('a filtered tool list', () => {
  it('may be kept by no cache between, in either era', async () => {
    await start({ policy: ALLOW_ECHO });
    const legacy = await rig.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    expect(legacy.headers.get('cache-control')).toBe('no-store');
    const modern = await rig.modern('tools/list');
    expect(modern.headers.get('cache-control')).toBe('no-store');
    expect(modern.message.result).toMatchObject({ cacheScope: 'private' });
  });
});

describe('a refusal', () => {
  it.each([1, '1', 'a"b', -7, 9007199254740991])(
    'carries the id of its request, as it was sent (%s)',
    async (id) => {
      await start({ policy: ALLOW_ECHO });
      for (const name of ['delete_all', 'no_such_tool'])
        expect((await rig.call(name, {}, id)).message.id).toBe(id);
      const modern = await rig.post(JSON.stringify(modernMessage('tools/call', { name: 'x' }, id)));
      expect(modern.message).toMatchObject({ id, error: { code: -32020 } });
    },
  );

  it.each<[string, string, Record<string, string>]>([
    ['a call without a name', `{${CALL},"params":{}}`, {}],
    ['arguments that are no object', `{${CALL},"params":{"name":"echo","arguments":[]}}`, {}],
    [
      'a call as a task',
      `{${CALL},"params":{"name":"echo","task":{}}}`,
      { 'mcp-protocol-version': '2025-11-25' },
    ],
  ])('before any policy is recorded too: %s', async (_, body, headers) => {
    await start({ policy: ALLOW_ECHO });
    expect((await rig.post(body, headers)).message.error?.code).toBe(-32602);
    expect((await rig.records()).map(({ outcome, rule }) => ({ outcome, rule }))).toEqual([
      { outcome: 'refused', rule: '(protocol)' },
    ]);
  });
});

it("a server's request that came without a session is answered by its own grant alone", async () => {
  await start({ policy: ALLOW_ECHO });
  rig.upstream.rawAnswer = {
    contentType: 'text/event-stream',
    body: [
      'data: {"jsonrpc":"2.0","id":3,"method":"elicitation/create","params":{"message":"Sure?"}}',
      'data: {"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n\n',
    ].join('\n\n'),
  };
  const { text } = await rig.call('echo');
  const id = /"id":"(tgr1[^"]+)"/.exec(text)?.[1];
  rig.upstream.arrivals.length = 0;
  const answer = JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept' } });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${rig.strangerToken}` };
  const stranger = await fetch(rig.url.replace('shop', 'other'), { method: 'POST', headers, body: answer });
  expect(stranger.status).toBe(400);
  expect(rig.upstream.arrivals).toEqual([]);
  expect((await rig.post(answer)).status).toBe(202);
  expect(rig.upstream.arrivals.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{ id: 3 }]);
});

describe('a state of the server', () => {
  it('that is large comes back, and one that is too large is told at once', async () => {
    await start({ policy: { version: '1', default: 'deny', tools: { ask: {} } } });
    const interrupt = (length: number): void => {
      const result = { resultType: 'input_required', inputRequests: {}, requestState: 's'.repeat(length) };
      rig.upstream.rawAnswer = {
        contentType: 'application/json',
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, result }),
      };
    };
    interrupt(60_000);
    const requestState = (await rig.modern('tools/call', { name: 'ask' })).message.result?.['requestState'];
    const again = await rig.modern('tools/call', { name: 'ask', inputResponses: {}, requestState });
    expect(again.message.result).toMatchObject({ resultType: 'complete' });
    expect(JSON.parse(rig.upstream.arrivals.at(-1)?.body ?? '{}')).toMatchObject({
      params: { requestState: 's'.repeat(60_000) },
    });
    interrupt(300_000);
    expect((await rig.modern('tools/call', { name: 'ask' })).message.error?.code).toBe(-32603);
  });
});

it('numbers that would change are not sent: a message that must be written anew is refused', async () => {
  await start({ policy: ALLOW_ECHO });
  const body = JSON.stringify(modernMessage('tools/call', { name: 'echo' })).replace(
    '"_meta":{',
    '"_meta":{"io.toolgate/decision":{},"progressToken":9007199254740993,',
  );
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' };
  expect((await rig.post(body, headers)).status).toBe(400);
  expect(rig.upstream.calls).toEqual([]);
});

describe('on standard input and output', () => {
  const REPORT = {
    name: 'report',
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
  };

  /** One agent's lines, from its start to its end; gives all that it was told. */
  async function talk(lines: readonly object[], until: string): Promise<string> {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let text = '';
    output.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const served = serveStdio({ ...rig.front, input, output, log: silentLog });
    for (const line of lines) input.write(`${JSON.stringify(line)}\n`);
    await expect.poll(() => text).toContain(until);
    input.end();
    await served;
    return text;
  }

  it('headers that repeat arguments are made from the judged call', async () => {
    await start({ policy: { version: '1', default: 'allow' }, upstream: { tools: [REPORT] } });
    await talk(
      [modernMessage('tools/call', { name: 'report', arguments: { region: 'Łódź' } })],
      '"resultType":"complete"',
    );
    expect(rig.upstream.arrivals.at(-1)?.headers).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-name': 'report',
      'mcp-param-region': `=?base64?${Buffer.from('Łódź').toString('base64')}?=`,
    });
  });

  it('an agent that leaves an open subscription behind is gone all the same', async () => {
    await start({ policy: ALLOW_ECHO });
    const text = await talk(
      [modernMessage('subscriptions/listen', { notifications: { toolsListChanged: true } })],
      'acknowledged',
    );
    expect(text).toContain('subscriptionId');
    await expect.poll(() => rig.upstream.openStreams).toBe(0);
  });

  it('an answer of several lines is one line, and its numbers keep their digits', async () => {
    await start({ policy: ALLOW_ECHO });
    rig.upstream.rawAnswer = {
      contentType: 'application/json',
      body: '{\n  "jsonrpc": "2.0",\r\n  "id": 1,\n  "result": { "n": 12345678901234567890.10 }\n}',
    };
    const text = await talk(
      [{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo' } }],
      '"result"',
    );
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('12345678901234567890.10');
  });
});
