import type { CatalogueServerFacts, ServerEntry } from '../../catalogue-ports.ts';
import type { Database, Row } from '../engine.ts';
import { countsOf, storable } from './schema.ts';

export type ServerOrder = 'rank' | 'slug' | 'danger' | 'tokens';

export interface ServerRow {
  readonly id: number;
  readonly dangerRank: number;
  readonly entry: ServerEntry;
}

export interface ServerTable {
  byId(id: number): ServerRow | undefined;
  bySlug(slug: string): ServerRow | undefined;
  /** By name of the package, slug, name of the record, or what the server calls itself, in this order. */
  named(name: string): ServerRow | undefined;
  /** In order of slugs or of one of the ranks. */
  after(order: ServerOrder, position: string | number, limit: number): readonly ServerRow[];
  slugs(ids: readonly number[]): readonly { readonly id: number; readonly slug: string }[];
  /** Those whose slugs come next before and after a text. */
  around(slug: string, limit: number): readonly number[];
}

export function readServers(database: Database): ServerTable {
  const byId = database.prepare('SELECT * FROM servers WHERE id = ?');
  const bySlug = database.prepare('SELECT * FROM servers WHERE slug = ?');
  const named = database.prepare(`
    SELECT s.* FROM server_names n JOIN servers s ON s.id = n.server
    WHERE n.name = ? ORDER BY n.preference, n.server LIMIT 1`);
  const after = (column: string) =>
    database.prepare(`SELECT * FROM servers WHERE ${column} > ? ORDER BY ${column} LIMIT ?`);
  const ordered = {
    rank: after('id'),
    slug: after('slug'),
    danger: after('danger_rank'),
    tokens: after('token_rank'),
  };
  const around = database.prepare(`
    SELECT id FROM (SELECT id FROM servers WHERE slug < ?1 ORDER BY slug DESC LIMIT ?2)
    UNION ALL SELECT id FROM (SELECT id FROM servers WHERE slug >= ?1 ORDER BY slug LIMIT ?2)`);

  const slugs = database.prepare(
    'SELECT id, slug FROM servers WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id',
  );

  return {
    byId: (id) => optional(byId.get(id)),
    bySlug: (slug) => optional(bySlug.get(storable(slug))),
    named: (name) => optional(named.get(storable(name))),
    after: (order, position, limit) => ordered[order].all(position, limit).map(toServerRow),
    slugs: (ids) =>
      slugs.all(JSON.stringify(ids)).map((row) => ({ id: Number(row['id']), slug: String(row['slug']) })),
    around: (slug, limit) => around.all(storable(slug), limit).map((row) => Number(row['id'])),
  };
}

function optional(row: Row | undefined): ServerRow | undefined {
  return row && toServerRow(row);
}

function toServerRow(row: Row): ServerRow {
  return {
    id: Number(row['id']),
    dangerRank: Number(row['danger_rank']),
    entry: {
      facts: JSON.parse(String(row['facts'])) as CatalogueServerFacts,
      toolCount: Number(row['tool_count']),
      counts: countsOf(JSON.parse(String(row['counts'])) as readonly number[]),
      tokens: Number(row['tokens']),
      tokenRank: Number(row['token_rank']),
    },
  };
}
