import { ToolgateError } from '#platform';
import type { Database } from './engine.ts';

/** The schema, as numbered steps: a step that was released is never edited, only followed by another one. */
export const MIGRATIONS: readonly string[] = [
  // 1: grants
  `
  CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    server TEXT NOT NULL,
    policy TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    token_hash TEXT NOT NULL UNIQUE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE revisions (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO revisions VALUES ('grants', 0);
  CREATE TRIGGER grants_inserted AFTER INSERT ON grants
    BEGIN UPDATE revisions SET revision = revision + 1 WHERE name = 'grants'; END;
  CREATE TRIGGER grants_updated AFTER UPDATE ON grants
    BEGIN UPDATE revisions SET revision = revision + 1 WHERE name = 'grants'; END;
  CREATE TRIGGER grants_deleted AFTER DELETE ON grants
    BEGIN UPDATE revisions SET revision = revision + 1 WHERE name = 'grants'; END;
  `,
  // 2: credentials of the gateway at upstream servers; a version is a revision, so that none comes twice
  `
  CREATE TABLE credentials (
    server TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    renewed_by TEXT,
    renewed_until INTEGER,
    PRIMARY KEY (server, issuer, client_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO revisions VALUES ('credentials', 0);
  `,
  // 3: messages that visitors of the catalogue left
  `
  CREATE TABLE contact_messages (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX contact_messages_by_time ON contact_messages (at, id);
  `,
];

/** Marks the file as ours in its header ("TGAT"). */
const APPLICATION_ID = 0x54474154;

/**
 * Brings an open database to the newest schema: all missing steps in one exclusive transaction, so that of
 * several processes one migrates and the others find it done. Throws `ToolgateError` `store.foreign` for a
 * file that is not Toolgate's and `store.newer` for one of a later version; the file is then untouched.
 */
export function migrate(database: Database, migrations: readonly string[] = MIGRATIONS): void {
  if (versionOf(database, migrations) === migrations.length) return;
  database.exec('BEGIN EXCLUSIVE');
  try {
    for (const step of migrations.slice(readVersion(database, migrations))) database.exec(step);
    database.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`,
    );
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * How many steps a database has behind it, 0 for an empty file. Throws as `migrate` does for a file that is
 * not ours or too new.
 */
export function versionOf(database: Database, migrations: readonly string[] = MIGRATIONS): number {
  // One snapshot: read apart, the marks could be from before and after another process made the schema.
  database.exec('BEGIN');
  try {
    return readVersion(database, migrations);
  } finally {
    database.exec('ROLLBACK');
  }
}

/** Inside a transaction. */
function readVersion(database: Database, migrations: readonly string[]): number {
  const read = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  const version = read('PRAGMA user_version');
  if (read('PRAGMA application_id') !== APPLICATION_ID) {
    if (version === 0 && read('SELECT count(*) FROM sqlite_schema') === 0) return 0;
    throw new ToolgateError('store.foreign', 'toolgate.db is a database of another program.', {
      hint: 'Choose another data folder with --data or TOOLGATE_DATA.',
    });
  }
  if (version > migrations.length) {
    throw new ToolgateError('store.newer', 'The data folder was made by a newer version of Toolgate.', {
      hint: 'Update Toolgate, or choose another data folder with --data or TOOLGATE_DATA.',
    });
  }
  return version;
}
