import { join } from 'node:path';
import { systemClock, type Clock } from '#platform';
import type { Store } from './ports.ts';
import { segmentsIn, segmentsInMemory } from './ledger/segments.ts';
import { ledgerStores } from './ledger/stores.ts';
import { createContactStore } from './sql/contact-messages.ts';
import { createControlStore } from './sql/control-store.ts';
import { createCredentialStore } from './sql/credentials.ts';
import { createGrantStore } from './sql/grants.ts';
import { postgresEngine } from './sql/postgres-database.ts';
import { createSqlDatabase, type SqlDatabase } from './sql/sql-database.ts';
import { sqliteEngine } from './sql/sqlite-dialect.ts';
import { openDatabaseFile, type Access } from './sqlite/database-file.ts';

/** Where the ledger is, in the data folder. */
export const LEDGER_FOLDER = 'ledger';

export interface StoreOptions {
  /** Folder of the data, or `:memory:`. */
  readonly dataDir: string;
  /** A database of PostgreSQL that takes the place of the SQLite file. Counters and decisions stay in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** `create` unless told: see `Access`. */
  readonly access?: Access;
  /** Decides whether a grant has expired when its label is wanted again. */
  readonly clock?: Clock | undefined;
}

/**
 * Opens everything one data folder holds. Any number of processes may have the same folder open.
 * Throws `ToolgateError` when the folder cannot serve (`store.missing`, `store.unusable`, `store.foreign`,
 * `store.newer`, `store.older`, `store.busy`, `store.no_engine`). PostgreSQL is looked at later: `ready` rejects with what is wrong
 * with it (besides, `store.unavailable`), and so do queries, which wait for it.
 */
export function openStore({
  dataDir,
  databaseUrl,
  access = 'create',
  clock = systemClock,
}: StoreOptions): Store {
  const database = openSql(dataDir, databaseUrl, access);
  const segments = dataDir === ':memory:' ? segmentsInMemory() : segmentsIn(join(dataDir, LEDGER_FOLDER));
  const ledger = ledgerStores(segments, access === 'read' ? 'read' : 'append', clock);
  return {
    counters: ledger.counters,
    records: ledger.records,
    grants: createGrantStore(database, clock),
    credentials: createCredentialStore(database),
    contactMessages: createContactStore(database),
    control: createControlStore(database),
    ready: () => database.ready(),
    close() {
      ledger.close();
      return database.close();
    },
  };
}

function openSql(dataDir: string, databaseUrl: string | undefined, access: Access): SqlDatabase {
  const engine =
    databaseUrl === undefined
      ? sqliteEngine(openDatabaseFile(dataDir, access))
      : postgresEngine(databaseUrl, access === 'read' ? 'read' : 'write');
  return createSqlDatabase(engine);
}
