import { afterEach, describe, expect, it } from 'vitest';
import { ApprovalRig, HOLDING, pageOf, type ApprovalRigOptions } from '../support/approval-rig.ts';
import type { Answered } from '../support/gateway-rig.ts';

let held: ApprovalRig;
const start = async (options: ApprovalRigOptions = {}): Promise<ApprovalRig> =>
  (held = await ApprovalRig.start(options));
afterEach(() => held.close());

const DECISION = 'io.toolgate/decision';
const APPROVAL = 'io.toolgate/approval';
const textOf = ({ message }: Answered): string => message.result?.content?.[0]?.text ?? '';
const passed = ({ message }: Answered): boolean =>
  message.result !== undefined && message.result.isError !== true;
const outcomes = async (): Promise<unknown[]> =>
  (await held.rig.records()).map(({ outcome, rule }) => [outcome, rule]);

describe('a call that a policy holds', () => {
  it('is told where a person decides, until when, and to come again', async () => {
    const time = Date.parse('2026-03-01T12:00:00Z');
    await start({ clock: { now: () => time } });
    const { rig } = held;
    const answer = await rig.call('echo', { text: 'hi' });
    const { id } = await held.waiting();
    expect(answer.status).toBe(200);
    expect(answer.message.result?.isError).toBe(true);
    expect(textOf(answer)).toBe(
      `[APPROVAL REQUIRED] Echoes carry far. A person must agree to this call, at ${pageOf(id)} (approval ${id}, until 2026-03-01T12:15:00.000Z). Then make the very same call again, with the same arguments; another call is another question.`,
    );
    expect(answer.message.result?._meta).toEqual({
      [DECISION]: { rule: '/tools/echo/action', policy: 'rules', version: 'v1' },
      [APPROVAL]: { id, url: pageOf(id), expiresAt: '2026-03-01T12:15:00.000Z' },
    });
    expect(rig.upstream.calls).toEqual([]);
    expect((await rig.records()).map(({ outcome, message }) => [outcome, message])).toEqual([
      ['hold', `Echoes carry far. (${id})`],
    ]);
  });

  it('passes once after a person agreed, and the next one is held again', async () => {
    await start();
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    const { id } = await held.waiting();
    await held.approve(id);
    const answer = await rig.call('echo', { text: 'hi' });
    expect(textOf(answer)).toBe('echo: {"text":"hi"}');
    expect(textOf(await rig.call('echo', { text: 'hi' }))).toMatch(/^\[APPROVAL REQUIRED\]/);
    expect(rig.upstream.calls).toHaveLength(1);
    const [, allowed] = await rig.records();
    expect(allowed).toMatchObject({
      outcome: 'allow',
      rule: '/tools/echo/action',
      message: `A person agreed to this call (${id}).`,
    });
  });

  it('waits once, however often the agent asks, in whatever order it writes the arguments', async () => {
    await start();
    const { rig } = held;
    await rig.call('pay', { amount: 200, reason: 'rent' });
    await rig.call('pay', { reason: 'rent', amount: 200 });
    await rig.modern('tools/call', { name: 'pay', arguments: { amount: 200.0, reason: 'rent' } });
    expect((await held.waiting()).asked).toBe(3);
  });

  it.each([
    ['other arguments', 'pay', { amount: 201, reason: 'rent' }],
    ['one argument less', 'pay', { amount: 200 }],
    ['another tool', 'echo', { text: 'rent' }],
  ])('is not let through by the approval of a call with %s', async (_, tool, args) => {
    await start();
    const { rig } = held;
    await rig.call('pay', { amount: 200, reason: 'rent' });
    await held.approve((await held.waiting()).id);
    expect(textOf(await rig.call(tool, args))).toMatch(/^\[APPROVAL REQUIRED\]/);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('is not let through by the approval of another grant', async () => {
    await start();
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    await held.approve((await held.waiting()).id);
    const body = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'hi' } },
    };
    const authorization = `Bearer ${rig.neighbourToken}`;
    expect(textOf(await rig.post(JSON.stringify(body), { authorization }))).toMatch(/^\[APPROVAL REQUIRED\]/);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('passes exactly once among many at the same moment', async () => {
    await start();
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    await held.approve((await held.waiting()).id);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => rig.call('echo', { text: 'hi' }, i)),
    );
    expect(answers.filter(passed)).toHaveLength(1);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('is refused for good when a person declined, with what they say', async () => {
    await start();
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    const { id } = await held.waiting();
    await held.deny(id, 'Not before Monday.');
    const answer = await rig.call('echo', { text: 'hi' });
    expect(textOf(answer)).toBe(
      `[POLICY DENIED] Echoes carry far. A person declined this call (${id}) and says: Not before Monday.`,
    );
    expect(answer.message.result?._meta).toEqual({
      [DECISION]: { rule: '/tools/echo/action', policy: 'rules', version: 'v1' },
    });
    expect(await outcomes()).toEqual([
      ['hold', '/tools/echo/action'],
      ['deny', '/tools/echo/action'],
    ]);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('is held again when the agreement came too late to be used', async () => {
    const time = { now: 1_000_000 };
    await start({ clock: { now: () => time.now }, settings: { lifeMs: 60_000 } });
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    await held.approve((await held.waiting()).id);
    time.now += 60_000;
    expect(textOf(await rig.call('echo', { text: 'hi' }))).toMatch(/^\[APPROVAL REQUIRED\]/);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('needs no person when its arguments do not make it held', async () => {
    await start();
    expect(passed(await held.rig.call('pay', { amount: 99 }))).toBe(true);
    expect(await held.approvals()).toEqual([]);
  });

  it('is only written down where the policy observes', async () => {
    await start({ policy: { ...HOLDING, mode: 'observe' } });
    expect(passed(await held.rig.call('echo', { text: 'hi' }))).toBe(true);
    expect(await held.approvals()).toEqual([]);
    expect(await held.rig.records()).toMatchObject([{ outcome: 'hold', enforced: false }]);
  });
});

describe('a call that nobody can be asked about', () => {
  it('is refused when a number in it cannot be carried exactly', async () => {
    await start({ policy: { ...HOLDING, arguments: 'any' } });
    const { rig } = held;
    const answer = await rig.post(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"n":9007199254740993}}}',
    );
    expect(textOf(answer)).toMatch(/^\[POLICY DENIED\] Echoes carry far\. .*cannot be carried exactly/);
    expect(await held.approvals()).toEqual([]);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('is refused when its arguments are too large to be read by a person', async () => {
    await start();
    const answer = await held.rig.call('echo', { text: 'x'.repeat(300_000) });
    expect(textOf(answer)).toMatch(/^\[POLICY DENIED\] Echoes carry far\. .*too large/);
    expect(await outcomes()).toEqual([['deny', '/tools/echo/action']]);
  });

  it('is refused while approvals cannot be kept', async () => {
    const ask = (): never => {
      throw new Error('disk of /var/secret is full');
    };
    await start({ store: (inner) => ({ ...inner, ask }) });
    const answer = await held.rig.call('echo', { text: 'hi' });
    expect(textOf(answer)).toMatch(/^\[POLICY DENIED\] Echoes carry far\. .*cannot be asked now/);
    expect(answer.text).not.toContain('secret');
    expect(await outcomes()).toEqual([['deny', '/tools/echo/action']]);
    expect(held.rig.upstream.calls).toEqual([]);
  });
});

describe('an agreement', () => {
  async function agreed(tool: string, args: object, options: ApprovalRigOptions = {}): Promise<Answered> {
    await start(options);
    await held.rig.call(tool, args);
    await held.approve((await held.waiting()).id);
    return held.rig.call(tool, args);
  }

  it.each([
    ['the server answers 401', 'status', { status: 401 }],
    ['the server answers 429', 'status', { status: 429 }],
    ['the server says the parameters are invalid', 'rpc_error', { code: -32602 }],
  ])('is given back when %s', async (_, tool, args) => {
    await agreed(tool, args);
    await expect.poll(async () => (await held.approvals())[0]?.status).toBe('approved');
  });

  it.each([
    ['the call succeeds', 'echo', { text: 'hi' }],
    ['the server fails inside', 'rpc_error', { code: -32603 }],
    ['the connection breaks', 'hang_up', {}],
  ])('stands as used when %s', async (_, tool, args) => {
    await agreed(tool, args);
    await expect.poll(async () => (await held.rig.records()).at(-1)?.ending).toBeDefined();
    expect((await held.approvals())[0]?.status).toBe('used');
  });

  it('is given back when a limit has no room, and is worth something when it has', async () => {
    const limited = { limits: [{ counter: 'c', window: 'day', max: 1 }], action: 'require_approval' };
    const answer = await agreed(
      'echo',
      {},
      { policy: { version: '1', default: 'deny', tools: { echo: limited } } },
    );
    expect(passed(answer)).toBe(true);
    await held.rig.call('echo', { text: 'second' });
    const { id } = await held.waiting();
    await held.approve(id);
    const refused = await held.rig.call('echo', { text: 'second' });
    expect(refused.message.result?._meta?.[DECISION]?.rule).toBe('/tools/echo/limits/c');
    expect((await held.approvals()).find((approval) => approval.id === id)?.status).toBe('approved');
  });

  it('is given back when the decision cannot be recorded', async () => {
    await start();
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    await held.approve((await held.waiting()).id);
    const down = async (): Promise<never> => {
      throw new Error('the ledger is away');
    };
    const { reserve } = rig.store.counters;
    Object.assign(rig.store.counters, { reserve: down });
    Object.assign(rig.store.records, { insert: down });
    const answer = await rig.call('echo', { text: 'hi' });
    expect(answer.message.error?.code).toBe(-32603);
    expect(rig.upstream.calls).toEqual([]);
    expect((await held.approvals())[0]?.status).toBe('approved');
    Object.assign(rig.store.counters, { reserve });
    expect(passed(await rig.call('echo', { text: 'hi' }))).toBe(true);
  });

  it('is worth nothing under another version of the policy', async () => {
    await start();
    const { rig } = held;
    await rig.call('echo', { text: 'hi' });
    await held.approve((await held.waiting()).id);
    rig.setPolicy(HOLDING, 'v2');
    expect(textOf(await rig.call('echo', { text: 'hi' }))).toMatch(/^\[APPROVAL REQUIRED\]/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('a call that was agreed to and that the server interrupts for input', () => {
  const params = { name: 'ask', arguments: { topic: 'tea' } };
  const answers = { inputResponses: { sure: { action: 'accept', content: {} } } };

  async function interrupted(): Promise<string> {
    await start();
    const { rig } = held;
    await rig.modern('tools/call', params);
    await held.approve((await held.waiting()).id);
    const { result } = (await rig.modern('tools/call', params)).message;
    expect(result?.['resultType']).toBe('input_required');
    return String(result?.['requestState']);
  }

  it('goes on without a second question', async () => {
    const requestState = await interrupted();
    const answer = await held.rig.modern('tools/call', { ...params, ...answers, requestState });
    expect(textOf(answer)).toBe('ask: {"topic":"tea"}');
    expect(await held.approvals()).toHaveLength(1);
  });

  it('goes on once: a state that is used again needs a person again', async () => {
    const requestState = await interrupted();
    await held.rig.modern('tools/call', { ...params, ...answers, requestState });
    const again = await held.rig.modern('tools/call', { ...params, ...answers, requestState });
    expect(textOf(again)).toMatch(/^\[APPROVAL REQUIRED\]/);
  });

  it('needs a person again when the policy has changed', async () => {
    const requestState = await interrupted();
    held.rig.setPolicy(HOLDING, 'v2');
    const answer = await held.rig.modern('tools/call', { ...params, ...answers, requestState });
    expect(textOf(answer)).toMatch(/^\[APPROVAL REQUIRED\]/);
  });

  it('and one that no person agreed to is held when it goes on under a policy that holds it', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const first = await held.rig.modern('tools/call', params);
    const requestState = String(first.message.result?.['requestState']);
    held.rig.setPolicy(HOLDING);
    const answer = await held.rig.modern('tools/call', { ...params, ...answers, requestState });
    expect(textOf(answer)).toMatch(/^\[APPROVAL REQUIRED\]/);
  });
});

describe('the arguments of calls', () => {
  it('are handed to be kept with every record of a call, where the server wants that', async () => {
    const kept: unknown[] = [];
    await start({ captures: true, capture: ({ id }, args) => void kept.push([id, args]) });
    const { rig } = held;
    await rig.call('pay', { amount: 1 });
    await rig.call('echo', { text: 'held' });
    await rig.call('pay', { amount: 'much' });
    await rig.call('nothing_known', { a: 1 });
    await rig.legacy('ping');
    const ids = (await rig.records()).map(({ id }) => id);
    expect(kept).toEqual([
      [ids[0], { amount: 1 }],
      [ids[1], { text: 'held' }],
      [ids[2], { amount: 'much' }],
      [ids[3], { a: 1 }],
    ]);
  });

  it('are not handed out otherwise', async () => {
    const kept: unknown[] = [];
    await start({ capture: (_, args) => void kept.push(args) });
    await held.rig.call('pay', { amount: 1 });
    expect(kept).toEqual([]);
  });
});
