import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogueServerFacts, CatalogueSource, CatalogueTotals } from '../../catalogue-ports.ts';
import { asStoreError, openDatabase, type Database, type Row, type Value } from '../engine.ts';
import { openDraft } from './draft.ts';
import { isCategory, isOf } from './match.ts';
import { CATEGORIES, countsOf, LAST_STEPS, SCHEMA, sealSchema, storable } from './schema.ts';
import { openStaging, type Staging } from './staging.ts';
import { serverTokens } from './tokens.ts';

export interface BuildOptions {
  /** Says what the index was built from; `openCatalogueIndex` gives it back. */
  readonly fingerprint?: string;
}

/** Few enough that a process which also serves goes on between them. */
const ROWS_OF_A_TURN = 500;
const TURNS_OF_A_TRANSACTION = 40;

/**
 * Builds the index of a catalogue into a new file and puts that in the place of `file`: who has the old one open goes
 * on reading it. Holds one server at a time in memory, and needs room for two more of the index on the disk. The same
 * servers make the same index. A large catalogue keeps the event loop for seconds at the end: build it in a process that
 * serves nothing. Throws `ToolgateError` `catalogue.duplicate`, and `store.unusable` or `store.failed` when the disk does;
 * `file` is then as it was.
 */
export async function buildCatalogueIndex(
  file: string,
  source: CatalogueSource,
  { fingerprint = '' }: BuildOptions = {},
): Promise<CatalogueTotals> {
  const draft = openDraft(file);
  try {
    const staging = openStaging(draft.staging, source);
    try {
      await collect(source, staging);
      const totals = await writeIndex(draft.index, staging, source, fingerprint);
      draft.publish();
      return totals;
    } finally {
      staging.close();
    }
  } catch (error) {
    throw asStoreError(error);
  } finally {
    draft.remove();
  }
}

async function collect(source: CatalogueSource, staging: Staging): Promise<void> {
  let rows = 0;
  for await (const server of source.servers()) {
    staging.add(server);
    rows += server.tools.length;
    if (rows < ROWS_OF_A_TURN) continue;
    rows = 0;
    await nextTurn();
  }
  staging.rank();
}

async function writeIndex(
  file: string,
  staging: Staging,
  source: CatalogueSource,
  fingerprint: string,
): Promise<CatalogueTotals> {
  const database = openDatabase(file, false);
  try {
    // A draft that was cut short is never used: nothing of it need survive the process.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    database.exec(SCHEMA);
    await inTurns(database, (after) => staging.servers(after, ROWS_OF_A_TURN), serverWriter(database));
    const categories: string[] = [];
    const writeTool = toolWriter(database);
    await inTurns(
      database,
      (after) => staging.tools(after, ROWS_OF_A_TURN),
      (row) => {
        writeTool(row);
        categories.push(String(row['category']));
      },
    );
    writeHistory(database, source);
    const totals = totalsOf(database, staging, categories);
    const levels = Object.fromEntries(CATEGORIES.map((category) => [category, source.levelOf(category)]));
    writeFacts(database, {
      totals: JSON.stringify(totals),
      levels: JSON.stringify(levels),
      categories: categories.join(''),
      fingerprint: storable(fingerprint),
    });
    await nextTurn();
    for (const step of LAST_STEPS) {
      database.exec(step);
      await nextTurn();
    }
    sealSchema(database);
    return totals;
  } finally {
    database.close();
  }
}

/** Writes rows in order of their ids, some thousands in a transaction. */
async function inTurns(
  database: Database,
  rowsAfter: (id: number) => readonly Row[],
  write: (row: Row) => void,
): Promise<void> {
  database.exec('BEGIN');
  let last = 0;
  for (let turn = 1; ; turn++) {
    const rows = rowsAfter(last);
    if (rows.length === 0) break;
    for (const row of rows) write(row);
    last = Number(rows.at(-1)?.['id']);
    if (turn % TURNS_OF_A_TRANSACTION === 0) database.exec('COMMIT; BEGIN');
    await nextTurn();
  }
  database.exec('COMMIT');
}

function serverWriter(database: Database): (row: Row) => void {
  const columns = [
    'id',
    'slug',
    'name',
    'facts',
    'owner_tokens',
    'tool_count',
    'counts',
    'tokens',
    'token_rank',
    'danger_rank',
  ];
  const insert = inserter(database, 'servers', columns);
  const insertName = database.prepare('INSERT OR IGNORE INTO server_names VALUES (?, ?, ?)');
  const insertWords = database.prepare('INSERT INTO server_words (rowid, words) VALUES (?, ?)');
  return (row) => {
    insert(row);
    const id = Number(row['id']);
    const facts = JSON.parse(String(row['facts'])) as CatalogueServerFacts;
    const names = [facts.package, facts.slug, facts.name, facts.serverInfo?.name];
    for (const [preference, name] of names.entries()) {
      if (name !== undefined) insertName.run(storable(name), preference, id);
    }
    insertWords.run(id, serverTokens(facts).join(' '));
  };
}

function toolWriter(database: Database): (row: Row) => void {
  const columns = ['id', 'server', 'position', 'slug', 'name', 'name_key', 'category', 'summary', 'record'];
  const insert = inserter(database, 'tools', columns);
  const insertWords = database.prepare('INSERT INTO tool_words (rowid, words) VALUES (?, ?)');
  return (row) => {
    insert(row);
    const kinds = [isOf(Number(row['server'])), isCategory(Number(row['category']))];
    const tokens = [String(row['tokens']), ...kinds.map((kind) => kind.token)];
    insertWords.run(Number(row['id']), tokens.join(' '));
  };
}

function inserter(database: Database, table: string, columns: readonly string[]): (row: Row) => void {
  const statement = database.prepare(
    `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
  );
  return (row) => statement.run(...columns.map((column) => row[column] as Value));
}

function writeHistory(database: Database, source: CatalogueSource): void {
  const insertChange = database.prepare('INSERT INTO changes VALUES (?, ?, ?)');
  const insertUnanswered = database.prepare('INSERT OR REPLACE INTO unanswered VALUES (?, ?)');
  database.exec('BEGIN');
  for (const change of source.changes()) {
    insertChange.run(change.seq, storable(change.server), JSON.stringify(change));
  }
  for (const one of source.unanswered()) insertUnanswered.run(storable(one.name), JSON.stringify(one));
  database.exec('COMMIT');
}

function totalsOf(database: Database, staging: Staging, categories: readonly string[]): CatalogueTotals {
  const count = (table: string): number =>
    Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']);
  const numbers = CATEGORIES.map(() => 0);
  for (const category of categories) numbers[Number(category)] = (numbers[Number(category)] ?? 0) + 1;
  const { newest, median, p90, most } = staging.summary() ?? {};
  return {
    servers: count('servers'),
    tools: categories.length,
    unanswered: count('unanswered'),
    byCategory: countsOf(numbers),
    newestScan: typeof newest === 'string' ? newest : undefined,
    tokens: { median: Number(median ?? 0), p90: Number(p90 ?? 0), most: Number(most ?? 0) },
  };
}

function writeFacts(database: Database, facts: Readonly<Record<string, string>>): void {
  const insert = database.prepare('INSERT INTO facts VALUES (?, ?)');
  for (const [key, value] of Object.entries(facts)) insert.run(key, value);
}
