import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ToolgateError } from '#platform';
import { readEnding, readLine, readRecord } from '../ledger/line.ts';
import { isGone, segmentsIn, type Segments } from '../ledger/segments.ts';
import { LEDGER_FOLDER } from '../open-store.ts';
import { checkDatabase } from './check-database.ts';
import { DATABASE } from './manifest.ts';

/** What a check of a data folder found. */
export interface DataCheck {
  readonly hasDatabase: boolean;
  readonly segments: number;
  /** Decision records that were read. */
  readonly records: number;
  /** One line a fault; none when all is well. */
  readonly faults: readonly string[];
}

/**
 * Reads all of a data folder and changes nothing; a gateway may run meanwhile. Throws `store.missing` for a folder without data,
 * `store.foreign` and `store.newer`.
 */
export function checkData(dataDir: string): DataCheck {
  const database = join(dataDir, DATABASE);
  const segments = segmentsIn(join(dataDir, LEDGER_FOLDER));
  const numbers = segments.list();
  const hasDatabase = existsSync(database);
  if (!hasDatabase && numbers.length === 0) {
    throw new ToolgateError('store.missing', `There is no Toolgate data in ${dataDir}.`, {
      hint: 'Name the data folder of the gateway with --data or TOOLGATE_DATA.',
    });
  }
  const faults = hasDatabase ? checkDatabase(database) : [];
  let records = 0;
  for (const number of numbers) {
    const found = checkSegment(segments, number);
    records += found.records;
    faults.push(...found.faults);
  }
  return { hasDatabase, segments: numbers.length, records, faults };
}

interface SegmentCheck {
  readonly records: number;
  readonly faults: readonly string[];
}

function checkSegment(segments: Segments, number: number): SegmentCheck {
  let text: string;
  try {
    text = textOf(segments, number);
  } catch (error) {
    if (isGone(error)) return { records: 0, faults: [] }; // its time was over
    return { records: 0, faults: [`segment ${number} of the ledger: ${messageOf(error)}`] };
  }
  let records = 0;
  let unreadable = 0;
  let firstLine = 0;
  text.split('\n').forEach((line, index) => {
    if (line === '') return; // every write begins with a line feed
    const kind = kindOf(line);
    if (kind === 'record') records++;
    if (kind !== 'unreadable') return;
    unreadable++;
    firstLine ||= index + 1;
  });
  if (unreadable === 0) return { records, faults: [] };
  const lines = unreadable === 1 ? '1 line' : `${unreadable} lines`;
  return {
    records,
    faults: [`segment ${number} of the ledger: ${lines} cannot be read, the first is line ${firstLine}`],
  };
}

function kindOf(text: string): 'record' | 'other' | 'unreadable' {
  const line = readLine(text);
  switch (line?.kind) {
    case undefined:
      return 'unreadable';
    case 'A':
    case 'D':
      return readRecord(line, undefined) === undefined ? 'unreadable' : 'record';
    case 'F':
      return readEnding(line) === undefined ? 'unreadable' : 'other';
    default:
      return 'other';
  }
}

/** Up to the last whole line: another process may be writing the next one. */
function textOf(segments: Segments, number: number): string {
  const segment = segments.open(number, 'read');
  try {
    const bytes = Buffer.alloc(segment.size());
    const found = bytes.subarray(0, segment.read(0, bytes));
    return found.toString('utf8', 0, found.lastIndexOf('\n') + 1);
  } finally {
    segment.close();
  }
}
