import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ToolgateError } from '#platform';
import { asStoreError, isBusy, openDatabase, SQLITE, sqliteCodeOf, type Database } from './engine.ts';
import { migrateSqlite, versionOf } from '../sql/migrate-sqlite.ts';
import { madeByOlder, MIGRATIONS } from '../sql/migrations.ts';

/**
 * `create` makes what is missing; `existing` writes to a folder that must be there; `read` changes nothing,
 * not even the schema.
 */
export type Access = 'create' | 'existing' | 'read';

const FILE_NAME = 'toolgate.db';
const OPEN_PATIENCE_MS = 5000;

/**
 * Opens `<dataDir>/toolgate.db` (`:memory:` for a database that lives in this process only), with the newest
 * schema. A new folder is 0700 and a new file 0600; the files that SQLite puts beside it take that mode too.
 * WAL with `synchronous=NORMAL`: a killed process loses nothing that was committed.
 *
 * Throws `ToolgateError` with one of the codes `store.missing`, `store.unusable`, `store.foreign`,
 * `store.newer`, `store.older`, `store.busy`, `store.no_engine`.
 */
export function openDatabaseFile(dataDir: string, access: Access): Database {
  const path = dataDir === ':memory:' ? dataDir : prepareFile(dataDir, access);
  let database: Database | undefined;
  try {
    database = openDatabase(path, access === 'read');
    configure(database, access);
    return database;
  } catch (error) {
    database?.close();
    throw explain(error, path);
  }
}

function prepareFile(dataDir: string, access: Access): string {
  const path = join(dataDir, FILE_NAME);
  if (access !== 'create') {
    if (existsSync(path)) return path;
    throw new ToolgateError('store.missing', `There is no Toolgate data in ${dataDir}.`, {
      hint: 'Name the data folder of the gateway with --data or TOOLGATE_DATA.',
    });
  }
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    return path;
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function configure(database: Database, access: Access): void {
  // While opening, waiting inside SQLite is fine: nothing is being served yet.
  database.exec(`PRAGMA busy_timeout = ${OPEN_PATIENCE_MS}`);
  if (access === 'read') {
    if (versionOf(database) < MIGRATIONS.length) throw madeByOlder('The data folder');
  } else {
    versionOf(database); // refuses another program's file before anything in it is changed
    patiently(() => database.exec('PRAGMA journal_mode = WAL'));
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    migrateSqlite(database);
  }
  // From here on a lock must not stop the event loop: the driver waits for it between turns.
  database.exec('PRAGMA busy_timeout = 0');
}

/** The switch to WAL answers "busy" at once, without SQLite's own waiting, when two processes make it together. */
function patiently(work: () => void): void {
  const deadline = performance.now() + OPEN_PATIENCE_MS;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function explain(error: unknown, path: string): unknown {
  switch (sqliteCodeOf(error)) {
    case SQLITE.notADatabase:
      return new ToolgateError('store.foreign', `${path} is not a Toolgate database.`, {
        hint: 'Move the file away, or choose another data folder with --data or TOOLGATE_DATA.',
        cause: error,
      });
    case SQLITE.cannotOpen:
    case SQLITE.readOnly:
      return unusable(path, error);
    default:
      return asStoreError(error);
  }
}

function unusable(path: string, cause: unknown): ToolgateError {
  return new ToolgateError('store.unusable', `${path} cannot be opened for writing: ${messageOf(cause)}`, {
    hint: 'Check that the data folder exists and that this user may write to it.',
    cause,
  });
}
