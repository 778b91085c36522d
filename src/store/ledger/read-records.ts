import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  CallEnding,
  ChargedRecord,
  CountedRecords,
  DecisionSetting,
  RecordFilter,
  StoredRecord,
} from '../ports.ts';
import {
  endedBadly,
  readCharges,
  readEnding,
  readLine,
  readRecord,
  settingIn,
  splitLine,
  type SplitLine,
} from './line.ts';
import { copyOf, firstMoment, idIn, linesBackwards, momentIn, openIfThere } from './read-segment.ts';
import type { Segment, Segments } from './segments.ts';

const DEFAULT_LIMIT = 100;
/** Records of several processes stand in the order they were written, which is nearly that of their times. */
const OUT_OF_ORDER_MS = 10_000;
/** A page of the newest rows looks back this much further, so that the next page misses nothing that was written late. */
const LATE_MS = 2000;
/** A call that ends later than this after a moment may be shown without its ending to who reads up to that moment. */
const LATE_ENDING_MS = 60 * 60 * 1000;
/** Where fewer lines than one in so many are wanted, their rows do not share the text of the piece that was read. */
const CROWD = 16;
/** Of so many lines in a row that are not wanted, one is asked when it was written. */
const LOOK_EVERY = 32;
/** After so long the walk lets others have a turn: it must not hold up a gateway in the same process. */
const TURN_MS = 1;

type Scan = Omit<RecordFilter, 'limit' | 'order'>;

/**
 * Finds decisions in the ledger by walking it backwards: the newest rows of any filter come soon, and an ending or a `V`
 * line is met before the record that it belongs to. Ids begin with the time they were made at, so they give the order.
 */
export async function readRecords(
  segments: Segments,
  filter: RecordFilter,
): Promise<readonly StoredRecord[]> {
  const limit = Math.max(0, Math.trunc(filter.limit ?? DEFAULT_LIMIT));
  const isNewestFirst = filter.order !== 'oldest';
  let found: StoredRecord[] = [];
  if (limit === 0) return found;
  const walk = new Walk(segments, filter, new Rows(filter, withoutCharges));
  for await (const batch of walk.batches()) {
    if (batch.length === 0) continue;
    for (const record of batch) found.push(record);
    // of the oldest ones, those that stand last so far are all that can be wanted
    if (!isNewestFirst && found.length >= 2 * limit) found = byId(found).slice(-limit);
    if (!isNewestFirst || found.length < limit) continue;
    found = byId(found).slice(0, limit);
    walk.stopBelow(found.at(-1));
  }
  const newestFirst = byId(found);
  return isNewestFirst ? newestFirst.slice(0, limit) : newestFirst.slice(-limit).toReversed();
}

/** Every matching row in batches, the newest first as they stand in the ledger; see `RecordStore.scan`. */
export function scanRecords(
  segments: Segments,
  filter: Scan,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  return new Walk(segments, filter, new Rows(filter, withoutCharges)).batches();
}

/** The same rows, counted by setting and bucket; see `RecordStore.scanCounted`. */
export function scanCounted(
  segments: Segments,
  filter: Scan,
  bucketMs: number,
): AsyncGenerator<readonly CountedRecords[], void, undefined> {
  return new Walk(segments, filter, new Counts(filter, bucketMs)).batches();
}

/** The same with what each row charged; see `RecordStore.scanCharged`. */
export function scanCharged(
  segments: Segments,
  filter: Scan,
): AsyncGenerator<readonly ChargedRecord[], void, undefined> {
  return new Walk(segments, filter, new Rows(filter, withCharges)).batches();
}

const withoutCharges = (record: StoredRecord): StoredRecord => record;

function withCharges(record: StoredRecord, { charges }: SplitLine): ChargedRecord {
  const isReturned = record.ending?.quotaReturned === true;
  return Object.assign(record, { charges: (isReturned ? undefined : readCharges(charges)) ?? [] });
}

function byId(records: readonly StoredRecord[]): StoredRecord[] {
  return records.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

/** What a walk makes of the lines that it finds. */
interface Findings<Found> {
  /** Whether it matters how a call ended that has this `F` line. */
  heeds(ending: string): boolean;
  /** Takes an `A` or `D` line of the span that is asked for, when it was made, and the line that says how its call ended. */
  add(line: string, at: number, ending: string | undefined): void;
  /** What was made of the lines since the last time; `seen` is how many lines there were at all. */
  take(seen: number): readonly Found[];
}

/** Matching lines as records. */
class Rows<Row extends StoredRecord> implements Findings<Row> {
  readonly #filter: Scan;
  readonly #needles: readonly string[];
  readonly #rowOf: (record: StoredRecord, line: SplitLine) => Row;
  #rows: Row[] = [];

  constructor(filter: Scan, rowOf: (record: StoredRecord, line: SplitLine) => Row) {
    this.#filter = filter;
    this.#needles = needlesOf(filter);
    this.#rowOf = rowOf;
  }

  heeds(): boolean {
    return true;
  }

  add(text: string, _at: number, ending: string | undefined): void {
    if (!this.#needles.every((needle) => text.includes(needle))) return;
    const line = splitLine(text);
    const record = line && readRecord(line, ending === undefined ? undefined : endingIn(ending));
    if (line && record && isWanted(record, this.#filter)) this.#rows.push(this.#rowOf(record, line));
  }

  take(seen: number): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    // whoever keeps a few rows must not keep all that was read around them
    return rows.length < seen / CROWD ? rows.map(standingAlone) : rows;
  }
}

/** A row with texts of its own. */
function standingAlone<Row extends StoredRecord>(row: Row): Row {
  return { ...row, id: copyOf(row.id), requestId: copyOf(row.requestId) };
}

type Count = { -readonly [K in keyof CountedRecords]: CountedRecords[K] };

/** Matching lines as numbers: of a line no more is read than when it was made, and what it has in common with others. */
class Counts implements Findings<CountedRecords> {
  readonly #filter: Scan;
  readonly #bucketMs: number;
  /** The count of each setting that was met last; null for those that are not wanted. */
  readonly #latest = new Map<DecisionSetting, Count | null>();
  #all: Count[] = [];

  constructor(filter: Scan, bucketMs: number) {
    this.#filter = filter;
    this.#bucketMs = bucketMs;
  }

  heeds(ending: string): boolean {
    return endedBadly(ending);
  }

  add(line: string, at: number, ending: string | undefined): void {
    const setting = settingIn(line) ?? settingOfOld(line);
    const count = setting && this.#countOf(setting, Math.floor(at / this.#bucketMs) * this.#bucketMs);
    if (!count) return;
    count.calls++;
    if (at < count.earliest) count.earliest = at;
    if (ending !== undefined) count.failed++;
  }

  take(): readonly CountedRecords[] {
    const all = this.#all.filter(({ calls }) => calls > 0);
    this.#all = [];
    this.#latest.clear();
    return all;
  }

  #countOf(setting: DecisionSetting, start: number): Count | null {
    const known = this.#latest.get(setting);
    if (known === null || known?.start === start) return known;
    const count = known !== undefined || isWanted(setting, this.#filter) ? this.#begin(setting, start) : null;
    this.#latest.set(setting, count);
    return count;
  }

  #begin(setting: DecisionSetting, start: number): Count {
    const count = { setting, start, earliest: Number.POSITIVE_INFINITY, calls: 0, failed: 0 };
    this.#all.push(count);
    return count;
  }
}

/** Of a record whose members stand in another order than they are written in today. */
function settingOfOld(text: string): DecisionSetting | undefined {
  const line = splitLine(text);
  return line && readRecord(line, undefined);
}

function isWanted(setting: DecisionSetting, filter: Scan): boolean {
  const { server, servers, grant, tool, outcome, rule } = filter;
  return (
    (server === undefined || setting.server === server) &&
    (servers === undefined || servers.includes(setting.server)) &&
    (grant === undefined || setting.grantId === grant || setting.grantLabel === grant) &&
    (tool === undefined || setting.tool === tool) &&
    (outcome === undefined || setting.outcome === outcome) &&
    (rule === undefined || setting.rule === rule)
  );
}

/** Texts that a line of a matching record must hold: most lines of a rare filter are then not even parsed. */
function needlesOf({ server, servers, grant, tool, rule }: Scan): readonly string[] {
  const only = servers?.length === 1 ? servers[0] : undefined;
  return [server, only, grant, tool, rule].flatMap((text) =>
    text === undefined ? [] : JSON.stringify(text),
  );
}

/** One way through the ledger, from its end to the earliest moment that can matter. */
class Walk<Found> {
  readonly #segments: Segments;
  readonly #filter: Scan;
  readonly #findings: Findings<Found>;
  /** Lines: of most endings that are met nobody ever wants to know more. */
  readonly #endings = new Map<string, string>();
  readonly #voided = new Set<string>();
  #from: number;
  #fromId = '';
  #passed = 0;
  #isOver = false;

  constructor(segments: Segments, filter: Scan, findings: Findings<Found>) {
    this.#segments = segments;
    this.#filter = filter;
    this.#findings = findings;
    this.#from = (filter.since ?? Number.NEGATIVE_INFINITY) - OUT_OF_ORDER_MS;
  }

  /** Rows that come before this one are not wanted. What was written late is looked for a while longer, but not read in vain. */
  stopBelow(last: StoredRecord | undefined): void {
    if (last === undefined) return;
    this.#from = Math.max(this.#from, last.at - LATE_MS);
    this.#fromId = last.id;
  }

  /** What was found in each piece that was read, perhaps nothing; other work gets its turn in between. */
  async *batches(): AsyncGenerator<readonly Found[], void, undefined> {
    if (this.#filter.servers?.length === 0) return;
    let startedAt = performance.now();
    for (const batch of this.#steps()) {
      yield batch;
      if (performance.now() - startedAt < TURN_MS) continue;
      await nextTurn();
      startedAt = performance.now();
    }
  }

  *#steps(): Generator<readonly Found[]> {
    const numbers = this.#segments.list();
    for (const number of numbers.toReversed()) {
      const segment = openIfThere(this.#segments, number);
      if (segment === undefined) return; // retention takes the oldest first: there is nothing before it
      try {
        if (this.#isTooLate(segment)) continue;
        // what stands behind the line that ends a segment does not count
        let counts = number === numbers.at(-1);
        for (const lines of linesBackwards(segment)) {
          for (const text of lines) {
            if (!counts && text.startsWith('S')) counts = true;
            if (counts) this.#take(text);
            if (this.#isOver) break;
          }
          yield this.#findings.take(lines.length);
          if (this.#isOver) return;
        }
      } finally {
        segment.close();
      }
    }
  }

  /** Whether all of the segment was written long after what is wanted; costs one look at its beginning. */
  #isTooLate(segment: Segment): boolean {
    const { until } = this.#filter;
    return until !== undefined && (firstMoment(segment) ?? until) > until + LATE_ENDING_MS;
  }

  #take(text: string): void {
    const kind = text.charAt(0);
    if (kind === 'F' && this.#findings.heeds(text)) this.#remember(text);
    if (kind === 'V') this.#annul(text);
    if (kind !== 'A' && kind !== 'D') return;
    const id = idIn(text);
    const ending = this.#endings.size > 0 ? this.#endings.get(id) : undefined;
    if (ending !== undefined) this.#endings.delete(id);
    // enough was found, and this comes before it; how long ago it was is looked at once in a while
    if (id < this.#fromId && ++this.#passed % LOOK_EVERY !== 0) return;
    const at = momentIn(text);
    if (at < this.#from) this.#isOver = true;
    const isVoid = this.#voided.size > 0 && this.#voided.delete(id);
    if (!isVoid && this.#isWithin(id, at)) this.#findings.add(text, at, ending);
  }

  #remember(text: string): void {
    const id = idIn(text);
    // a line that was torn stands before the whole one
    if (id >= this.#fromId && (!this.#endings.has(id) || endingIn(text) !== undefined))
      this.#endings.set(id, text);
  }

  #annul(text: string): void {
    const line = readLine(text);
    if (line !== undefined) this.#voided.add(line.id);
  }

  /** Whether the span that is asked for holds a decision; what was made at no moment is in none. */
  #isWithin(id: string, at: number): boolean {
    const { since, until, afterId, beforeId } = this.#filter;
    return (
      at >= this.#from &&
      id >= this.#fromId &&
      (since === undefined || at >= since) &&
      (until === undefined || at < until) &&
      (afterId === undefined || id > afterId) &&
      (beforeId === undefined || id < beforeId)
    );
  }
}

function endingIn(text: string): CallEnding | undefined {
  const line = readLine(text);
  return line && readEnding(line);
}
