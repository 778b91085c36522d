import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolgateError, type Clock } from '#platform';
import type { LimitDemand } from '#policy';
import { openStore, type CounterStore, type Store } from '#store';
import { counterName, type QuotaOwner } from './counter-name.ts';
import { createQuota, type Quota, type Reservation } from './quota.ts';
import { windowStart } from './windows.ts';

const ONE = 1_000_000;
const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const owner: QuotaOwner = { organisation: 'o1', server: 'fluentcrm', grant: 'g1', session: 's1' };

function limit(changes: Partial<LimitDemand> = {}): LimitDemand {
  return {
    rule: '/tools/fluentcrm_pause_campaign/limits/rate',
    counter: 'rate',
    scope: 'grant',
    windowSeconds: 60,
    maxMicros: 30 * ONE,
    amountMicros: ONE,
    message: 'Limit of 30 a minute reached.',
    onUnavailable: 'deny',
    ...changes,
  };
}

describe('createQuota', () => {
  let store: Store;
  let quota: Quota;
  let now: number;
  const clock: Clock = { now: () => now };
  beforeEach(() => {
    now = NOON;
    store = openStore({ dataDir: ':memory:' });
    quota = createQuota({ counters: store.counters, clock });
  });
  afterEach(() => store.close());

  const usedBy = async (reservation: Reservation): Promise<readonly number[]> =>
    Promise.all(reservation.entries.map((entry) => store.counters.used(entry.counter, entry.windowStart)));

  async function take(demands: readonly LimitDemand[], by: QuotaOwner = owner): Promise<Reservation> {
    const outcome = await quota.reserve(demands, by);
    if (!outcome.granted) throw new Error('refused');
    return outcome;
  }

  it('lets one of many claim an id, and nobody when the store cannot tell', async () => {
    const claims = await Promise.all([1, 2, 3].map(() => quota.claim('state-1', NOON + 60_000)));
    expect(claims.filter((isMine) => isMine)).toHaveLength(1);
    expect(await quota.claim('state-2', NOON + 60_000)).toBe(true);
    await store.counters.prune(NOON + 59_999);
    expect(await quota.claim('state-2', NOON + 60_000)).toBe(false);
    const away = createQuota({ counters: failingStore(new Error('away')), clock });
    expect(await away.claim('state-3', NOON + 60_000)).toBe(false);
  });

  it('grants a call without limits, uncharged', async () => {
    expect(await quota.reserve([], owner)).toEqual({
      granted: true,
      uncounted: false,
      recorded: false,
      entries: [],
    });
  });

  it('lets exactly 30 of 200 through when all ask at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => quota.reserve([limit()], owner)));
    expect(outcomes.filter((outcome) => outcome.granted)).toHaveLength(30);
  });

  it('tells which limit had no room, how much was used and when to try again', async () => {
    now = NOON + 12_345;
    const wide = limit({ rule: '/all_tools/limits/wide', counter: 'wide', maxMicros: 1000 * ONE });
    const tight = limit({ rule: '/tools/x/limits/tight', counter: 'tight', maxMicros: 2 * ONE });
    await take([wide, tight]);
    await take([wide, tight]);
    expect(await quota.reserve([wide, tight], owner)).toEqual({
      granted: false,
      unavailable: false,
      demand: tight,
      retryAfterMs: 60_000 - 12_345,
      usedMicros: 2 * ONE,
      entry: expect.objectContaining({ counter: counterName(tight, owner), windowStart: NOON }),
    });
  });

  it('names no time to try again when the call alone asks for too much', async () => {
    const outcome = await quota.reserve([limit({ amountMicros: 31 * ONE })], owner);
    expect(outcome).toMatchObject({ granted: false, retryAfterMs: undefined });
  });

  it('starts anew when the window turns, and not before', async () => {
    const once = limit({ maxMicros: ONE });
    await take([once]);
    now = NOON + 59_999;
    expect(await quota.reserve([once], owner)).toMatchObject({ granted: false, retryAfterMs: 1 });
    now = NOON + 60_000;
    expect(await quota.reserve([once], owner)).toMatchObject({ granted: true });
  });

  it('admits nothing twice when the clock jumps back', async () => {
    const once = limit({ maxMicros: ONE });
    await take([once]);
    now = NOON + 60_000;
    await take([once]);
    now = NOON + 1;
    expect(await quota.reserve([once], owner)).toMatchObject({ granted: false });
  });

  it('takes all limits or none', async () => {
    const hour = limit({ counter: 'hour', windowSeconds: 3600, maxMicros: 5 * ONE });
    const minute = limit({ counter: 'minute', maxMicros: ONE });
    const first = await take([hour, minute]);
    expect(await quota.reserve([hour, minute], owner)).toMatchObject({ granted: false, demand: minute });
    expect(await usedBy(first)).toEqual([ONE, ONE]);
  });

  it('spans tools and rules that name the same counter', async () => {
    const pause = limit({ rule: '/tools/pause/limits/budget', counter: 'budget', maxMicros: 2 * ONE });
    const resume = limit({ rule: '/tools/resume/limits/budget', counter: 'budget', maxMicros: 2 * ONE });
    await take([pause]);
    await take([resume]);
    expect(await quota.reserve([pause], owner)).toMatchObject({ granted: false, demand: pause });
  });

  describe('when several limits of one call name the same counter', () => {
    const rough = limit({ rule: '/all_tools/limits/rate', amountMicros: 2 * ONE, maxMicros: 6 * ONE });
    const fine = limit({ rule: '/tools/x/limits/rate', amountMicros: ONE, maxMicros: 5 * ONE });

    it('charges it once, with the largest amount', async () => {
      const reservation = await take([fine, rough]);
      expect(await usedBy(reservation)).toEqual([2 * ONE]);
    });

    it('holds every maximum, and names the limit whose own maximum is reached', async () => {
      await take([rough, fine]);
      await take([rough, fine]);
      expect(await quota.reserve([rough, fine], owner)).toMatchObject({
        granted: false,
        demand: fine,
        usedMicros: 4 * ONE,
      });
    });
  });

  it('gives every grant, and every session, its own budget where the scope says so', async () => {
    const other: QuotaOwner = { ...owner, grant: 'g2', session: 's2' };
    for (const scope of ['grant', 'session'] as const) {
      await take([limit({ scope, maxMicros: ONE })]);
      await take([limit({ scope, maxMicros: ONE })], other);
    }
    for (const scope of ['server', 'organisation'] as const) {
      await take([limit({ scope, maxMicros: ONE })]);
      expect(await quota.reserve([limit({ scope, maxMicros: ONE })], other)).toMatchObject({
        granted: false,
      });
    }
  });

  it('gives back into the window it took from, also after the window turned and time was pruned', async () => {
    const before = await take([limit()]);
    now = NOON + 60_000;
    const after = await take([limit()]);
    await store.counters.prune(now);
    expect(await quota.giveBack(before)).toBe(true);
    expect(await usedBy(before)).toEqual([0]);
    expect(await usedBy(after)).toEqual([ONE]);
  });

  it('gives back what was taken, not what the policy says by now', async () => {
    const reservation = await take([limit({ amountMicros: 3 * ONE })]);
    await take([limit()]);
    await quota.giveBack(reservation);
    expect(await usedBy(reservation)).toEqual([ONE]);
  });

  it('adds amounts of six decimals exactly, where floating point would not', async () => {
    const tenth = limit({ amountMicros: 100_000, maxMicros: 300_000 });
    for (let i = 0; i < 3; i++) await take([tenth]);
    expect(await quota.reserve([limit({ amountMicros: 1, maxMicros: 300_000 })], owner)).toMatchObject({
      granted: false,
      usedMicros: 300_000,
    });
  });

  it('admits exactly what a sum of any amounts leaves room for', async () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 50 * ONE }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(amounts, fc.uuid(), fc.nat(200 * ONE), async (each, counter, maxMicros) => {
        let expected = 0;
        for (const amountMicros of each) {
          const outcome = await quota.reserve([limit({ counter, amountMicros, maxMicros })], owner);
          expect(outcome.granted).toBe(expected + amountMicros <= maxMicros);
          if (outcome.granted) expected += amountMicros;
          if (outcome.granted) expect(await usedBy(outcome)).toEqual([expected]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never over-admits, whatever is reserved, given back and turned in between', async () => {
    const step = fc.record({
      counters: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      amountMicros: fc.integer({ min: 0, max: 4 * ONE }),
      givesBack: fc.boolean(),
      turns: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.scheduler(), async (steps, scheduler) => {
        const own = openStore({ dataDir: ':memory:' });
        const scheduled = scheduledStore(own.counters, scheduler);
        const shared = createQuota({ counters: scheduled, clock });
        const maxMicros = 10 * ONE;
        const held = new Map<string, number>();
        const settle = ({ entries }: Reservation, sign: 1 | -1): void => {
          for (const entry of entries) {
            const key = `${entry.counter} ${entry.windowStart}`;
            const sum = (held.get(key) ?? 0) + sign * entry.amountMicros;
            expect(sum).toBeLessThanOrEqual(maxMicros);
            held.set(key, sum);
          }
        };
        const calls = steps.map(async ({ counters, amountMicros, givesBack, turns }) => {
          const demands = counters.map((counter) => limit({ counter, amountMicros, maxMicros }));
          if (turns) now += 30_000;
          const outcome = await shared.reserve(demands, owner);
          if (!outcome.granted) return;
          expect(outcome.entries).toHaveLength(counters.length);
          settle(outcome, 1);
          if (!givesBack) return;
          settle(outcome, -1);
          expect(await shared.giveBack(outcome)).toBe(true);
        });
        await scheduler.waitFor(Promise.all(calls));
        for (const [key, sum] of held) {
          const at = key.lastIndexOf(' ');
          expect(await own.counters.used(key.slice(0, at), Number(key.slice(at + 1)))).toBe(sum);
        }
        await own.close();
      }),
      { numRuns: 40 },
    );
  });

  describe('observe', () => {
    it('refuses nothing, tells what would have been refused, and counts it all', async () => {
      const once = limit({ maxMicros: ONE });
      const first = await quota.observe([once], owner);
      expect(first.refusal).toBeUndefined();
      const second = await quota.observe([once], owner);
      expect(second.refusal).toMatchObject({ demand: once, usedMicros: ONE, retryAfterMs: 60_000 });
      expect(await usedBy(second)).toEqual([2 * ONE]);
      await quota.giveBack(second);
      expect(await usedBy(first)).toEqual([ONE]);
    });

    it('names the limit without room first among what was counted', async () => {
      const wide = limit({ counter: 'wide' });
      const once = limit({ counter: 'once', maxMicros: ONE });
      await quota.observe([wide, once], owner);
      const { entries } = await quota.observe([wide, once], owner);
      expect(entries.map(({ counter }) => counter)).toEqual([
        counterName(once, owner),
        counterName(wide, owner),
      ]);
    });
  });

  describe('while the store cannot be reached', () => {
    const down: CounterStore = failingStore(new ToolgateError('store.busy', 'locked'));
    const lenient = limit({ counter: 'lenient', onUnavailable: 'allow' });

    it('denies, naming the limit', async () => {
      const outcome = await createQuota({ counters: down, clock }).reserve([lenient, limit()], owner);
      expect(outcome).toEqual({ granted: false, unavailable: true, demand: limit() });
    });

    it('lets a call pass uncounted when each of its limits allows that', async () => {
      const outcome = await createQuota({ counters: down, clock }).reserve([lenient], owner);
      expect(outcome).toEqual({ granted: true, uncounted: true, recorded: false, entries: [] });
    });

    it('denies a fault of ours even then', async () => {
      const outcome = await quota.reserve([limit({ onUnavailable: 'allow', amountMicros: 0.5 })], owner);
      expect(outcome).toMatchObject({ granted: false, unavailable: true });
    });

    it('says that nothing was given back', async () => {
      const reservation = await take([limit()]);
      expect(await createQuota({ counters: down, clock }).giveBack(reservation)).toBe(false);
    });

    it('observes without counting', async () => {
      const observed = await createQuota({ counters: down, clock }).observe([limit()], owner);
      expect(observed).toMatchObject({ entries: [], refusal: { unavailable: true } });
    });

    it('reports the failure', async () => {
      const lines: unknown[] = [];
      const log = { error: (line: unknown) => lines.push(line) } as never;
      await createQuota({ counters: down, clock, log }).reserve([limit()], owner);
      expect(lines).toEqual([{ error: 'locked' }]);
    });
  });

  it('aligns all entries of a call to one moment', async () => {
    const moments = [NOON - 1, NOON];
    const turning = createQuota({ counters: store.counters, clock: { now: () => moments.shift() ?? NOON } });
    const outcome = await turning.reserve([limit({ counter: 'a' }), limit({ counter: 'b' })], owner);
    if (!outcome.granted) throw new Error('refused');
    expect(outcome.entries.map((entry) => entry.windowStart)).toEqual(
      Array(2).fill(windowStart(NOON - 1, 60)),
    );
  });
});

/** The same store, with every call put off by the scheduler, before and after, so that calls interleave in any order. */
function scheduledStore(counters: CounterStore, scheduler: fc.Scheduler): CounterStore {
  const putOff = async <T>(work: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve());
    const value = await work();
    await scheduler.schedule(Promise.resolve());
    return value;
  };
  return {
    ...counters,
    reserve: (entries) => putOff(() => counters.reserve(entries)),
    giveBack: (entries) => putOff(() => counters.giveBack(entries)),
  };
}

function failingStore(error: Error): CounterStore {
  const fail = (): Promise<never> => Promise.reject(error);
  return { reserve: fail, count: fail, giveBack: fail, used: fail, prune: fail };
}
