import type { CallEnding, RecordFilter, StoredRecord } from '../ports.ts';
import { readEnding, readLine, readRecord } from './line.ts';
import type { Segment, Segments } from './segments.ts';

const DEFAULT_LIMIT = 100;
const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;
/** Records of several processes stand in the order they were written, which is nearly that of their times. */
const OUT_OF_ORDER_MS = 10_000;

/**
 * Finds decisions in the ledger by walking it backwards: the newest rows of any filter come soon, and an ending or a `V`
 * line is met before the record that it belongs to. Ids begin with the time they were made at, so they give the order.
 */
export function readRecords(segments: Segments, filter: RecordFilter): readonly StoredRecord[] {
  const limit = Math.max(0, Math.trunc(filter.limit ?? DEFAULT_LIMIT));
  const isNewestFirst = filter.order !== 'oldest';
  const until = filter.since === undefined ? Number.NEGATIVE_INFINITY : filter.since - OUT_OF_ORDER_MS;
  let found: StoredRecord[] = [];
  if (limit === 0) return found;
  for (const record of recordsBackwards(segments, needlesOf(filter))) {
    if (record.at < until) break;
    if (!matches(record, filter)) continue;
    found.push(record);
    if (isNewestFirst && found.length === limit) break;
    // of the oldest ones, those that stand last so far are all that can be wanted
    if (found.length >= 2 * limit) found = byId(found).slice(-limit);
  }
  const newestFirst = byId(found);
  return isNewestFirst ? newestFirst : newestFirst.slice(-limit).toReversed();
}

function byId(records: readonly StoredRecord[]): StoredRecord[] {
  return records.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

function matches(record: StoredRecord, filter: RecordFilter): boolean {
  const { server, grant, tool, outcome, rule, since, afterId } = filter;
  return (
    (server === undefined || record.server === server) &&
    (grant === undefined || record.grantId === grant || record.grantLabel === grant) &&
    (tool === undefined || record.tool === tool) &&
    (outcome === undefined || record.outcome === outcome) &&
    (rule === undefined || record.rule === rule) &&
    (since === undefined || record.at >= since) &&
    (afterId === undefined || record.id > afterId)
  );
}

/** Texts that a line of a matching record must hold: most lines of a rare filter are then not even parsed. */
function needlesOf({ server, grant, tool, rule }: RecordFilter): readonly string[] {
  return [server, grant, tool, rule].flatMap((text) => (text === undefined ? [] : JSON.stringify(text)));
}

function* recordsBackwards(segments: Segments, needles: readonly string[]): Generator<StoredRecord> {
  const endings = new Map<string, CallEnding>();
  const voided = new Set<string>();
  const numbers = segments.list();
  for (const number of numbers.toReversed()) {
    const segment = segments.open(number, 'read');
    try {
      // what stands behind the line that ends a segment does not count
      let counts = number === numbers.at(-1);
      for (const text of linesBackwards(segment)) {
        const kind = text.charAt(0);
        if (kind === 'S') counts = true;
        if (!counts) continue;
        if (kind === 'F' || kind === 'V') {
          const line = readLine(text);
          const ending = line && readEnding(line);
          if (kind === 'V' && line) voided.add(line.id);
          if (ending && line) endings.set(line.id, ending);
        } else if ((kind === 'A' || kind === 'D') && needles.every((needle) => text.includes(needle))) {
          const line = readLine(text);
          const record = line && readRecord(line);
          if (!record || voided.delete(record.id)) continue;
          yield { ...record, ending: endings.get(record.id) };
          endings.delete(record.id);
        }
      }
    } finally {
      segment.close();
    }
  }
}

/** The whole lines of a segment, last first. */
function* linesBackwards(segment: Segment): Generator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for (let end = segment.size(); end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.allocUnsafe(end - start);
    segment.read(start, chunk);
    const bytes = rest.length === 0 ? chunk : Buffer.concat([chunk, rest]);
    let upTo = bytes.length;
    for (let feed = bytes.lastIndexOf(LINE_FEED); feed >= 0; feed = bytes.lastIndexOf(LINE_FEED, upTo - 1)) {
      if (feed + 1 < upTo) yield bytes.toString('utf8', feed + 1, upTo);
      upTo = feed;
      if (feed === 0) break;
    }
    rest = bytes.subarray(0, upTo);
    end = start;
  }
  if (rest.length > 0) yield rest.toString('utf8');
}
