import { messageOf, ToolgateError } from '#platform';
import { versionOf } from '../sql/migrate-sqlite.ts';
import { openDatabase, type Database } from '../sqlite/engine.ts';

/** What is wrong with a database file, one line a fault. Throws `store.foreign` and `store.newer`. */
export function checkDatabase(file: string): string[] {
  let database: Database | undefined;
  try {
    database = openDatabase(file, true);
    versionOf(database);
    return [
      ...database
        .prepare('PRAGMA integrity_check')
        .all()
        .map((row) => String(row['integrity_check']))
        .filter((line) => line !== 'ok'),
      ...database
        .prepare('PRAGMA foreign_key_check')
        .all()
        .map(
          (row) =>
            `a row of ${String(row['table'])} belongs to a row of ${String(row['parent'])} that is not there`,
        ),
    ].map((fault) => `toolgate.db: ${fault}`);
  } catch (error) {
    if (error instanceof ToolgateError) throw error;
    return [`toolgate.db: ${messageOf(error)}`];
  } finally {
    database?.close();
  }
}
