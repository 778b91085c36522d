import { ToolgateError } from '#platform';
import type { CatalogueCategory, CategoryCounts } from '../../catalogue-ports.ts';
import { sqliteCodeOf, SQLITE, type Database } from '../engine.ts';

/** Marks the file as an index of a catalogue ("TGCI"). */
const APPLICATION_ID = 0x54474349;
/** Rises whenever an index of before cannot be read any more, or would answer otherwise: there are no migrations, it is built anew. */
const SCHEMA_VERSION = 1;

/** The order in which categories are stored and counted. */
export const CATEGORIES: readonly CatalogueCategory[] = [
  'read',
  'write',
  'execute',
  'destructive',
  'financial',
  'unknown',
];

/**
 * Numbers of servers and tools are their ranks: what comes first in a list has the lower number. The words are kept as
 * bare lists of numbers (no texts, no positions, no sizes), and once more for each length of beginning that is typed.
 * They arrive as tokens (see `words.ts`), which the tokenizer only parts at spaces.
 */
export const SCHEMA = `
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE servers (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    facts TEXT NOT NULL,
    tool_count INTEGER NOT NULL,
    counts TEXT NOT NULL,
    owner_tokens TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    token_rank INTEGER NOT NULL UNIQUE,
    danger_rank INTEGER NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE server_names (
    name TEXT NOT NULL,
    preference INTEGER NOT NULL,
    server INTEGER NOT NULL,
    PRIMARY KEY (name, preference, server)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tools (
    id INTEGER PRIMARY KEY,
    server INTEGER NOT NULL,
    position INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    category INTEGER NOT NULL,
    summary TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;

  CREATE VIRTUAL TABLE tool_words USING fts5(
    words, content = '', detail = none, columnsize = 0, tokenize = ascii, prefix = '1 2 3 4 5 6 7 8 9 10 11 12 13 14');
  CREATE VIRTUAL TABLE server_words USING fts5(
    words, content = '', detail = none, columnsize = 0, tokenize = ascii, prefix = '1 2 3 4 5 6 7 8');

  CREATE TABLE changes (seq INTEGER PRIMARY KEY, server TEXT NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE TABLE unanswered (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What is quicker when all rows are there. Optimizing makes one list out of several for each word. */
export const LAST_STEPS: readonly string[] = [
  'CREATE UNIQUE INDEX tools_by_slug ON tools (server, slug)',
  'CREATE UNIQUE INDEX tools_by_position ON tools (server, position)',
  'CREATE INDEX tools_by_name ON tools (name)',
  'CREATE INDEX tools_by_key ON tools (name_key, server)',
  'CREATE INDEX changes_by_server ON changes (server, seq)',
  "INSERT INTO tool_words (tool_words) VALUES ('optimize')",
  "INSERT INTO server_words (server_words) VALUES ('optimize')",
];

/** Marks a finished index, as the last thing. */
export function sealSchema(database: Database): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
}

/**
 * Throws `ToolgateError` `catalogue.foreign` for a file that is no index, and `catalogue.outdated` for one of another
 * version.
 */
export function checkSchema(database: Database, file: string): void {
  if (readMark(database, 'application_id') !== APPLICATION_ID) {
    throw new ToolgateError('catalogue.foreign', `${file} is not a catalogue index.`, {
      hint: 'Move the file away; the index is built again from the records.',
    });
  }
  if (readMark(database, 'user_version') !== SCHEMA_VERSION) {
    throw new ToolgateError('catalogue.outdated', `${file} was built by another version of Toolgate.`, {
      hint: 'Build the index again from the records.',
    });
  }
}

function readMark(database: Database, name: string): unknown {
  try {
    return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  } catch (error) {
    if (sqliteCodeOf(error) === SQLITE.notADatabase || sqliteCodeOf(error) === SQLITE.corrupt)
      return undefined;
    throw error;
  }
}

/** From numbers in the order of `CATEGORIES`. */
export function countsOf(numbers: readonly number[]): CategoryCounts {
  return Object.fromEntries(
    CATEGORIES.map((category, i) => [category, numbers[i] ?? 0]),
  ) as unknown as CategoryCounts;
}

/** A text that SQLite keeps as it is: NUL and half surrogate pairs become U+FFFD. */
export function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}
