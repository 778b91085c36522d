import { newId, type Clock } from '#platform';
import type { CounterEntry, CounterStore, RecordStore } from '../ports.ts';
import { CountedPieces } from './counted-pieces.ts';
import { Ledger } from './ledger.ts';
import { writeEnding, writeRecord } from './line.ts';
import { readRecords, scanCharged, scanCounted, scanRecords } from './read-records.ts';
import { pruneRecords } from './retention.ts';
import type { Segments } from './segments.ts';

export interface LedgerStores {
  readonly counters: CounterStore;
  readonly records: RecordStore;
  close(): void;
}

/** The two ports that a ledger serves; see `CounterStore` and `RecordStore` for what each method promises. */
export function ledgerStores(segments: Segments, access: 'append' | 'read', clock: Clock): LedgerStores {
  const ledger = new Ledger({ segments, access, now: () => clock.now() });
  const counted = new CountedPieces();
  const operationId = (): string => newId('op', clock.now());
  return {
    counters: {
      async reserve(entries, record) {
        entries.forEach(assertExact);
        return record === undefined
          ? ledger.append('R', operationId(), entries, '')
          : ledger.append(entries.length === 0 ? 'D' : 'A', record.id, entries, writeRecord(record));
      },
      async count(entries) {
        entries.forEach(assertExact);
        await ledger.append('C', operationId(), entries, '');
      },
      async giveBack(entries) {
        entries.forEach(assertExact);
        await ledger.append('G', operationId(), entries, '');
      },
      used: async (counter, windowStart) => ledger.used(counter, windowStart),
      prune: async (now) => ledger.prune(now),
    },
    records: {
      async insert(record, charges = []) {
        charges.forEach(assertExact);
        await ledger.append('D', record.id, charges, writeRecord(record));
      },
      async finish(id, call) {
        await ledger.append('F', id, [], writeEnding(call));
      },
      async query(filter) {
        ledger.flush();
        return readRecords(segments, filter);
      },
      scan(filter) {
        ledger.flush();
        return scanRecords(segments, filter);
      },
      scanCounted(filter, bucketMs) {
        ledger.flush();
        return scanCounted(segments, filter, bucketMs, counted);
      },
      scanCharged(filter) {
        ledger.flush();
        return scanCharged(segments, filter);
      },
      prune: async (before) => pruneRecords(segments, ledger, before, clock.now()),
    },
    close: () => ledger.close(),
  };
}

/** A fraction, a negative amount or a maximum that is no number would corrupt a budget: nothing is counted then. */
function assertExact({ counter, amountMicros, maxMicros }: CounterEntry): void {
  if (!Number.isSafeInteger(amountMicros) || amountMicros < 0 || !Number.isSafeInteger(maxMicros)) {
    throw new RangeError(
      `counter ${counter}: amount ${amountMicros} and maximum ${maxMicros} must be whole and not negative`,
    );
  }
}
