import { ToolgateError } from '#platform';
import type { CatalogueServer, CatalogueSource, CatalogueTool } from '../../catalogue-ports.ts';
import { openDatabase, type Database, type Row } from '../engine.ts';
import { CATEGORIES, storable } from './schema.ts';
import { ownerTokens, toolTokens } from './tokens.ts';
import { nameKey, wordsOf } from './words.ts';

/**
 * Where servers and tools wait, in the order in which they come, until all are there and their ranks are known: a
 * database of its own, so that nothing is held in memory and the index has no holes.
 */
export interface Staging {
  /** Throws `ToolgateError` `catalogue.duplicate` when the slug of the server or of a tool was there before. */
  add(server: CatalogueServer): void;
  /** Gives every server and tool its ranks; nothing is added afterwards. */
  rank(): void;
  /** The servers ranked after one. */
  servers(after: number, limit: number): readonly Row[];
  /** The tools ranked after one, with the ranks of their servers, and what they are found by. */
  tools(after: number, limit: number): readonly Row[];
  /** Newest reading, and the tokens of the servers in the middle, at nine tenths and at the top. */
  summary(): Row | undefined;
  close(): void;
}

const SCHEMA = `
  PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
  CREATE TABLE servers (
    no INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT, facts TEXT, tool_count INTEGER, counts TEXT, tokens INTEGER,
    critical INTEGER, high INTEGER, medium INTEGER, is_ours INTEGER, has_source INTEGER, versions INTEGER,
    scanned_at TEXT, owner_tokens TEXT);
  CREATE TABLE tools (
    no INTEGER PRIMARY KEY, server INTEGER, position INTEGER, slug TEXT, name TEXT, name_key TEXT, category INTEGER,
    summary TEXT, record TEXT, tokens TEXT);
  BEGIN;
`;

/**
 * Servers: our own, then those whose source can be read, then those that were read in most versions, then the largest.
 * Tools: the first few of each server, then the next few of each, so that no large server fills a page.
 */
const TOOLS_IN_A_ROW = 3;
const RANKS = `
  COMMIT;
  CREATE TABLE server_ranks (id INTEGER PRIMARY KEY, no INTEGER UNIQUE, token_rank INTEGER, danger_rank INTEGER);
  INSERT INTO server_ranks SELECT
    row_number() OVER (ORDER BY is_ours DESC, has_source DESC, versions DESC, tool_count DESC, slug), no,
    row_number() OVER (ORDER BY tokens DESC, slug),
    row_number() OVER (ORDER BY critical DESC, high DESC, medium DESC, slug) FROM servers;
  CREATE TABLE tool_ranks (id INTEGER PRIMARY KEY, no INTEGER, server INTEGER);
  INSERT INTO tool_ranks SELECT
    row_number() OVER (ORDER BY t.position / ${TOOLS_IN_A_ROW}, r.id, t.position), t.no, r.id
    FROM tools t JOIN server_ranks r ON r.no = t.server;
`;

const SUMMARY = `
  SELECT max(scanned_at) AS newest,
    (SELECT tokens FROM servers ORDER BY tokens LIMIT 1 OFFSET (SELECT (count(*) - 1) / 2 FROM servers)) AS median,
    (SELECT tokens FROM servers ORDER BY tokens LIMIT 1 OFFSET (SELECT (count(*) * 9 + 9) / 10 - 1 FROM servers)) AS p90,
    max(tokens) AS most
  FROM servers`;

const ROWS_OF_A_TRANSACTION = 5000;

/** Opens an empty file that goes when the index is built. */
export function openStaging(file: string, source: CatalogueSource): Staging {
  const database = openDatabase(file, false);
  database.exec(SCHEMA);
  const addServer = serverInserter(database, source);
  const addTool = toolInserter(database, source);
  let waiting = 0;

  return {
    add(server) {
      const no = addServer(server);
      const slugs = new Set<string>();
      for (const [position, tool] of server.tools.entries()) {
        if (slugs.has(tool.slug)) throw duplicate(`${server.slug}/${tool.slug}`);
        slugs.add(tool.slug);
        addTool(no, position, server, tool);
      }
      waiting += 1 + slugs.size;
      if (waiting < ROWS_OF_A_TRANSACTION) return;
      waiting = 0;
      database.exec('COMMIT; BEGIN');
    },
    rank: () => database.exec(RANKS),
    servers: (after, limit) =>
      database
        .prepare(
          `SELECT r.id, r.token_rank, r.danger_rank, s.slug, s.name, s.facts, s.tool_count, s.counts, s.tokens,
             s.owner_tokens
           FROM server_ranks r JOIN servers s ON s.no = r.no WHERE r.id > ? ORDER BY r.id LIMIT ?`,
        )
        .all(after, limit),
    tools: (after, limit) =>
      database
        .prepare(
          `SELECT r.id, r.server, t.position, t.slug, t.name, t.name_key, t.category, t.summary, t.record,
             t.tokens
           FROM tool_ranks r JOIN tools t ON t.no = r.no WHERE r.id > ? ORDER BY r.id LIMIT ?`,
        )
        .all(after, limit),
    summary: () => database.prepare(SUMMARY).get(),
    close: () => database.close(),
  };
}

function serverInserter(database: Database, source: CatalogueSource): (server: CatalogueServer) => number {
  const same = database.prepare('SELECT 1 FROM servers WHERE slug = ?');
  const insert = database.prepare('INSERT INTO servers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  let last = 0;
  return (server) => {
    if (same.get(server.slug) !== undefined) throw duplicate(server.slug);
    const { tools, ...facts } = server;
    const counts = CATEGORIES.map((category) => tools.filter((tool) => tool.category === category).length);
    const ofLevel = (level: string): number =>
      tools.filter(({ category }) => source.levelOf(category) === level).length;
    insert.run(
      ++last,
      server.slug,
      storable(server.name),
      JSON.stringify(facts),
      tools.length,
      JSON.stringify(counts),
      tools.reduce((total, tool) => total + tool.tokens, 0),
      ofLevel('critical'),
      ofLevel('high'),
      ofLevel('medium'),
      server.how.by === 'bundled' ? 1 : 0,
      server.repository === undefined ? 0 : 1,
      server.earlier?.length ?? 0,
      server.scannedAt,
      ownerTokens(facts).join(' '),
    );
    return last;
  };
}

function toolInserter(
  database: Database,
  source: CatalogueSource,
): (owner: number, position: number, server: CatalogueServer, tool: CatalogueTool) => void {
  const insert = database.prepare('INSERT INTO tools VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return (owner, position, server, tool) => {
    const summary = source.summaryOf(server, tool);
    insert.run(
      owner,
      position,
      tool.slug,
      storable(tool.name),
      nameKey(wordsOf(tool.name)),
      CATEGORIES.indexOf(tool.category),
      storable(summary),
      JSON.stringify(tool),
      toolTokens(server, tool, summary).join(' '),
    );
  };
}

function duplicate(path: string): ToolgateError {
  return new ToolgateError('catalogue.duplicate', `The catalogue has two records of "${path}".`, {
    hint: 'Remove one of them, or give it another slug.',
  });
}
