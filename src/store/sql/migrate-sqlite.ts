import { ToolgateError } from '#platform';
import type { Database } from '../sqlite/engine.ts';
import { madeByNewer, MIGRATIONS } from './migrations.ts';

/** Marks the file as ours in its header ("TGAT"). */
const APPLICATION_ID = 0x54474154;
const STEPS: readonly string[] = MIGRATIONS.map((step) => step.sqlite);
const OTHER_FOLDER = 'choose another data folder with --data or TOOLGATE_DATA.';

/**
 * Brings an open SQLite database to the newest schema: all missing steps in one exclusive transaction, so that of
 * several processes one migrates and the others find it done. Throws `ToolgateError` `store.foreign` for a
 * file that is not Toolgate's and `store.newer` for one of a later version; the file is then untouched.
 */
export function migrateSqlite(database: Database, steps: readonly string[] = STEPS): void {
  if (versionOf(database, steps) === steps.length) return;
  database.exec('BEGIN EXCLUSIVE');
  try {
    for (const step of steps.slice(readVersion(database, steps))) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * How many steps a database has behind it, 0 for an empty file. Throws as `migrateSqlite` does for a file that is
 * not ours or too new.
 */
export function versionOf(database: Database, steps: readonly string[] = STEPS): number {
  // One snapshot: read apart, the marks could be from before and after another process made the schema.
  database.exec('BEGIN');
  try {
    return readVersion(database, steps);
  } finally {
    database.exec('ROLLBACK');
  }
}

/** Inside a transaction. */
function readVersion(database: Database, steps: readonly string[]): number {
  const read = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  const version = read('PRAGMA user_version');
  if (read('PRAGMA application_id') !== APPLICATION_ID) {
    if (version === 0 && read('SELECT count(*) FROM sqlite_schema') === 0) return 0;
    throw new ToolgateError('store.foreign', 'toolgate.db is a database of another program.', {
      hint: `Move it away, or ${OTHER_FOLDER}`,
    });
  }
  if (version > steps.length) throw madeByNewer('The data folder', OTHER_FOLDER);
  return version;
}
