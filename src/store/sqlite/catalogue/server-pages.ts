import type { Page, ServerEntry } from '../../catalogue-ports.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { ServerOrder, ServerTable } from './servers.ts';

/** A page of all servers. Throws `ToolgateError` `catalogue.cursor`. */
export function listServers(
  servers: ServerTable,
  query: { readonly order: Exclude<ServerOrder, 'rank'>; readonly limit: number; readonly cursor?: string },
): Page<ServerEntry> {
  const { order, cursor } = query;
  const limit = Math.max(1, query.limit);
  const start = order === 'slug' ? '' : 0;
  const [after] = readCursor<[string | number]>(order, cursor, [start]) ?? [start];
  const rows = servers.after(order, after, limit + 1);
  const items = rows.slice(0, limit).map(({ entry }) => entry);
  const last = rows[limit - 1];
  if (last === undefined || rows.length <= limit) return { items };
  const position = { slug: last.entry.facts.slug, danger: last.dangerRank, tokens: last.entry.tokenRank };
  return { items, next: writeCursor(order, [position[order]]) };
}
