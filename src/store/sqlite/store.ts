import { systemClock, type Clock } from '#platform';
import type { Store } from '../ports.ts';
import { createCounters } from './counters.ts';
import { createCredentialStore } from './credentials.ts';
import { openDatabaseFile, type Access } from './database-file.ts';
import { createGrantStore } from './grants.ts';
import { createRecordStore } from './records.ts';
import { createWriteQueue } from './write-queue.ts';

export interface StoreOptions {
  /** Folder of the data, or `:memory:`. */
  readonly dataDir: string;
  /** `create` unless told: see `Access`. */
  readonly access?: Access;
  /** Decides whether a grant has expired when its label is wanted again. */
  readonly clock?: Clock;
}

/**
 * Opens everything one data folder holds. Any number of processes may have the same folder open.
 * Throws `ToolgateError` when the folder cannot serve (`store.missing`, `store.unusable`, `store.foreign`,
 * `store.newer`, `store.older`, `store.busy`, `store.no_engine`).
 */
export function openStore({ dataDir, access = 'create', clock = systemClock }: StoreOptions): Store {
  const database = openDatabaseFile(dataDir, access);
  const queue = createWriteQueue(database);
  let closing: Promise<void> | undefined;
  return {
    counters: createCounters(database, queue),
    records: createRecordStore(database, queue),
    grants: createGrantStore(database, queue, clock),
    credentials: createCredentialStore(database, queue),
    close() {
      closing ??= queue.close().then(() => database.close());
      return closing;
    },
  };
}
