import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import pg from 'pg';
import { filesIn } from './command.ts';

/** Something that must be nowhere: by name, as it is, and where it may be seen after all. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  /** Places (by the beginnings of their names) that show it on purpose, and why. */
  readonly shownIn?: Readonly<Record<string, string>>;
}

/** A text that somebody may read: what it is, and its bytes, one character each. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

const WINDOW = 12;

/** Every form of a secret in which it, or a good part of it, could be read off. */
export function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const windows = Array.from({ length: Math.max(0, value.length - WINDOW + 1) }, (_, at) =>
    value.slice(at, at + WINDOW),
  );
  const forms = [
    value,
    ...windows.filter(isByChance),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...inBase64(bytes),
    ...inBase64(bytes).map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms.filter((form) => form.length >= 8))];
}

/** Whether a piece is too mixed to be a word of somebody else's: secrets of a test have ordinary words in front. */
function isByChance(piece: string): boolean {
  return /\d/.test(piece) && /[A-Za-z]/.test(piece) && new Set(piece).size >= 7;
}

/** As it looks in a longer text that was encoded as a whole: it may begin at any of three places in a group. */
function inBase64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // what the neighbours have a part in is left off
    return text.slice(before === 0 ? 0 : before + 1, text.length - 1);
  });
}

/** Where a secret is found: the places, with the form and what stands around it. */
export function traces({ value, shownIn = {} }: Secret, places: readonly Place[]): readonly string[] {
  const forms = formsOf(value);
  const shown = Object.keys(shownIn);
  return places
    .filter(({ name }) => !shown.some((beginning) => name.startsWith(beginning)))
    .flatMap(({ name, text }) => {
      const form = forms.find((one) => text.includes(one));
      if (form === undefined) return [];
      const at = text.indexOf(form);
      return [`${name}: …${text.slice(Math.max(0, at - 80), at + form.length + 20)}…`];
    });
}

/** Every file of a folder, byte by byte. */
export function filesAsPlaces(folder: string, called: string): readonly Place[] {
  return filesIn(folder).map((path) => ({
    name: `${called} ${relative(folder, path)}`,
    text: readFileSync(path).toString('latin1'),
  }));
}

interface Sqlite {
  readonly DatabaseSync: new (
    path: string,
    options: { readOnly: boolean },
  ) => {
    prepare(sql: string): { all(): readonly Readonly<Record<string, unknown>>[] };
    close(): void;
  };
}

/** Every column of every table of the database in a data folder. */
export function columnsOfSqlite(folder: string): readonly Place[] {
  const path = join(folder, 'toolgate.db');
  if (!existsSync(path)) throw new Error(`no database in ${folder}`);
  const load = createRequire(import.meta.url);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const hasOwn = major > 22 || (major === 22 && minor >= 13);
  const { DatabaseSync } = load(hasOwn ? 'node:sqlite' : '@photostructure/sqlite') as Sqlite;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
    return tables.flatMap(({ name }) =>
      columnsAsPlaces(String(name), database.prepare(`SELECT * FROM "${String(name)}"`).all()),
    );
  } finally {
    database.close();
  }
}

/** The same of a database of PostgreSQL. */
export async function columnsOfPostgres(url: string): Promise<readonly Place[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ readonly name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<Readonly<Record<string, unknown>>>(`SELECT * FROM "${name}"`);
      places.push(...columnsAsPlaces(name, rows));
    }
    return places;
  } finally {
    await client.end();
  }
}

function columnsAsPlaces(
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly Place[] {
  const columns = new Map<string, string[]>();
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      columns.set(column, [...(columns.get(column) ?? []), textOf(value)]);
  return [...columns].map(([column, values]) => ({
    name: `column ${table}.${column}`,
    text: values.join('\n'),
  }));
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
}
