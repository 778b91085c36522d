import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig } from '../support/gateway-rig.ts';
import { OFFERING_RULES, offers } from '../support/offerings.ts';

/** Several messages in one body exist in 2025-03-26 alone; there each one is judged on its own. */
let rig: GatewayRig;
let session: string;

async function openSession(revision: string): Promise<string> {
  const answer = await rig.post(
    `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"${revision}","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
  );
  return answer.headers.get('mcp-session-id') ?? '';
}

beforeAll(async () => {
  rig = await GatewayRig.start({
    policy: { ...OFFERING_RULES, tools: { echo: {} } },
    upstream: { sessions: true, answers: offers },
  });
  session = await openSession('2025-03-26');
});
beforeEach(() => {
  rig.upstream.arrivals.length = 0;
});
afterAll(() => rig.close());

const call = (id: number, name: string): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name },
});
const post = (body: unknown, id = session) =>
  rig.post(typeof body === 'string' ? body : JSON.stringify(body), { 'mcp-session-id': id });
const messagesOf = (text: string): { id: number; result: { isError?: boolean } }[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(
    ([, data]) => JSON.parse(data ?? '') as { id: number; result: { isError?: boolean } },
  );

describe('a batch in a session of 2025-03-26', () => {
  it('is judged message by message: the allowed ones arrive, the denied ones are answered', async () => {
    const { status, text } = await post([
      call(1, 'echo'),
      call(2, 'delete_all'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      call(3, 'echo'),
    ]);
    expect(status).toBe(200);
    const denied = messagesOf(text).map(({ id, result }): [number, boolean] => [id, result.isError === true]);
    expect(denied.toSorted(([a], [b]) => a - b)).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(rig.upstream.calls.map(({ name }) => name)).toEqual(['echo', 'echo']);
    expect(rig.upstream.arrivals.every(({ body }) => !body.startsWith('['))).toBe(true);
  });

  it('with a tool list in it is filtered', async () => {
    const { text } = await post([{ jsonrpc: '2.0', id: 1, method: 'tools/list' }]);
    expect(text).toContain('"echo"');
    expect(text).not.toContain('delete_all');
  });

  it('with resources and prompts in it is judged as well', async () => {
    const request = (id: number, method: string, params: object) => ({ jsonrpc: '2.0', id, method, params });
    const { text } = await post([
      request(1, 'resources/list', {}),
      request(2, 'resources/read', { uri: 'file:///etc/passwd' }),
      request(3, 'prompts/get', { name: 'admin_reset' }),
    ]);
    expect(text).toContain('README.md');
    expect(text).not.toContain('///etc/passwd","name"');
    expect(text).toContain('"code":-32002');
    expect(text).toContain('Unknown prompt: admin_reset');
    expect(rig.upstream.arrivals).toHaveLength(1);
  });

  it('of notifications alone is accepted without an answer', async () => {
    const { status, text } = await post([{ jsonrpc: '2.0', method: 'notifications/initialized' }]);
    expect({ status, text }).toEqual({ status: 202, text: '' });
  });

  it.each([
    ['is empty', '[]'],
    ['is nested', [[call(1, 'echo')]]],
    ['holds what is no message', ['echo']],
    ['opens a session', [{ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }]],
    ['uses an id twice', [call(1, 'echo'), call(1, 'delete_all')]],
    ['is too long', Array.from({ length: 51 }, (_, id) => call(id, 'echo'))],
    [
      'holds a number that cannot be carried',
      '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"n":9007199254740993}}}]',
    ],
  ])('that %s is refused whole', async (_, body) => {
    const answer = await post(body);
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32600,
    });
    expect(rig.upstream.arrivals).toEqual([]);
  });
});

describe('a batch anywhere else', () => {
  it.each(['2024-11-05', '2025-06-18', '2025-11-25'])('a session of %s: 400', async (revision) => {
    const other = await openSession(revision);
    rig.upstream.arrivals.length = 0;
    const answer = await post([call(1, 'echo')], other);
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32600,
    });
    expect(rig.upstream.arrivals).toEqual([]);
  });

  it('no session, or one of somebody else: 400', async () => {
    expect((await rig.post(JSON.stringify([call(1, 'echo')]))).status).toBe(400);
    expect((await post([call(1, 'echo')], `${session}x`)).status).toBe(400);
    expect(rig.upstream.arrivals).toEqual([]);
  });
});
