import type { CatalogueChange, Page, UnansweredServer } from '../../catalogue-ports.ts';
import type { Database, Row } from '../engine.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { storable } from './schema.ts';

/** What changed between readings, and who did not answer. */
export interface HistoryTables {
  /** After a number: oldest first. Without one: newest first. */
  changes(query: {
    readonly after?: number;
    readonly server?: string;
    readonly limit: number;
  }): readonly CatalogueChange[];
  /** In order of names. Throws `ToolgateError` `catalogue.cursor`. */
  unanswered(query: { readonly limit: number; readonly cursor?: string }): Page<UnansweredServer>;
  unansweredNamed(name: string): UnansweredServer | undefined;
}

const ORDER = 'unanswered';

export function readHistory(database: Database): HistoryTables {
  const next = database.prepare('SELECT record FROM changes WHERE seq > ? ORDER BY seq LIMIT ?');
  const newest = database.prepare('SELECT record FROM changes ORDER BY seq DESC LIMIT ?');
  const nextOf = database.prepare(
    'SELECT record FROM changes WHERE server = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const newestOf = database.prepare('SELECT record FROM changes WHERE server = ? ORDER BY seq DESC LIMIT ?');
  const named = database.prepare('SELECT record FROM unanswered WHERE name = ?');
  const fromName = database.prepare(
    'SELECT name, record FROM unanswered WHERE name > ? ORDER BY name LIMIT ?',
  );

  function changeRows(after: number | undefined, server: string | undefined, limit: number): readonly Row[] {
    if (server === undefined) return after === undefined ? newest.all(limit) : next.all(after, limit);
    const owner = storable(server);
    return after === undefined ? newestOf.all(owner, limit) : nextOf.all(owner, after, limit);
  }

  return {
    changes: ({ after, server, limit }) =>
      changeRows(after, server, limit).map((row) => recordOf(row) as CatalogueChange),
    unanswered({ limit, cursor }) {
      const [after] = readCursor(ORDER, cursor, ['']) ?? [''];
      const rows = fromName.all(after, limit + 1);
      const items = rows.slice(0, limit).map((row) => recordOf(row) as UnansweredServer);
      const last = rows[limit - 1];
      if (last === undefined || rows.length <= limit) return { items };
      return { items, next: writeCursor(ORDER, [String(last['name'])]) };
    },
    unansweredNamed(name) {
      const row = named.get(storable(name));
      return row && (recordOf(row) as UnansweredServer);
    },
  };
}

function recordOf(row: Row): unknown {
  return JSON.parse(String(row['record']));
}
