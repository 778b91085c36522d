import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallEnding, ChargedRecord, RecordFilter, StoredRecord } from '../ports.ts';
import { readCharges, readEnding, readLine, readRecord, splitLine, type SplitLine } from './line.ts';
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
  const walk = new Walk(segments, filter, withoutCharges);
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
  return new Walk(segments, filter, withoutCharges).batches();
}

/** The same with what each row charged; see `RecordStore.scanCharged`. */
export function scanCharged(
  segments: Segments,
  filter: Scan,
): AsyncGenerator<readonly ChargedRecord[], void, undefined> {
  return new Walk(segments, filter, withCharges).batches();
}

/** A row with texts of its own. */
function standingAlone<Row extends StoredRecord>(row: Row): Row {
  return { ...row, id: copyOf(row.id), requestId: copyOf(row.requestId) };
}

const withoutCharges = (record: StoredRecord): StoredRecord => record;

function withCharges(record: StoredRecord, { charges }: SplitLine): ChargedRecord {
  const isReturned = record.ending?.quotaReturned === true;
  return Object.assign(record, { charges: (isReturned ? undefined : readCharges(charges)) ?? [] });
}

function byId(records: readonly StoredRecord[]): StoredRecord[] {
  return records.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

function matches(record: StoredRecord, filter: Scan): boolean {
  const { server, servers, grant, tool, outcome, rule, since, until, afterId, beforeId } = filter;
  return (
    (server === undefined || record.server === server) &&
    (servers === undefined || servers.includes(record.server)) &&
    (grant === undefined || record.grantId === grant || record.grantLabel === grant) &&
    (tool === undefined || record.tool === tool) &&
    (outcome === undefined || record.outcome === outcome) &&
    (rule === undefined || record.rule === rule) &&
    (since === undefined || record.at >= since) &&
    (until === undefined || record.at < until) &&
    (afterId === undefined || record.id > afterId) &&
    (beforeId === undefined || record.id < beforeId)
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
class Walk<Row extends StoredRecord> {
  readonly #segments: Segments;
  readonly #filter: Scan;
  readonly #rowOf: (record: StoredRecord, line: SplitLine) => Row;
  readonly #needles: readonly string[];
  /** Lines: of most endings that are met nobody ever wants to know more. */
  readonly #endings = new Map<string, string>();
  readonly #voided = new Set<string>();
  #from: number;
  #fromId = '';
  #passed = 0;
  #isOver = false;

  constructor(segments: Segments, filter: Scan, rowOf: (record: StoredRecord, line: SplitLine) => Row) {
    this.#segments = segments;
    this.#filter = filter;
    this.#rowOf = rowOf;
    this.#needles = needlesOf(filter);
    this.#from = (filter.since ?? Number.NEGATIVE_INFINITY) - OUT_OF_ORDER_MS;
  }

  /** Rows that come before this one are not wanted. What was written late is looked for a while longer, but not read in vain. */
  stopBelow(last: StoredRecord | undefined): void {
    if (last === undefined) return;
    this.#from = Math.max(this.#from, last.at - LATE_MS);
    this.#fromId = last.id;
  }

  /** The matching rows of each piece that was read, perhaps none; other work gets its turn in between. */
  async *batches(): AsyncGenerator<readonly Row[], void, undefined> {
    if (this.#filter.servers?.length === 0) return;
    let startedAt = performance.now();
    for (const batch of this.#steps()) {
      yield batch;
      if (performance.now() - startedAt < TURN_MS) continue;
      await nextTurn();
      startedAt = performance.now();
    }
  }

  *#steps(): Generator<readonly Row[]> {
    const numbers = this.#segments.list();
    for (const number of numbers.toReversed()) {
      const segment = openIfThere(this.#segments, number);
      if (segment === undefined) return; // retention takes the oldest first: there is nothing before it
      try {
        if (this.#isTooLate(segment)) continue;
        // what stands behind the line that ends a segment does not count
        let counts = number === numbers.at(-1);
        for (const lines of linesBackwards(segment)) {
          const batch: Row[] = [];
          for (const text of lines) {
            if (text.startsWith('S')) counts = true;
            const record = counts ? this.#take(text) : undefined;
            if (record !== undefined) batch.push(record);
            if (this.#isOver) break;
          }
          // whoever keeps a few rows must not keep all that was read around them
          yield batch.length < lines.length / CROWD ? batch.map(standingAlone) : batch;
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

  #take(text: string): Row | undefined {
    const kind = text.charAt(0);
    if (kind === 'F') this.#remember(text);
    if (kind === 'V') this.#annul(text);
    if (kind !== 'A' && kind !== 'D') return undefined;
    const id = idIn(text);
    // enough was found, and this comes before it; how long ago it was is looked at once in a while
    if (id < this.#fromId && ++this.#passed % LOOK_EVERY !== 0) return this.#pass(id);
    const at = momentIn(text);
    if (at < this.#from) this.#isOver = true;
    return at >= this.#from && this.#mayMatch(text, id, at) ? this.#read(text) : this.#pass(id);
  }

  /** Not wanted, and neither is how it ended. */
  #pass(id: string): undefined {
    this.#endings.delete(id);
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

  #mayMatch(text: string, id: string, at: number): boolean {
    const { until, beforeId } = this.#filter;
    if (until !== undefined && at >= until) return false;
    if (id < this.#fromId || (beforeId !== undefined && id >= beforeId)) return false;
    return this.#needles.every((needle) => text.includes(needle));
  }

  #read(text: string): Row | undefined {
    const line = splitLine(text);
    if (line === undefined) return undefined;
    const ending = this.#endings.get(line.id);
    this.#endings.delete(line.id);
    const record = readRecord(line, ending === undefined ? undefined : endingIn(ending));
    if (!record || this.#voided.delete(line.id)) return undefined;
    return matches(record, this.#filter) ? this.#rowOf(record, line) : undefined;
  }
}

function endingIn(text: string): CallEnding | undefined {
  const line = readLine(text);
  return line && readEnding(line);
}
