import type { ChargedRecord, CountedRecords, RecordFilter, StoredRecord } from '../ports.ts';
import type { CountedPieces } from './counted-pieces.ts';
import { Counts } from './counts.ts';
import { readCharges, readRecord, splitLine, type SplitLine } from './line.ts';
import { copyOf } from './read-segment.ts';
import type { Segments } from './segments.ts';
import { endingIn, isWanted, Walk, type Findings, type Scan } from './walk.ts';

const DEFAULT_LIMIT = 100;
/** Where fewer lines than one in so many are wanted, their rows do not share the text of the piece that was read. */
const CROWD = 16;

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

/** The same rows, counted by setting and bucket; see `RecordStore.scanCounted`. Pieces that are `known` are not read again. */
export function scanCounted(
  segments: Segments,
  filter: Scan,
  bucketMs: number,
  known: CountedPieces,
): AsyncGenerator<readonly CountedRecords[], void, undefined> {
  known.forgetBefore(segments.list()[0] ?? 0);
  return new Walk(segments, filter, new Counts(filter, bucketMs, known)).batches();
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

/** Texts that a line of a matching record must hold: most lines of a rare filter are then not even parsed. */
function needlesOf({ server, servers, grant, tool, rule }: Scan): readonly string[] {
  const only = servers?.length === 1 ? servers[0] : undefined;
  return [server, only, grant, tool, rule].flatMap((text) =>
    text === undefined ? [] : JSON.stringify(text),
  );
}
