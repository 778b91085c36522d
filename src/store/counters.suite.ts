import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CounterEntry, CounterStore, Store } from './ports.ts';
import { record } from './records.suite.ts';

const MINUTE = 60_000;
const WINDOW = 1_700_000_040_000;

function entry(counter: string, amountMicros: number, maxMicros: number, windowStart = WINDOW): CounterEntry {
  return { counter, windowStart, expiresAt: windowStart + 2 * MINUTE, amountMicros, maxMicros };
}

/** What every driver's `CounterStore` must do. `open` gives a new, empty store. */
export function counterSuite(open: () => Store): void {
  describe('CounterStore', () => {
    let store: Store;
    let counters: CounterStore;
    beforeEach(() => {
      store = open();
      counters = store.counters;
    });
    afterEach(() => store.close());

    it('starts at nothing', async () => {
      expect(await counters.used('a', WINDOW)).toBe(0);
    });

    it('lets exactly the maximum through and says what was used', async () => {
      for (let i = 0; i < 3; i++)
        expect(await counters.reserve([entry('a', 10, 30)])).toEqual({ granted: true });
      expect(await counters.reserve([entry('a', 1, 30)])).toEqual({
        granted: false,
        index: 0,
        usedMicros: 30,
      });
      expect(await counters.used('a', WINDOW)).toBe(30);
    });

    it('lets exactly the maximum through when all ask at once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 250 }, () => counters.reserve([entry('a', 1, 100)])),
      );
      expect(outcomes.filter((outcome) => outcome.granted)).toHaveLength(100);
      expect(await counters.used('a', WINDOW)).toBe(100);
    });

    it('refuses an amount that alone passes the maximum', async () => {
      expect(await counters.reserve([entry('a', 31, 30)])).toEqual({
        granted: false,
        index: 0,
        usedMicros: 0,
      });
    });

    it('adds all entries or none, and names the first without room', async () => {
      await counters.reserve([entry('b', 5, 5)]);
      const outcome = await counters.reserve([entry('a', 1, 10), entry('b', 1, 5), entry('c', 99, 1)]);
      expect(outcome).toEqual({ granted: false, index: 1, usedMicros: 5 });
      expect(await counters.used('a', WINDOW)).toBe(0);
      expect(await counters.used('b', WINDOW)).toBe(5);
    });

    it('charges a counter that is named twice in one call twice, or not at all', async () => {
      expect(await counters.reserve([entry('a', 6, 10), entry('a', 6, 10)])).toMatchObject({
        granted: false,
        index: 1,
      });
      expect(await counters.used('a', WINDOW)).toBe(0);
      expect(await counters.reserve([entry('a', 5, 10), entry('a', 5, 10)])).toEqual({ granted: true });
      expect(await counters.used('a', WINDOW)).toBe(10);
    });

    it('keeps windows and counters apart', async () => {
      await counters.reserve([entry('a', 1, 1)]);
      expect(await counters.reserve([entry('a', 1, 1, WINDOW + MINUTE)])).toEqual({ granted: true });
      expect(await counters.reserve([entry('A', 1, 1)])).toEqual({ granted: true });
      expect(await counters.reserve([entry('a ', 1, 1)])).toEqual({ granted: true });
      expect(await counters.reserve([entry('a', 1, 1)])).toMatchObject({ granted: false });
    });

    it('refuses everything while more is used than a lowered maximum, and keeps what was used', async () => {
      await counters.reserve([entry('a', 30, 30)]);
      expect(await counters.reserve([entry('a', 1, 10)])).toEqual({
        granted: false,
        index: 0,
        usedMicros: 30,
      });
      expect(await counters.used('a', WINDOW)).toBe(30);
    });

    it('is exact up to the largest safe integer', async () => {
      const max = Number.MAX_SAFE_INTEGER;
      expect(await counters.reserve([entry('a', max - 1, max)])).toEqual({ granted: true });
      expect(await counters.reserve([entry('a', 2, max)])).toMatchObject({
        granted: false,
        usedMicros: max - 1,
      });
      expect(await counters.reserve([entry('a', 1, max)])).toEqual({ granted: true });
      expect(await counters.used('a', WINDOW)).toBe(max);
    });

    it('counts past the maximum when told only to count', async () => {
      await counters.count([entry('a', 7, 5), entry('b', 1, 0)]);
      await counters.count([entry('a', 7, 5)]);
      expect(await counters.used('a', WINDOW)).toBe(14);
      expect(await counters.used('b', WINDOW)).toBe(1);
    });

    it('gives back in the window it was taken from', async () => {
      const taken = [entry('a', 4, 10), entry('b', 2, 10)];
      await counters.reserve(taken);
      await counters.reserve([entry('a', 3, 10, WINDOW + MINUTE)]);
      await counters.giveBack(taken);
      expect(await counters.used('a', WINDOW)).toBe(0);
      expect(await counters.used('b', WINDOW)).toBe(0);
      expect(await counters.used('a', WINDOW + MINUTE)).toBe(3);
    });

    it('never goes below nothing', async () => {
      await counters.reserve([entry('a', 1, 10)]);
      await counters.giveBack([entry('a', 5, 10)]);
      await counters.giveBack([entry('never', 5, 10)]);
      expect(await counters.used('a', WINDOW)).toBe(0);
      expect(await counters.reserve([entry('a', 11, 10)])).toMatchObject({ granted: false });
    });

    it('forgets what expired, and only that', async () => {
      await counters.reserve([entry('old', 1, 10)]);
      await counters.reserve([entry('new', 1, 10, WINDOW + MINUTE)]);
      expect(await counters.prune(WINDOW + 2 * MINUTE)).toBe(0);
      expect(await counters.prune(WINDOW + 2 * MINUTE + 1)).toBe(1);
      expect(await counters.used('old', WINDOW)).toBe(0);
      expect(await counters.used('new', WINDOW + MINUTE)).toBe(1);
    });

    it.each([
      ['a fraction', 0.5, 10],
      ['a negative amount', -1, 10],
      ['an amount that is no number', Number.NaN, 10],
      ['an amount past the safe integers', 2 ** 53, 10],
      ['a maximum that is no number', 1, Number.NaN],
      ['an endless maximum', 1, Number.POSITIVE_INFINITY],
    ])('rejects %s and counts nothing, not even of the other entries', async (_name, amount, max) => {
      await expect(counters.reserve([entry('a', 1, 10), entry('b', amount, max)])).rejects.toThrow(
        RangeError,
      );
      expect(await counters.used('a', WINDOW)).toBe(0);
    });

    it('keeps names apart that hold a NUL, a tab or a line feed', async () => {
      for (const name of ['a', 'a\0b', 'a\0c', 'a\tb', 'a\nb']) await counters.reserve([entry(name, 1, 1)]);
      for (const name of ['a', 'a\0b', 'a\0c', 'a\tb', 'a\nb'])
        expect(await counters.used(name, WINDOW)).toBe(1);
    });

    it('keeps the record of a reservation in the same step, or neither', async () => {
      expect(await counters.reserve([entry('a', 1, 1)], record('r1'))).toEqual({ granted: true });
      expect(await counters.reserve([entry('a', 1, 1)], record('r2'))).toMatchObject({ granted: false });
      expect(await counters.reserve([], record('r3'))).toEqual({ granted: true });
      expect((await store.records.query({ order: 'oldest' })).map(({ id }) => id)).toEqual(['r1', 'r3']);
    });

    it('never admits more than the maximum in any mixture of reserving and giving back', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(4), fc.boolean()), { maxLength: 40 }),
          fc.uuid(),
          async (steps, name) => {
            let held = 0;
            await Promise.all(
              steps.map(async ([amount, keeps]) => {
                const entries = [entry(name, amount, 10)];
                if (!(await counters.reserve(entries)).granted) return;
                held += amount;
                expect(held).toBeLessThanOrEqual(10);
                if (keeps) return;
                held -= amount;
                await counters.giveBack(entries);
              }),
            );
            expect(await counters.used(name, WINDOW)).toBe(held);
          },
        ),
        { numRuns: 50 },
      );
    });
  });
}
