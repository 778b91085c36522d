import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type DecisionRecord, type Store } from '#store';
import { FINISHED, madeRecord } from './made-record.suite.ts';
import { countUsage, type UsageQuestion } from './usage.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-11-22T12:00:00.000Z');

describe('countUsage', () => {
  let store: Store;
  beforeEach(() => {
    store = openStore({ dataDir: ':memory:' });
  });
  afterEach(() => store.close());

  async function insert(at: number, changes: Partial<DecisionRecord> = {}): Promise<string> {
    const record = madeRecord(at, changes);
    await store.records.insert(record);
    return record.id;
  }
  const count = (changes: Partial<UsageQuestion> = {}) =>
    countUsage(store.records, { filter: {}, since: NOON - HOUR, bucketMs: HOUR, ...changes });

  it('counts by outcome, by hour, by server and by tool', async () => {
    await store.records.finish(await insert(NOON - 1), { ...FINISHED, result: 'timeout' });
    await store.records.finish(await insert(NOON), FINISHED);
    await insert(NOON + 1, { outcome: 'deny', tool: 'delete_campaign' });
    await insert(NOON + 2, { outcome: 'hold', enforced: false, server: 'shop' });
    await insert(NOON + 3, { outcome: 'refused', method: 'prompts/get', tool: 'a prompt' });
    await insert(NOON - HOUR - 1);
    const usage = await count();
    expect(usage).toMatchObject({ isComplete: true, countedSince: NOON - HOUR });
    expect(usage.total).toEqual({
      calls: 5,
      allowed: 2,
      denied: 1,
      held: 1,
      refused: 1,
      observed: 1,
      failed: 1,
    });
    expect(usage.buckets.map(({ start, calls }) => [start, calls])).toEqual([
      [NOON - HOUR, 1],
      [NOON, 4],
    ]);
    expect(usage.servers.map(({ server, calls }) => [server, calls])).toEqual([
      ['crm', 4],
      ['shop', 1],
    ]);
    expect(usage.tools.map(({ server, tool, calls }) => [server, tool, calls])).toEqual([
      ['crm', 'pause_campaign', 2],
      ['shop', 'pause_campaign', 1],
      ['crm', 'delete_campaign', 1],
    ]);
  });

  it('counts denials by rule, policy and server, exactly, the most first', async () => {
    const deny = (rule: string, changes: Partial<DecisionRecord> = {}): Promise<string> =>
      insert(NOON, { outcome: 'deny', rule, ...changes });
    await deny('/tools/a/deny_if/0');
    for (let i = 0; i < 3; i++) await deny('(default deny)');
    for (let i = 0; i < 2; i++) await deny('(default deny)', { policy: 'tight' });
    await deny('(no policy)', { policy: undefined, server: 'shop' });
    await insert(NOON, { outcome: 'hold' });
    expect((await count()).rules).toEqual([
      { server: 'crm', policy: 'main', rule: '(default deny)', denied: 3 },
      { server: 'crm', policy: 'tight', rule: '(default deny)', denied: 2 },
      { server: 'shop', policy: undefined, rule: '(no policy)', denied: 1 },
      { server: 'crm', policy: 'main', rule: '/tools/a/deny_if/0', denied: 1 },
    ]);
  });

  it('counts only what the filter lets through', async () => {
    await insert(NOON);
    await insert(NOON, { server: 'shop' });
    expect((await count({ filter: { servers: ['shop'] } })).total.calls).toBe(1);
    expect((await count({ filter: { servers: [] } })).total.calls).toBe(0);
    expect((await count({ filter: { until: NOON } })).total.calls).toBe(0);
  });

  it('says from when on it counted, when there was more than it counts', async () => {
    const rows = 1_000; // several pieces of the log
    for (let i = 0; i < rows; i++) await insert(NOON + i);
    const { isComplete, countedSince, total } = await count({ maxRows: rows / 2 });
    expect(isComplete).toBe(false);
    expect(total.calls).toBeGreaterThanOrEqual(rows / 2);
    expect(total.calls).toBeLessThan(rows);
    expect(countedSince).toBe(NOON + rows - total.calls);
    expect(await count({ maxRows: rows })).toMatchObject({ isComplete: true, countedSince: NOON - HOUR });
  });

  it('keeps its answer short, however many tools an agent makes up, and rules a policy has', async () => {
    await Promise.all(
      Array.from({ length: 1500 }, (_, i) =>
        insert(NOON, { tool: `made_up_${i}`, outcome: 'deny', rule: `/tools/${i}/action` }),
      ),
    );
    const usage = await count();
    expect(usage.tools).toHaveLength(1000);
    expect(usage.rules).toHaveLength(1000);
    expect(usage.total.calls).toBe(1500);
  });
});
