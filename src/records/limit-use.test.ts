import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type CounterEntry, type DecisionRecord, type Store } from '#store';
import { countLimitUse, type LimitCounter, type LimitUseQuestion, type LimitUses } from './limit-use.ts';
import { FINISHED, madeRecord } from './made-record.suite.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ONE = 1_000_000;
const NOON = Date.parse('2026-11-22T12:00:00.000Z');

interface Given {
  readonly counter?: Partial<LimitCounter>;
  /** Whose counter it is. */
  readonly owner?: string;
  readonly max?: number;
  readonly amount?: number;
}

/** A counter whose name says what it is, in the way of these tests. */
function charge(
  at: number,
  { counter: given = {}, owner = 'grant_1', max = 10, amount = 1 }: Given = {},
): CounterEntry {
  const counter: LimitCounter = {
    scope: 'grant',
    grant: 'grant_1',
    counter: 'rate',
    windowSeconds: 60,
    ...given,
  };
  const windowMs = counter.windowSeconds * 1000;
  const windowStart = Math.floor(at / windowMs) * windowMs;
  return {
    counter: JSON.stringify({ ...counter, owner }),
    windowStart,
    expiresAt: windowStart + windowMs,
    amountMicros: amount * ONE,
    maxMicros: max * ONE,
  };
}

function readCounter(name: string): LimitCounter | undefined {
  return name.startsWith('{') ? (JSON.parse(name) as LimitCounter) : undefined;
}

describe('countLimitUse', () => {
  let store: Store;
  beforeEach(() => {
    store = openStore({ dataDir: ':memory:' });
  });
  afterEach(() => store.close());

  async function allow(
    at: number,
    given: Given = {},
    changes: Partial<DecisionRecord> = {},
  ): Promise<string> {
    const record = madeRecord(at, changes);
    await store.counters.reserve([charge(at, given)], record);
    return record.id;
  }
  async function refuse(at: number, given: Given = {}, changes: Partial<DecisionRecord> = {}): Promise<void> {
    const rule = '/tools/pause_campaign/limits/rate';
    await store.records.insert(madeRecord(at, { outcome: 'deny', rule, ...changes }), [charge(at, given)]);
  }
  const count = (changes: Partial<LimitUseQuestion> = {}): Promise<LimitUses> =>
    countLimitUse(store.records, {
      filter: { until: NOON + HOUR },
      since: NOON,
      bucketMs: HOUR,
      readCounter,
      ...changes,
    });

  it('says how full a limit was, how often it refused, and whom', async () => {
    for (let i = 0; i < 10; i++) await allow(NOON + i);
    await refuse(NOON + 20);
    await refuse(NOON + 30);
    await allow(NOON + MINUTE, { owner: 'grant_2' }, { grantId: 'grant_2', grantLabel: 'other' });
    expect(await count()).toEqual({
      isComplete: true,
      countedSince: NOON,
      limits: [
        {
          server: 'crm',
          policy: 'main',
          scope: 'grant',
          counter: 'rate',
          windowSeconds: 60,
          max: 10,
          countsCalls: true,
          used: 11,
          share: 1,
          refused: 2,
          rules: [{ rule: '/tools/pause_campaign/limits/rate', refused: 2 }],
          fullest: { start: NOON, grant: { id: 'grant_1', label: 'newsletter' } },
          buckets: [{ start: NOON, used: 11, share: 1, refused: 2 }],
        },
      ],
    });
  });

  it('takes the fullest window of the fullest owner, not the sum of all', async () => {
    for (const [minute, calls] of [
      [0, 3],
      [1, 7],
      [2, 5],
    ] as const)
      for (let i = 0; i < calls; i++) await allow(NOON + minute * MINUTE + i);
    for (let i = 0; i < 6; i++) await allow(NOON + MINUTE + i, { owner: 'grant_2' });
    expect((await count()).limits).toMatchObject([
      { used: 21, share: 0.7, refused: 0, fullest: { start: NOON + MINUTE } },
    ]);
  });

  it('shows a window that is longer than a bucket filling up, and full until it ends', async () => {
    const daily = { counter: { windowSeconds: 86_400 }, max: 4 };
    const midnight = NOON - 12 * HOUR;
    for (const hour of [1, 3, 3, 6]) await allow(midnight + hour * HOUR, daily);
    const { limits } = await count({ since: midnight + HOUR, filter: { until: midnight + 9 * HOUR } });
    expect(limits[0]?.buckets.map(({ share }) => share)).toEqual([0.25, 0.25, 0.75, 0.75, 0.75, 1, 1, 1]);
    expect(limits[0]?.buckets.map(({ used }) => used)).toEqual([1, 0, 2, 0, 0, 1, 0, 0]);
  });

  it('knows what a window held before the span began, and counts that as no use of it', async () => {
    const daily = { counter: { windowSeconds: 86_400 }, max: 4 };
    await allow(NOON - 13 * HOUR, daily);
    for (const hour of [11, 2, 1]) await allow(NOON - hour * HOUR, daily);
    await allow(NOON + 1, daily);
    const { limits } = await count();
    expect(limits).toMatchObject([{ used: 1, share: 1, buckets: [{ start: NOON, used: 1, share: 1 }] }]);
  });

  it('leaves out what was given back', async () => {
    const id = await allow(NOON);
    await allow(NOON);
    await store.records.finish(id, { ...FINISHED, result: 'unreachable', quotaReturned: true });
    expect((await count()).limits).toMatchObject([{ used: 1, share: 0.1 }]);
  });

  it('counts what a policy that observes let pass over its limit as used and as refused', async () => {
    const observed = { enforced: false, outcome: 'deny', rule: '/all_tools/limits/rate' } as const;
    const wide = charge(NOON, { max: 100, counter: { counter: 'wide' } });
    for (let i = 0; i < 3; i++)
      await store.records.insert(madeRecord(NOON + i, i < 2 ? { enforced: false } : observed), [
        charge(NOON, { max: 2 }),
        wide,
      ]);
    expect((await count()).limits).toMatchObject([
      { used: 3, share: 1.5, refused: 1, rules: [{ rule: '/all_tools/limits/rate' }] },
      { counter: 'wide', used: 3, share: 0.03, refused: 0, rules: [] },
    ]);
  });

  it('adds up amounts where a limit counts an argument', async () => {
    await allow(NOON, { amount: 250.5, max: 500 });
    await refuse(NOON + 1, { amount: 250, max: 500 });
    expect((await count()).limits).toMatchObject([
      { countsCalls: false, used: 250.5, share: 0.501, refused: 1, max: 500 },
    ]);
  });

  it('takes a limit that lets nothing through for full', async () => {
    await refuse(NOON, { max: 0 });
    expect((await count()).limits).toMatchObject([{ used: 0, share: 1, refused: 1, max: 0 }]);
  });

  it('tells limits of policies, scopes, windows and servers apart, the fullest first', async () => {
    await allow(NOON, { max: 100 });
    await allow(NOON, { max: 2 }, { policy: 'tight' });
    await allow(NOON, { max: 3, counter: { windowSeconds: 3600 } });
    await allow(NOON, { max: 4, counter: { scope: 'server', grant: undefined } });
    await allow(NOON, { max: 5, owner: 'of the shop' }, { server: 'shop' });
    const { limits } = await count();
    expect(
      limits.map(({ server, policy, scope, windowSeconds }) => [server, policy, scope, windowSeconds]),
    ).toEqual([
      ['crm', 'tight', 'grant', 60],
      ['crm', 'main', 'grant', 3600],
      ['crm', 'main', 'server', 60],
      ['shop', 'main', 'grant', 60],
      ['crm', 'main', 'grant', 60],
    ]);
    expect(limits[2]?.fullest).toEqual({ start: NOON });
  });

  it('knows, where servers share a limit, what the others took of it', async () => {
    const shared = { counter: { scope: 'organisation', grant: undefined }, owner: 'acme', max: 4 } as const;
    await allow(NOON, shared);
    await allow(NOON, shared, { server: 'shop' });
    await allow(NOON, shared, { server: 'shop' });
    await allow(NOON, {}, { server: 'shop' });
    const { limits } = await count({ server: 'crm' });
    expect(limits).toMatchObject([{ server: 'crm', scope: 'organisation', used: 1, share: 0.75 }]);
  });

  it('passes over what is no counter of a limit, and rows without any', async () => {
    await store.counters.reserve([{ ...charge(NOON), counter: '["claim","state-1"]' }], madeRecord(NOON));
    await store.records.insert(madeRecord(NOON, { outcome: 'deny', rule: '(default deny)' }));
    expect((await count()).limits).toEqual([]);
  });

  it('is the same however many windows there were, sessions made without end among them', async () => {
    await allow(NOON, { max: 1, counter: { counter: 'old' } });
    const sessions = 25_000;
    await Promise.all(
      Array.from({ length: sessions }, (_, i) =>
        allow(NOON + Math.floor((i * 50 * MINUTE) / sessions), {
          owner: `session ${i}`,
          counter: { scope: 'session' },
        }),
      ),
    );
    const { limits } = await count();
    expect(limits).toMatchObject([
      { counter: 'old', share: 1 },
      { scope: 'session', used: sessions, share: 0.1, buckets: [{ used: sessions }] },
    ]);
  });

  it('goes on with other windows when more were open at a time than it follows', async () => {
    for (let i = 0; i < 3; i++) await allow(NOON, { max: 3, counter: { counter: 'old' } });
    const later = NOON + 2 * HOUR;
    await Promise.all(
      Array.from({ length: 21_000 }, (_, i) =>
        allow(later + i, { owner: `session ${i}`, counter: { scope: 'session', windowSeconds: 3600 } }),
      ),
    );
    const { limits } = await count({ filter: { until: later + HOUR } });
    expect(limits).toMatchObject([
      { counter: 'old', share: 1, used: 3 },
      { scope: 'session', share: 0.1, used: 21_000 },
    ]);
  });

  it('keeps its answer short, however many limits a policy has and rules share one', async () => {
    for (let i = 0; i < 600; i++) {
      await allow(NOON, { counter: { counter: `budget ${i}` } });
      await refuse(NOON, { counter: { counter: 'budget 599' } }, { rule: `/tools/t${i}/limits/budget` });
    }
    const { limits } = await count();
    expect(limits).toHaveLength(500);
    expect(limits[0]).toMatchObject({ refused: 600 });
    expect(limits[0]?.rules).toHaveLength(20);
  });

  it('says from when on it counted, when there was more than it looks at', async () => {
    for (let i = 0; i < 10; i++) await allow(NOON + i);
    expect(await count({ maxRows: 4 })).toMatchObject({
      isComplete: false,
      countedSince: NOON + 6,
      limits: [{ used: 4 }],
    });
    expect(await count({ maxRows: 10 })).toMatchObject({ isComplete: true });
  });

  it('does not look further back than a day', async () => {
    const weekly = { counter: { windowSeconds: 604_800 }, max: 10 };
    await allow(NOON - 2 * DAY, weekly);
    await allow(NOON - HOUR, weekly);
    await allow(NOON, weekly);
    expect((await count()).limits).toMatchObject([{ share: 0.2 }]);
  });
});
