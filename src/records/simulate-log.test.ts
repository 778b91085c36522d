import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing } from '#platform';
import { knowTool, type PolicyDocument } from '#policy';
import { openStore, type Store } from '#store';
import { createCapture, type Capture } from './capture.ts';
import { FINISHED, madeRecord } from './made-record.suite.ts';
import { simulateLog, type LogSimulationQuestion } from './simulate-log.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const candidate: PolicyDocument = {
  version: '1',
  default: 'deny',
  tools: {
    pause_campaign: { limits: [{ counter: 'c', window: 'minute', max: 2 }] },
    refund: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] },
  },
};
const tools = new Map(['pause_campaign', 'refund'].map((name) => [name, knowTool({ name })]));

describe('simulateLog', () => {
  let store: Store;
  let capture: Capture;
  let second: number;
  beforeEach(() => {
    second = 0;
    store = openStore({ dataDir: ':memory:' });
    capture = createCapture({
      store: store.control.captures,
      keys: createKeyRing(`k1:${'ab'.repeat(32)}`, 'the test'),
      clock: { now: () => NOON },
      log: { warn: () => {} },
    });
  });
  afterEach(() => store.close());

  async function insert(changes: Parameters<typeof madeRecord>[1] = {}): Promise<string> {
    const record = madeRecord(NOON + second++ * 1000, changes);
    await store.records.insert(record);
    return record.id;
  }
  const simulate = (changes: Partial<LogSimulationQuestion> = {}) =>
    simulateLog(
      { store: store.records, capture },
      { server: 'crm', since: NOON, candidate, tools, ...changes },
    );

  it('counts limits in the order of time, and finds captured arguments', async () => {
    for (let i = 0; i < 4; i++) await insert();
    const large = await insert({ tool: 'refund', argumentKeys: ['amount'] });
    const small = await insert({ tool: 'refund', argumentKeys: ['amount'] });
    await insert({ tool: 'refund', argumentKeys: ['amount'] });
    capture.keep(large, 'crm', { amount: 500 });
    capture.keep(small, 'crm', { amount: 5 });
    await capture.settled();
    const result = await simulate();
    expect(result).toMatchObject({
      calls: 7,
      from: NOON,
      isComplete: true,
      after: { allow: 3, deny: 3, hold: 0, unknown: 1 },
    });
    expect(result.changes.map(({ after, count }) => [after.rule, count])).toEqual([
      ['/tools/pause_campaign/limits/c', 2],
      ['/tools/refund/deny_if/0', 1],
    ]);
  });

  it('does not count a call that was given back', async () => {
    for (let i = 0; i < 2; i++)
      await store.records.finish(await insert(), { ...FINISHED, result: 'unreachable', quotaReturned: true });
    for (let i = 0; i < 2; i++) await insert();
    expect((await simulate()).changed).toBe(0);
  });

  it('looks at one server, from one moment on, and at one policy where that is asked for', async () => {
    await insert();
    await insert({ server: 'shop' });
    await insert({ policy: 'other' });
    await store.records.insert(madeRecord(NOON - 1));
    expect((await simulate()).calls).toBe(2);
    expect((await simulate({ policy: 'main' })).calls).toBe(1);
    expect((await simulate({ policy: 'new' })).calls).toBe(0);
  });

  it('leaves out what no policy decided, and judges prompts and resources', async () => {
    await insert({ outcome: 'refused', rule: '(protocol)' });
    await insert({ outcome: 'deny', rule: '(definition changed)' });
    await insert({ method: 'subscriptions/listen', tool: undefined });
    await insert({ method: 'prompts/get', tool: 'greeting', rule: '(not governed)' });
    await insert({ method: 'resources/read', tool: 'file:///a', rule: '(not governed)' });
    const result = await simulate({ candidate: { ...candidate, prompts: { default: 'deny' } } });
    expect(result).toMatchObject({ calls: 2, leftOut: 3, changed: 1 });
    expect(result.changes[0]).toMatchObject({ subject: 'greeting', after: { rule: '(default deny)' } });
  });

  it('says when there were more calls than it looks at: then the newest count', async () => {
    for (let i = 0; i < 10; i++) await insert();
    expect(await simulate({ maxCalls: 4 })).toMatchObject({ calls: 4, from: NOON + 6000, isComplete: false });
    expect(await simulate({ maxCalls: 10 })).toMatchObject({ calls: 10, isComplete: true });
  });

  it('lets others have their turn meanwhile', async () => {
    for (let i = 0; i < 3000; i++) await insert();
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await simulate();
    clearInterval(counting);
    expect(turns).toBeGreaterThan(2);
  });
});
