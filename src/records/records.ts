import { messageOf, type Clock, type Log } from '#platform';
import type {
  CounterEntry,
  DecisionRecord,
  FinishedCall,
  RecordFilter,
  RecordStore,
  StoredRecord,
} from '#store';
import { clip, isShort } from './clip.ts';
import { followRecords } from './follow.ts';

/** The decision log, as the gateway writes it and people read it. */
export interface Records {
  /**
   * Keeps the record of a call that is about to leave. Durable when it resolves; when it rejects there is no
   * record, and the call must not leave. `charges` are what it was counted as already, the one without room first.
   */
  begin(record: DecisionRecord, charges?: readonly CounterEntry[]): Promise<void>;
  /**
   * Keeps the record of a call that does not leave, with what a limit had no room for. A failure is logged, never thrown: the call
   * is refused anyway.
   */
  deny(record: DecisionRecord, refused?: CounterEntry): Promise<void>;
  /** Adds how a call ended. A failure is logged, never thrown: the answer is already on its way. */
  finish(id: string, call: FinishedCall): Promise<void>;
  /** See `RecordFilter`; newest first unless told. */
  query(filter: RecordFilter): Promise<readonly StoredRecord[]>;
  /** Every matching record, the newest first; see `RecordStore.scan`. */
  scan: RecordStore['scan'];
  /** The same, counted; see `RecordStore.scanCounted`. */
  scanCounted: RecordStore['scanCounted'];
  /** The same with what each call used up; see `RecordStore.scanCharged`. */
  scanCharged: RecordStore['scanCharged'];
  /** The newest records and then each new one; see `followRecords`. */
  follow(filter: Omit<RecordFilter, 'afterId' | 'order'>, signal: AbortSignal): AsyncIterable<StoredRecord>;
}

export interface RecordsParts {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

/** How much is kept of a text that an agent chose, or may have had a part in. */
const MAX_NAME_CHARS = 256;
const MAX_MESSAGE_CHARS = 1024;

/** A decision log over a store of records. See `Records`. */
export function createRecords({ store, clock, log }: RecordsParts): Records {
  async function orLog(what: string, id: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      log.error({ record: id, error: messageOf(error) }, what);
    }
  }
  return {
    begin: (record, charges) => store.insert(boundedRecord(record), charges),
    deny: (record, refused) =>
      orLog(
        'a refused call could not be recorded',
        record.id,
        store.insert(boundedRecord(record), refused && [refused]),
      ),
    finish: (id, call) => orLog('the ending of a call could not be recorded', id, store.finish(id, call)),
    query: (filter) => store.query(filter),
    scan: (filter) => store.scan(filter),
    scanCounted: (filter, bucketMs) => store.scanCounted(filter, bucketMs),
    scanCharged: (filter) => store.scanCharged(filter),
    follow: (filter, signal) => followRecords(store, clock, filter, signal),
  };
}

/** An agent must not be able to fill the disk, or to hide a name behind a NUL that a store would cut it at. */
export function boundedRecord(record: DecisionRecord): DecisionRecord {
  const { requestId, method, tool, revision, rule, message } = record;
  const isBounded =
    isShort(requestId, MAX_NAME_CHARS) &&
    isShortAgain('method', method, MAX_NAME_CHARS) &&
    (tool === undefined || isShortAgain('tool', tool, MAX_NAME_CHARS)) &&
    isShortAgain('revision', revision, MAX_NAME_CHARS) &&
    isShortAgain('rule', rule, MAX_MESSAGE_CHARS) &&
    isShortAgain('message', message, MAX_MESSAGE_CHARS);
  if (isBounded) return record;
  return {
    ...record,
    requestId: clip(requestId, MAX_NAME_CHARS),
    method: clip(method, MAX_NAME_CHARS),
    tool: tool === undefined ? undefined : clip(tool, MAX_NAME_CHARS),
    revision: clip(revision, MAX_NAME_CHARS),
    rule: clip(rule, MAX_MESSAGE_CHARS),
    message: clip(message, MAX_MESSAGE_CHARS),
  };
}

/** The last text of each member that was short enough: in most records it is that of the one before. */
const lastShort = { method: '', tool: '', revision: '', rule: '', message: '' };

function isShortAgain(member: keyof typeof lastShort, text: string, maxChars: number): boolean {
  if (text === lastShort[member]) return true;
  if (!isShort(text, maxChars)) return false;
  lastShort[member] = text;
  return true;
}
