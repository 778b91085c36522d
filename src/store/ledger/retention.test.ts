import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CounterEntry } from '../ports.ts';
import { record } from '../records.suite.ts';
import { Ledger } from './ledger.ts';
import { writeRecord } from './line.ts';
import { readRecords } from './read-records.ts';
import { pruneRecords } from './retention.ts';
import { segmentsIn, segmentsInMemory, type Segments } from './segments.ts';
import { ledgerStores } from './stores.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-retention-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(++folders));

const DAY = 86_400_000;
const NOW = 1_700_000_000_000;
const YEAR_WINDOW = NOW - 200 * DAY;

/** A charge on a budget of a whole year: it must outlive every segment of that year. */
function yearly(amountMicros: number, maxMicros = 1_000): CounterEntry {
  const expiresAt = YEAR_WINDOW + 366 * DAY;
  return { counter: 'year', windowStart: YEAR_WINDOW, expiresAt, amountMicros, maxMicros };
}

function open(segments: Segments, segmentBytes = 2_000): Ledger {
  return new Ledger({ segments, access: 'append', now: () => NOW, segmentBytes });
}

let made = 0;
const admit = (ledger: Ledger, at: number, charge: CounterEntry = yearly(1)) => {
  const id = `r${String(++made).padStart(6, '0')}`;
  return ledger.append('A', id, [charge], writeRecord(record(id, { at })));
};

describe('retention of the ledger', () => {
  it('takes away segments whose rows are all old, and keeps every one that holds a young row', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    const ledger = open(segments);
    for (let day = 40; day > 0; day--) await admit(ledger, NOW - day * DAY);
    const before = segments.list().length;
    expect(await pruneRecords(segments, ledger, NOW - 10 * DAY, NOW)).toBeGreaterThan(3);
    const left = await readRecords(segments, { limit: 1_000 });
    expect(left.filter(({ at }) => at >= NOW - 10 * DAY)).toHaveLength(10);
    expect(left.length).toBeLessThan(20);
    expect(readdirSync(folder).length).toBeLessThan(before);
  });

  it('keeps the count of a budget of a year when all segments that it was charged in are gone', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments);
    for (let day = 100; day > 0; day--) await admit(ledger, NOW - day * DAY);
    await pruneRecords(segments, ledger, NOW, NOW);
    expect(segments.list()).toHaveLength(1);
    for (const each of [ledger, open(segments)]) {
      expect(each.used('year', YEAR_WINDOW)).toBe(100);
      expect((await admit(each, NOW, yearly(901))).granted).toBe(false);
    }
    expect((await admit(open(segments), NOW, yearly(900))).granted).toBe(true);
    expect((await admit(ledger, NOW, yearly(1))).granted).toBe(false);
  });

  it('never makes a segment anew that was taken away while a process slept in the one before', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    const sleeper = open(segments);
    await admit(sleeper, NOW - 50 * DAY);
    const awake = open(segments);
    for (let i = 0; i < 60; i++) await admit(awake, NOW - 40 * DAY);
    await pruneRecords(segments, awake, NOW - DAY, NOW);
    expect(segments.list()).toHaveLength(1);
    // the sleeper still has the first segment open, and its next one is not there any more
    expect(sleeper.used('year', YEAR_WINDOW)).toBe(61);
    expect((await admit(sleeper, NOW, yearly(939))).granted).toBe(true);
    expect((await admit(awake, NOW)).granted).toBe(false);
    expect(segments.list()).toHaveLength(1);
  });

  it('lets a reader that slept go on in what is left', async () => {
    const segments = segmentsIn(newFolder());
    const writer = open(segments);
    await admit(writer, NOW - 50 * DAY);
    const reader = new Ledger({ segments, access: 'read', now: () => NOW });
    expect(reader.used('year', YEAR_WINDOW)).toBe(1);
    for (let i = 0; i < 30; i++) await admit(writer, NOW - 40 * DAY);
    await pruneRecords(segments, writer, NOW - DAY, NOW);
    expect(reader.used('year', YEAR_WINDOW)).toBe(31);
  });

  it('goes to the newest segment when another process went on between making and opening one', async () => {
    const whole = segmentsInMemory();
    const other = open(whole, 300);
    await admit(other, NOW - 50 * DAY, yearly(1));
    let isLate = true;
    // the other process fills two more segments, and the one in between is taken away, while this one is being made
    const slow: Segments = {
      ...whole,
      create(number, bytes) {
        if (isLate) {
          isLate = false;
          for (let i = 0; i < 3; i++) {
            void admit(other, NOW - 50 * DAY);
            other.flush();
          }
          whole.remove(number);
        }
        return whole.create(number, bytes);
      },
    };
    const late = open(slow, 300);
    await admit(late, NOW - 50 * DAY);
    expect(late.used('year', YEAR_WINDOW)).toBe(other.used('year', YEAR_WINDOW));
    await Promise.all([admit(late, NOW), admit(other, NOW)]);
    expect(late.used('year', YEAR_WINDOW)).toBe(other.used('year', YEAR_WINDOW));
    expect(open(whole, 300).used('year', YEAR_WINDOW)).toBe(other.used('year', YEAR_WINDOW));
  });

  it('ends a segment that holds a row of more than a day ago, so that a quiet log is forgotten too', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments, 1_000_000);
    await admit(ledger, NOW - 3 * DAY);
    await admit(ledger, NOW - DAY / 2);
    expect(await pruneRecords(segments, ledger, NOW - DAY, NOW)).toBe(0);
    expect(segments.list()).toEqual([1, 2]);
    await admit(ledger, NOW);
    expect(await pruneRecords(segments, ledger, NOW, NOW)).toBe(1);
    expect(segments.list()).toEqual([2]);
    expect(ledger.used('year', YEAR_WINDOW)).toBe(3);
    expect(await readRecords(segments, {})).toHaveLength(1);
  });

  it('leaves a log alone that is empty, or young', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments);
    expect(await pruneRecords(segments, ledger, NOW, NOW)).toBe(0);
    await admit(ledger, NOW);
    expect(await pruneRecords(segments, ledger, NOW - DAY, NOW)).toBe(0);
    expect(segments.list()).toEqual([1]);
  });

  it('refuses in a folder that was opened to read only, and in one that was closed', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments, 300);
    for (let i = 0; i < 3; i++) await admit(ledger, NOW - 3 * DAY);
    await admit(ledger, NOW);
    const before = segments.list();
    const reader = ledgerStores(segments, 'read', { now: () => NOW });
    await expect(reader.records.prune(NOW - DAY)).rejects.toMatchObject({ code: 'store.failed' });
    const writer = ledgerStores(segments, 'append', { now: () => NOW });
    writer.close();
    await expect(writer.records.prune(NOW - DAY)).rejects.toMatchObject({ code: 'store.closed' });
    expect(segments.list()).toEqual(before);
  });

  it('goes on with what is left when segments are taken away under a reader', async () => {
    const segments = segmentsInMemory();
    const ledger = open(segments);
    for (let i = 0; i < 40; i++) await admit(ledger, NOW);
    const vanishing: Segments = {
      ...segments,
      open(number, access) {
        if (number <= 2) segments.remove(number);
        return segments.open(number, access);
      },
    };
    expect((await readRecords(vanishing, { limit: 1_000 })).length).toBeGreaterThan(10);
  });

  it('keeps counts exact and young rows whole, whatever the order of charging and forgetting', async () => {
    const step = fc.record({ by: fc.nat(3), amount: fc.integer({ min: 1, max: 5 }), forgets: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const segments = segmentsInMemory();
        const ledgers = Array.from({ length: 4 }, () => open(segments, 700));
        let held = 0;
        let young = 0;
        for (const [i, { by, amount, forgets }] of steps.entries()) {
          const ledger = ledgers[by] as Ledger;
          const isYoung = i % 4 === 3;
          const { granted } = await admit(ledger, isYoung ? NOW : NOW - 9 * DAY, yearly(amount, 60));
          if (granted) held += amount;
          if (granted && isYoung) young++;
          if (forgets) await pruneRecords(segments, ledger, NOW - DAY, NOW);
        }
        expect(held).toBeLessThanOrEqual(60);
        for (const ledger of [...ledgers, open(segments, 700)])
          expect(ledger.used('year', YEAR_WINDOW)).toBe(held);
        const left = await readRecords(segments, { limit: 1_000 });
        expect(left.filter(({ at }) => at === NOW)).toHaveLength(young);
      }),
      { numRuns: 150 },
    );
  });
});
