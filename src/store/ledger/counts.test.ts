import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionSetting } from '../ports.ts';
import { record } from '../records.suite.ts';
import { CountedPieces } from './counted-pieces.ts';
import { writeEnd, writeEnding, writeLine, writeRecord } from './line.ts';
import { scanCounted, scanRecords } from './read-records.ts';
import { segmentsInMemory, type Segments } from './segments.ts';
import type { Place, Scan } from './walk.ts';

const HOUR = 60 * 60 * 1000;
const PIECE = 64 * 1024;

/** A log whose lines a test writes, in pieces of few records. */
class Log {
  readonly segments: Segments = segmentsInMemory();
  #newest = 1;
  #written = 0;
  /** Where the segment before ends. */
  #end = 0;

  constructor() {
    this.segments.create(1, Buffer.alloc(0));
  }

  decide(at: number, server = 'crm', length = 0): string {
    const id = `dec_${String(this.#written++).padStart(5, '0')}`;
    this.#write(writeLine('A', id, [], writeRecord(record(id, { at, server, message: 'm'.repeat(length) }))));
    return id;
  }

  end(id: string, result: 'ok' | 'timeout'): void {
    const ending = { result, upstreamStatus: 200, latencyMicros: 1, quotaReturned: false };
    this.#write(writeLine('F', id, [], writeEnding(ending)));
  }

  annul(id: string): void {
    this.#write(writeLine('V', id, [], ''));
  }

  /** Ends the segment, and begins another. */
  endSegment(): void {
    this.writeEnd();
    this.beginSegment();
  }

  writeEnd(): void {
    this.#end = this.segments.open(this.#newest, 'read').size();
    this.#write(`\n${writeEnd(this.#end)}`);
  }

  beginSegment(): void {
    this.segments.create(++this.#newest, Buffer.alloc(0));
  }

  /** Writes behind the line that ended the segment before, as a process does that has not heard of it. */
  decideTooLate(length: number): void {
    const late = record('dec_late', { at: HOUR, message: 'm'.repeat(length) });
    if (this.#newest > 1) this.#write(writeLine('A', 'dec_late', [], writeRecord(late)), this.#newest - 1);
  }

  /** Ends the segment before once more, as a process does that had read no more than was before its end. */
  endTooLate(): void {
    if (this.#newest > 1) this.#write(`\n${writeEnd(this.#end)}`, this.#newest - 1);
  }

  #write(line: string, to = this.#newest): void {
    const segment = this.segments.open(to, 'append');
    segment.append(Buffer.from(line));
    segment.close();
  }
}

type Numbers = Record<string, { earliest: number; calls: number; failed: number }>;

function add(to: Numbers, { server }: DecisionSetting, start: number, one: Numbers[string]): void {
  const name = `${server} ${start}`;
  const known = (to[name] ??= { earliest: one.earliest, calls: 0, failed: 0 });
  known.earliest = Math.min(known.earliest, one.earliest);
  known.calls += one.calls;
  known.failed += one.failed;
}

async function counted(log: Log, filter: Scan, known: CountedPieces, bucketMs = HOUR): Promise<Numbers> {
  const numbers: Numbers = {};
  for await (const batch of scanCounted(log.segments, filter, bucketMs, known))
    for (const one of batch) add(numbers, one.setting, one.start, one);
  return numbers;
}

async function countedByHand(log: Log, filter: Scan, bucketMs = HOUR): Promise<Numbers> {
  const numbers: Numbers = {};
  for await (const batch of scanRecords(log.segments, filter))
    for (const one of batch) {
      const failed = one.ending !== undefined && one.ending.result !== 'ok' ? 1 : 0;
      add(numbers, one, Math.floor(one.at / bucketMs) * bucketMs, { earliest: one.at, calls: 1, failed });
    }
  return numbers;
}

/** Pieces that tell which of them were asked for and known. */
class WatchedPieces extends CountedPieces {
  readonly recalled: Place[] = [];

  override find(place: Place): ReturnType<CountedPieces['find']> {
    const found = super.find(place);
    if (found !== undefined) this.recalled.push(place);
    return found;
  }
}

/** Writes nearly so many pieces of decisions, all an hour after the epoch. */
function fill(log: Log, pieces: number): string[] {
  return Array.from({ length: 4 * pieces }, () => log.decide(HOUR, 'crm', PIECE / 4 - 1_000));
}

describe('counting a log that was counted before', () => {
  it('gives what reading every line gives, whatever was written since', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          decide: fc.integer({ min: 0, max: 5 * HOUR }),
          length: fc.constantFrom(0, 9_000, 40_000, 150_000),
        }),
      },
      { weight: 3, arbitrary: fc.record({ end: fc.nat(), result: fc.constantFrom('ok', 'timeout') }) },
      { weight: 1, arbitrary: fc.record({ annul: fc.nat() }) },
      { weight: 1, arbitrary: fc.constant({ endSegment: true }) },
      { weight: 1, arbitrary: fc.record({ tooLate: fc.constantFrom(9_000, 150_000) }) },
      { weight: 1, arbitrary: fc.constant({ endTooLate: true }) },
      {
        weight: 3,
        arbitrary: fc.record({
          count: fc.record(
            {
              since: fc.integer({ min: 0, max: 5 * HOUR }),
              until: fc.integer({ min: 0, max: 6 * HOUR }),
              servers: fc.subarray(['crm', 'github'], { minLength: 1 }),
            },
            { requiredKeys: [] },
          ),
          bucketMs: fc.constantFrom(HOUR, 2 * HOUR),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const log = new Log();
        const known = new CountedPieces(40);
        const open: string[] = [];
        for (const one of [...steps, { count: {}, bucketMs: HOUR }]) {
          const took = (index: number): string | undefined =>
            open.splice(index % Math.max(1, open.length), 1)[0];
          if ('decide' in one)
            open.push(log.decide(one.decide, one.decide % 2 ? 'crm' : 'github', one.length));
          if ('endSegment' in one) log.endSegment();
          if ('tooLate' in one) log.decideTooLate(one.tooLate);
          if ('endTooLate' in one) log.endTooLate();
          const id = 'end' in one ? took(one.end) : 'annul' in one ? took(one.annul) : undefined;
          if ('end' in one && id !== undefined) log.end(id, one.result);
          if ('annul' in one && id !== undefined) log.annul(id);
          if ('count' in one)
            expect(await counted(log, one.count, known, one.bucketMs)).toEqual(
              await countedByHand(log, one.count, one.bucketMs),
            );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reads only what is new', async () => {
    const log = new Log();
    const known = new WatchedPieces();
    fill(log, 5);
    await counted(log, {}, known);
    expect(known.recalled).toEqual([]);
    fill(log, 1);
    await counted(log, {}, known);
    expect(known.recalled.map(({ start }) => start / PIECE)).toEqual([3, 2, 1, 0]);
  });

  it('recalls a piece for every question about whole hours, whoever asks', async () => {
    const log = new Log();
    const known = new WatchedPieces();
    fill(log, 3);
    await counted(log, { servers: ['github'] }, known);
    expect(await counted(log, { servers: ['crm'], since: HOUR, until: 3 * HOUR }, known, 24 * HOUR)).toEqual({
      'crm 0': { earliest: HOUR, calls: 12, failed: 0 },
    });
    expect(known.recalled).toHaveLength(2);
  });

  it('reads a piece again of which it asks for a part', async () => {
    const log = new Log();
    const known = new WatchedPieces();
    const ids = [...fill(log, 3), log.decide(2 * HOUR, 'crm')];
    await counted(log, {}, known);
    expect(await counted(log, { until: HOUR }, known)).toEqual({});
    expect(await counted(log, { afterId: ids[3] ?? '' }, known)).toEqual(
      await countedByHand(log, { afterId: ids[3] ?? '' }),
    );
  });

  it('learns that a call of long ago ended badly, or was annulled', async () => {
    const log = new Log();
    const known = new CountedPieces();
    const [first = '', second = ''] = fill(log, 1);
    fill(log, 3);
    await counted(log, {}, known);
    log.end(first, 'timeout');
    log.annul(second);
    fill(log, 3);
    const expected = { [`crm ${HOUR}`]: { earliest: HOUR, calls: 27, failed: 1 } };
    expect(await counted(log, {}, known)).toEqual(expected);
    // once more, when the lines that say so are known themselves
    expect(await counted(log, {}, known)).toEqual(expected);
  });

  it('does not count what turns out to stand behind the end of a segment', async () => {
    const log = new Log();
    const known = new CountedPieces();
    fill(log, 2);
    log.writeEnd();
    fill(log, 3);
    await counted(log, {}, known);
    log.beginSegment();
    log.decide(HOUR);
    expect(await counted(log, {}, known)).toEqual(await countedByHand(log, {}));
  });

  it('keeps the newest pieces when there are too many', async () => {
    const log = new Log();
    const known = new WatchedPieces(12); // a setting, and two pieces with a count
    fill(log, 9);
    await counted(log, {}, known);
    await counted(log, {}, known);
    expect(known.recalled.map(({ start }) => start / PIECE)).toEqual([7, 6]);
  });

  it('forgets pieces of segments that are gone', async () => {
    const log = new Log();
    const known = new CountedPieces();
    fill(log, 3);
    log.endSegment();
    fill(log, 1);
    await counted(log, {}, known);
    expect(known.find({ segment: 1, start: 0 })).toBeDefined();
    log.segments.remove(1);
    await counted(log, {}, known);
    expect(known.find({ segment: 1, start: 0 })).toBeUndefined();
  });
});
