import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { CounterEntry } from '../ports.ts';
import { record } from '../records.suite.ts';
import { Ledger } from './ledger.ts';
import { writeRecord } from './line.ts';
import { readRecords } from './read-records.ts';
import { segmentsIn, segmentsInMemory, type Segment, type Segments } from './segments.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-ledger-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(++folders));

const NOW = 1_700_000_000_000;
const WINDOW = NOW - 20_000;

function entry(counter: string, amountMicros: number, maxMicros: number): CounterEntry {
  return { counter, windowStart: WINDOW, expiresAt: NOW + 60_000, amountMicros, maxMicros };
}

function open(segments: Segments, segmentBytes?: number): Ledger {
  return new Ledger({
    segments,
    access: 'append',
    now: () => NOW,
    ...(segmentBytes ? { segmentBytes } : {}),
  });
}

/** The same segments, but appending goes another way. */
function withAppend(whole: Segments, append: (bytes: Uint8Array, segment: Segment) => void): Segments {
  return {
    ...whole,
    open(number, access) {
      const segment = whole.open(number, access);
      return {
        number,
        append: (bytes) => append(bytes, segment),
        read: (...args) => segment.read(...args),
        size: () => segment.size(),
        close: () => segment.close(),
      };
    },
  };
}

let operations = 0;
const take = (ledger: Ledger, charge: CounterEntry) => ledger.append('R', `op${++operations}`, [charge], '');
const admit = (ledger: Ledger, id: string, charge: CounterEntry) =>
  ledger.append('A', id, [charge], writeRecord(record(id)));

/** What is in use after everything else was let go. */
async function heapBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await setImmediate();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('a ledger', () => {
  it('shares one budget between many openers, whatever the order in which they ask', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ by: fc.nat(3), amount: fc.integer({ min: 1, max: 5 }), givesBack: fc.boolean() }),
          {
            minLength: 1,
            maxLength: 60,
          },
        ),
        fc.integer({ min: 200, max: 3_000 }),
        async (steps, segmentBytes) => {
          const segments = segmentsInMemory();
          const ledgers = Array.from({ length: 4 }, () => open(segments, segmentBytes));
          const outcomes = await Promise.all(
            steps.map(async ({ by, amount, givesBack }) => {
              const ledger = ledgers[by] as Ledger;
              const charge = entry('budget', amount, 20);
              if (!(await take(ledger, charge)).granted) return 0;
              if (!givesBack) return amount;
              await ledger.append('G', `op${++operations}`, [charge], '');
              return 0;
            }),
          );
          const held = outcomes.reduce((sum, amount) => sum + amount, 0);
          expect(held).toBeLessThanOrEqual(20);
          // everybody who reads comes to the same count, who was there from the start as who comes last
          const last = open(segments, segmentBytes);
          for (const ledger of [...ledgers, last]) expect(ledger.used('budget', WINDOW)).toBe(held);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves no record of an admission that lost the race for the last room', async () => {
    const segments = segmentsIn(newFolder());
    const [one, two] = [open(segments), open(segments)];
    await take(one, entry('other', 1, 1));
    expect(two.used('other', WINDOW)).toBe(1); // both have read to here
    // neither has read what the other writes in this turn
    const outcomes = await Promise.all([
      admit(one, 'r1', entry('budget', 1, 1)),
      admit(two, 'r2', entry('budget', 1, 1)),
    ]);
    expect(outcomes.map(({ granted }) => granted)).toEqual([true, false]);
    two.flush();
    expect((await readRecords(segments, {})).map(({ id }) => id)).toEqual(['r1']);
  });

  it('goes on in the next segment with counters and records, and closes the one before', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    const ledger = open(segments, 4_000);
    for (let i = 0; i < 50; i++)
      await admit(ledger, `r${String(i).padStart(3, '0')}`, entry('budget', 1, 1_000));
    expect(readdirSync(folder).length).toBeGreaterThan(3);
    expect(open(segments).used('budget', WINDOW)).toBe(50);
    expect(await readRecords(segments, { limit: 1_000 })).toHaveLength(50);
    const oldest = await readRecords(segments, { limit: 3, order: 'oldest' });
    expect(oldest.map(({ id }) => id)).toEqual(['r000', 'r001', 'r002']);
  });

  it('ends a segment by what was added to it, however many counters it began with', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    const ledger = open(segments, 2_000);
    const many = Array.from({ length: 100 }, (_, i) => entry(`budget ${i}`, 1, 100));
    await ledger.append('R', 'many', many, '');
    for (let i = 0; i < 20; i++) await take(ledger, entry('budget 7', 1, 100));
    expect(readdirSync(folder).length).toBe(2);
    // whoever comes later counts alike, and ends it at the same place
    const later = open(segments, 2_000);
    for (let i = 0; i < 10; i++) await take(later, entry('budget 7', 1, 100));
    expect(readdirSync(folder).length).toBe(2);
    for (const one of [ledger, later, open(segments)]) expect(one.used('budget 7', WINDOW)).toBe(31);
  });

  it('writes once more what it wrote behind the end of a segment', async () => {
    const segments = segmentsIn(newFolder());
    const [one, two] = [open(segments, 300), open(segments, 300)];
    await take(two, entry('budget', 1, 10));
    // one fills and ends the segment; two, which has not read that yet, writes behind the end
    await Promise.all([admit(one, 'r1', entry('budget', 1, 10)), admit(two, 'r2', entry('budget', 1, 10))]);
    expect(one.used('budget', WINDOW)).toBe(3);
    expect(two.used('budget', WINDOW)).toBe(3);
    expect((await readRecords(segments, { order: 'oldest' })).map(({ id }) => id)).toEqual(['r1', 'r2']);
  });

  it('shows once what was written behind the end of a segment, also where that is ended twice', async () => {
    const whole = segmentsIn(newFolder());
    const [one, two] = [open(whole), open(whole)];
    let meanwhile: (() => void) | undefined;
    // ends the segment too, having read nothing of what the others do just before
    const three = open(
      withAppend(whole, (bytes, segment) => {
        const others = meanwhile;
        meanwhile = undefined;
        others?.();
        segment.append(bytes);
      }),
    );
    for (const ledger of [one, two, three])
      await admit(ledger, `before-${++operations}`, entry('budget', 1, 10));
    for (const ledger of [one, two, three]) expect(ledger.used('budget', WINDOW)).toBe(3);
    let late: Promise<unknown> | undefined;
    meanwhile = () => {
      one.endSegment(1);
      late = admit(two, 'late', entry('budget', 1, 10));
      two.flush();
    };
    three.endSegment(1);
    await late;
    for (const ledger of [one, two, three]) expect(ledger.used('budget', WINDOW)).toBe(4);
    const rows = (await readRecords(whole, {})).map(({ id }) => id);
    expect(rows).toHaveLength(4);
    expect(rows.filter((id) => id === 'late')).toHaveLength(1);
  });

  it('goes on after a line that was torn, and counts nothing of it', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    const first = open(segments);
    await take(first, entry('budget', 1, 10));
    appendFileSync(join(folder, '00000001.ledger'), 'R\top\t[["budget",169');
    await take(first, entry('budget', 1, 10));
    const second = open(segments);
    expect(second.used('budget', WINDOW)).toBe(2);
    expect((await take(second, entry('budget', 8, 10))).granted).toBe(true);
    expect(first.used('budget', WINDOW)).toBe(10);
  });

  it('reads lines of any length', async () => {
    const segments = segmentsIn(newFolder());
    const many = Array.from({ length: 3_000 }, (_, i) => entry(`budget ${i} ${'x'.repeat(50)}`, 1, 10));
    await open(segments).append('R', `op${++operations}`, many, '');
    expect(open(segments).used(many[2_999]?.counter ?? '', WINDOW)).toBe(1);
  });

  it('counts what others wrote while it was silent, however much that is', async () => {
    const segments = segmentsIn(newFolder());
    const [silent, busy] = [open(segments), open(segments)];
    await take(silent, entry('budget', 1, 500));
    for (let i = 0; i < 498; i++) void take(busy, entry('budget', 1, 500));
    const large = Array.from({ length: 3_000 }, (_, i) => entry(`other ${i} ${'x'.repeat(50)}`, 1, 10));
    await busy.append('R', `op${++operations}`, large, '');
    const last = [take(silent, entry('budget', 1, 500)), take(silent, entry('budget', 1, 500))];
    expect((await Promise.all(last)).map(({ granted }) => granted)).toEqual([true, false]);
    expect(busy.used('budget', WINDOW)).toBe(500);
  });

  it('reads over lines that are damaged', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    await take(open(segments), entry('budget', 1, 10));
    const damaged = [
      'X\ta\t[]\t',
      'R\ta\t[["b",1,2,3]]\t',
      'R\ta\tnull\t',
      'D\tr9\t[]\t{',
      'A',
      '\0\0\0',
      'R\ta\t[]\t\textra',
    ];
    appendFileSync(join(folder, '00000001.ledger'), `${damaged.join('\n')}\n`);
    expect(open(segments).used('budget', WINDOW)).toBe(1);
    expect(await readRecords(segments, {})).toEqual([]);
  });

  it('reports a folder that cannot be written to, and charges nothing', async () => {
    const whole = segmentsIn(newFolder());
    const full = withAppend(whole, () => {
      throw new Error('no space left on device');
    });
    const ledger = open(full);
    await expect(take(ledger, entry('budget', 1, 10))).rejects.toMatchObject({ code: 'store.failed' });
    expect(ledger.used('budget', WINDOW)).toBe(0);
  });

  it('passes nothing when what it wrote is not in the file', async () => {
    const folder = newFolder();
    await take(open(segmentsIn(folder)), entry('budget', 1, 10));
    for (const kept of [0, 20]) {
      const lossy = open(
        withAppend(segmentsIn(folder), (bytes, segment) => segment.append(bytes.subarray(0, kept))),
      );
      await expect(take(lossy, entry('budget', 1, 10))).rejects.toMatchObject({ code: 'store.failed' });
    }
    expect(open(segmentsIn(folder)).used('budget', WINDOW)).toBe(1);
  });

  it('keeps its folder and files to their owner', async () => {
    const folder = newFolder();
    await take(open(segmentsIn(folder)), entry('budget', 1, 10));
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(join(folder, '00000001.ledger')).mode & 0o777).toString(8)).toBe('600');
    expect(readdirSync(folder)).toEqual(['00000001.ledger']);
  });

  it('shares one write between what is asked in one turn, and lets endings wait for it', async () => {
    const folder = newFolder();
    const ledger = open(segmentsIn(folder));
    await take(ledger, entry('budget', 1, 10));
    const ending = ledger.append('F', 'r0', [], '{}');
    await Promise.all([take(ledger, entry('budget', 1, 10)), take(ledger, entry('budget', 1, 10)), ending]);
    // every write begins with an empty line
    expect(readFileSync(join(folder, '00000001.ledger'), 'utf8').split('\n\n')).toHaveLength(2);
  });

  it('finds a record with its ending across segments and reading steps', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments, 2_000);
    const long = 'x'.repeat(900);
    for (let i = 0; i < 400; i++) {
      const id = `r${String(i).padStart(3, '0')}`;
      await ledger.append('D', id, [], writeRecord(record(id, { message: `${long}\t\n→ ${i}` })));
    }
    await ledger.append('F', 'r000', [], '{"result":"ok","latencyMs":1,"quotaReturned":false}');
    const all = await readRecords(segments, { limit: 1_000, order: 'oldest' });
    expect(all).toHaveLength(400);
    expect(all[0]?.ending).toMatchObject({ result: 'ok', upstreamStatus: undefined });
    expect(all[399]?.message).toBe(`${long}\t\n→ 399`);
    expect(all[399]?.ending).toBeUndefined();
  });

  it('pages through rows that were written late, also where a reading step ends between them', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments);
    const message = 'x'.repeat(900);
    const all = Array.from({ length: 600 }, (_, i) => `r${String(i).padStart(3, '0')}`);
    const asWritten = all.flatMap((_, i) => (i % 3 === 0 ? all.slice(i, i + 3).toReversed() : []));
    for (const id of asWritten) await ledger.append('D', id, [], writeRecord(record(id, { message })));
    const paged: string[] = [];
    for (let page = await readRecords(segments, { limit: 1 }); page[0] !== undefined;) {
      paged.push(page[0].id);
      page = await readRecords(segments, { limit: 1, beforeId: page[0].id });
    }
    expect(paged).toEqual(all.toReversed());
  });

  it('reads few of thousands of rows of one moment to give the newest', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments);
    const ending = '{"result":"ok","latencyMs":1,"quotaReturned":false}';
    const ids = Array.from({ length: 3_000 }, (_, i) => `r${1_000 + i}`);
    await Promise.all(
      ids.flatMap((id) => [
        ledger.append('D', id, [], writeRecord(record(id))),
        ledger.append('F', id, [], ending),
      ]),
    );
    const parse = vi.spyOn(JSON, 'parse');
    const page = await readRecords(segments, { limit: 10 });
    const read = parse.mock.calls.length;
    parse.mockRestore();
    expect(page.map(({ id }) => id)).toEqual(ids.slice(-10).toReversed());
    expect(page.every(({ ending: end }) => end?.result === 'ok')).toBe(true);
    // the piece in which they stood is read whole, the rest is only looked at
    expect(read).toBeLessThan(ids.length / 2);
  });

  it('gives rows of a rare filter that do not keep in memory what was read around them', async () => {
    const segments = segmentsIn(newFolder());
    const ledger = open(segments);
    // 200 rows, each in 100 kB of others
    for (let i = 0; i < 200; i++) {
      const others = Array.from({ length: 250 }, (_, j) => record(`r${i}-${j}`));
      const all = [{ ...record(`of-the-length-of-true-ones-${i}`), tool: 'rare' }, ...others];
      await Promise.all(all.map((one) => ledger.append('D', one.id, [], writeRecord(one))));
    }
    const before = await heapBytes();
    const rows = await readRecords(segments, { tool: 'rare', limit: 1_000 });
    const kept = (await heapBytes()) - before;
    expect(rows).toHaveLength(200);
    expect(kept).toBeLessThan(2_000_000);
  }, 30_000);

  it('gives the whole ending where a torn one stands before it', async () => {
    const folder = newFolder();
    const segments = segmentsIn(folder);
    const ledger = open(segments);
    await ledger.append('D', 'r1', [], writeRecord(record('r1')));
    appendFileSync(join(folder, '00000001.ledger'), 'F\tr1\t[]\t{"result":"o\n');
    await ledger.append('F', 'r1', [], '{"result":"ok","latencyMs":1,"quotaReturned":false}');
    const [row] = await readRecords(segments, {});
    expect(row?.ending?.result).toBe('ok');
  });

  it('reads up to any moment with the endings that came within the hour, past segments of long after', async () => {
    const segments = segmentsInMemory();
    const ledger = open(segments, 3_000);
    const HALF_HOUR = 1_800_000;
    const idOf = (i: number): string => `r${String(i).padStart(3, '0')}`;
    for (let i = 0; i < 60; i++) {
      await ledger.append('D', idOf(i), [], writeRecord(record(idOf(i), { at: i * HALF_HOUR })));
      const ending = '{"result":"ok","latencyMs":1,"quotaReturned":false}';
      if (i > 1) await ledger.append('F', idOf(i - 2), [], ending);
    }
    for (let i = 1; i < 57; i++) {
      const [row] = await readRecords(segments, { until: i * HALF_HOUR, limit: 1 });
      expect([row?.id, row?.ending?.result]).toEqual([idOf(i - 1), 'ok']);
    }
  });
});
