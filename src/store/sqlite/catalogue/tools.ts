import type { CatalogueCategory, CatalogueLevel, CatalogueTool, ToolEntry } from '../../catalogue-ports.ts';
import type { Database, Row } from '../engine.ts';
import { CATEGORIES, storable } from './schema.ts';
import { nameTokens } from './tokens.ts';

export type Levels = Readonly<Record<CatalogueCategory, CatalogueLevel>>;

/** A row of the tools, with what its neighbours are found by. */
export interface ToolRow {
  readonly id: number;
  readonly server: number;
  readonly nameKey: string;
  readonly entry: ToolEntry;
}

export interface ToolTable {
  byId(id: number): ToolRow | undefined;
  bySlugs(server: string, tool: string): ToolRow | undefined;
  named(name: string, limit: number): readonly ToolEntry[];
  /** In the server's own order. */
  of(serverSlug: string): readonly ToolEntry[];
  /** In order of ranks. */
  after(id: number, limit: number): readonly number[];
  /** What the names of tools and of their servers are found by. */
  nameTokens(ids: readonly number[]): readonly { readonly id: number; readonly tokens: readonly string[] }[];
  /** Of a server's first tools. */
  keysOf(server: number, limit: number): readonly string[];
  /** The best-ranked servers that have a tool of this key. */
  serversWith(nameKey: string, limit: number): readonly number[];
  /** A tool of this key on each of the best-ranked servers but one. */
  sameKey(nameKey: string, exceptServer: number, limit: number): readonly number[];
}

const SELECT = `
  SELECT t.id, t.server, t.name_key, t.category, t.summary, t.record, s.slug, s.name
  FROM tools t JOIN servers s ON s.id = t.server`;

export function readTools(database: Database, levels: Levels): ToolTable {
  const byId = database.prepare(`${SELECT} WHERE t.id = ?`);
  const bySlugs = database.prepare(`${SELECT} WHERE s.slug = ? AND t.slug = ?`);
  const named = database.prepare(`${SELECT} WHERE t.name = ? ORDER BY t.id LIMIT ?`);
  const ofServer = database.prepare(`${SELECT} WHERE s.slug = ? ORDER BY t.position`);
  const after = database.prepare('SELECT id FROM tools WHERE id > ? ORDER BY id LIMIT ?');
  const names = database.prepare(`
    SELECT t.id, t.name, s.owner_tokens FROM tools t JOIN servers s ON s.id = t.server
    WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id`);
  const keysOf = database.prepare('SELECT name_key FROM tools WHERE server = ? ORDER BY position LIMIT ?');
  const serversWith = database.prepare(
    'SELECT DISTINCT server FROM tools WHERE name_key = ? ORDER BY server LIMIT ?',
  );
  const sameKey = database.prepare(
    'SELECT min(id) AS id FROM tools WHERE name_key = ? AND server <> ? GROUP BY server ORDER BY server LIMIT ?',
  );
  const toRow = (row: Row): ToolRow => toToolRow(row, levels);
  const numbers = (rows: readonly Row[], column: string): readonly number[] =>
    rows.map((row) => Number(row[column]));

  return {
    byId: (id) => optional(byId.get(id), toRow),
    bySlugs: (server, tool) => optional(bySlugs.get(storable(server), storable(tool)), toRow),
    named: (name, limit) =>
      named
        .all(storable(name), limit)
        .map((row) => toRow(row).entry)
        // two names that SQLite cannot keep may be stored as one
        .filter(({ tool }) => tool.name === name),
    of: (server) => ofServer.all(storable(server)).map((row) => toRow(row).entry),
    after: (id, limit) => numbers(after.all(id, limit), 'id'),
    nameTokens: (ids) =>
      names.all(JSON.stringify(ids)).map((row) => ({
        id: Number(row['id']),
        tokens: [...nameTokens(String(row['name'])), ...String(row['owner_tokens']).split(' ')],
      })),
    keysOf: (server, limit) => keysOf.all(server, limit).map((row) => String(row['name_key'])),
    serversWith: (key, limit) => numbers(serversWith.all(key, limit), 'server'),
    sameKey: (key, except, limit) => numbers(sameKey.all(key, except, limit), 'id'),
  };
}

function toToolRow(row: Row, levels: Levels): ToolRow {
  return {
    id: Number(row['id']),
    server: Number(row['server']),
    nameKey: String(row['name_key']),
    entry: {
      server: { slug: String(row['slug']), name: String(row['name']) },
      tool: JSON.parse(String(row['record'])) as CatalogueTool,
      level: levels[CATEGORIES[Number(row['category'])] ?? 'unknown'],
      summary: String(row['summary']),
    },
  };
}

function optional(row: Row | undefined, toRow: (row: Row) => ToolRow): ToolRow | undefined {
  return row && toRow(row);
}
