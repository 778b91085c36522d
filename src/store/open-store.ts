import { join } from 'node:path';
import { systemClock, type Clock } from '#platform';
import type { Store } from './ports.ts';
import { segmentsIn, segmentsInMemory } from './ledger/segments.ts';
import { ledgerStores } from './ledger/stores.ts';
import { createContactStore } from './sqlite/contact-messages.ts';
import { createCredentialStore } from './sqlite/credentials.ts';
import { openDatabaseFile, type Access } from './sqlite/database-file.ts';
import { createGrantStore } from './sqlite/grants.ts';
import { createWriteQueue } from './sqlite/write-queue.ts';

const LEDGER_FOLDER = 'ledger';

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
  const segments = dataDir === ':memory:' ? segmentsInMemory() : segmentsIn(join(dataDir, LEDGER_FOLDER));
  const ledger = ledgerStores(segments, access === 'read' ? 'read' : 'append', clock);
  let closing: Promise<void> | undefined;
  return {
    counters: ledger.counters,
    records: ledger.records,
    grants: createGrantStore(database, queue, clock),
    credentials: createCredentialStore(database, queue),
    contactMessages: createContactStore(database, queue),
    close() {
      ledger.close();
      closing ??= queue.close().then(() => database.close());
      return closing;
    },
  };
}
