import { ToolgateError } from '#platform';
import { CONTROL_TABLES } from './control-tables.ts';
import { IDENTITY_TABLES } from './identity-tables.ts';

/** One step of the schema, in the SQL of each database. */
export interface Migration {
  readonly sqlite: string;
  readonly postgres: string;
}

/** PostgreSQL sorts text by the language of the database; ours is sorted by its bytes everywhere, as SQLite does. */
const BYTES = 'TEXT COLLATE "C"';

const DRAFT_REVISION = `
    ALTER TABLE policies ADD COLUMN draft_revision BIGINT;
    UPDATE policies SET draft_revision = 0 WHERE draft IS NOT NULL;
    `;

/** The schema, as numbered steps: a step that was released is never edited, only followed by another one. */
export const MIGRATIONS: readonly Migration[] = [
  // 1: grants
  {
    sqlite: `
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
    postgres: `
    CREATE TABLE grants (
      id ${BYTES} PRIMARY KEY,
      label ${BYTES} NOT NULL,
      server ${BYTES} NOT NULL,
      policy ${BYTES},
      created_at BIGINT NOT NULL,
      expires_at BIGINT,
      revoked_at BIGINT,
      token_hash ${BYTES} NOT NULL UNIQUE
    );
    CREATE TABLE revisions (name ${BYTES} PRIMARY KEY, revision BIGINT NOT NULL);
    INSERT INTO revisions VALUES ('grants', 0);
    `,
  },
  // 2: credentials of the gateway at upstream servers; a version is a revision, so that none comes twice
  {
    sqlite: `
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
    postgres: `
    CREATE TABLE credentials (
      server ${BYTES} NOT NULL,
      issuer ${BYTES} NOT NULL,
      client_id ${BYTES} NOT NULL,
      sealed ${BYTES} NOT NULL,
      updated_at BIGINT NOT NULL,
      version BIGINT NOT NULL,
      renewed_by ${BYTES},
      renewed_until BIGINT,
      PRIMARY KEY (server, issuer, client_id)
    );
    INSERT INTO revisions VALUES ('credentials', 0);
    `,
  },
  // 3: messages that visitors of the catalogue left
  {
    sqlite: `
    CREATE TABLE contact_messages (
      id TEXT PRIMARY KEY,
      at INTEGER NOT NULL,
      name TEXT NOT NULL,
      email TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX contact_messages_by_time ON contact_messages (at, id);
    `,
    postgres: `
    CREATE TABLE contact_messages (
      id ${BYTES} PRIMARY KEY,
      at BIGINT NOT NULL,
      name ${BYTES} NOT NULL,
      email ${BYTES} NOT NULL,
      text ${BYTES} NOT NULL
    );
    CREATE INDEX contact_messages_by_time ON contact_messages (at, id);
    `,
  },
  // 4: the control plane. The queries raise the revision of grants now, as they do that of all else: last use raises none
  {
    sqlite: `
    DROP TRIGGER grants_inserted;
    DROP TRIGGER grants_updated;
    DROP TRIGGER grants_deleted;
    ${grantColumns('TEXT', 'INTEGER')}
    ${CONTROL_TABLES.join(';\n')};
    `,
    postgres: `
    ${grantColumns(BYTES, 'BIGINT')}
    ${CONTROL_TABLES.join(';\n').replaceAll(/\bTEXT\b/g, BYTES)};
    `,
  },
  // 5: people
  {
    sqlite: `${IDENTITY_TABLES.sqlite.join(';\n')};`,
    postgres: `${IDENTITY_TABLES.postgres.join(';\n')};`,
  },
  // 6: drafts have a revision
  {
    sqlite: DRAFT_REVISION,
    postgres: DRAFT_REVISION,
  },
  // 7: what each server answered when it was last asked
  {
    sqlite: serverLooks('TEXT', 'INTEGER'),
    postgres: serverLooks(BYTES, 'BIGINT'),
  },
];

function serverLooks(text: string, number: string): string {
  return `
    CREATE TABLE server_looks (
      server ${text} PRIMARY KEY,
      organisation ${text} NOT NULL,
      asked_at ${number} NOT NULL,
      failure ${text},
      counts ${text},
      counted_at ${number}
    );
  `;
}

function grantColumns(text: string, number: string): string {
  return `
    ALTER TABLE grants ADD COLUMN organisation ${text} NOT NULL DEFAULT 'default';
    ALTER TABLE grants ADD COLUMN addresses ${text};
    ALTER TABLE grants ADD COLUMN last_used_at ${number};
    ALTER TABLE grants ADD COLUMN previous_token_hash ${text};
    ALTER TABLE grants ADD COLUMN previous_until ${number};
    CREATE INDEX grants_by_server ON grants (server, label);
    CREATE INDEX grants_by_organisation ON grants (organisation, created_at, id);
    CREATE UNIQUE INDEX grants_by_previous_token ON grants (previous_token_hash);
  `;
}

/** `what` names the place in a sentence: "The data folder". */
export function madeByNewer(what: string, hint: string): ToolgateError {
  return new ToolgateError('store.newer', `${what} was made by a newer version of Toolgate.`, {
    hint: `Update Toolgate, or ${hint}`,
  });
}

/** See `madeByNewer`. */
export function madeByOlder(what: string): ToolgateError {
  return new ToolgateError('store.older', `${what} was made by an older version of Toolgate.`, {
    hint: 'Start the gateway of this version once; it brings it up to date.',
  });
}
