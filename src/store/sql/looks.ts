import type { LookStore, ServerLook } from '../control-ports.ts';
import type { ServerLookRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** What servers answered when they were last asked; see `LookStore` for what each method promises. Raises no revision: nothing is judged by it. */
export function createLookStore(database: SqlDatabase): LookStore {
  const { sql } = database;
  return {
    async note(organisation, server, { at, failure, counts }) {
      const counted = counts && { counts: JSON.stringify(counts), counted_at: at };
      const seen = { organisation, asked_at: at, failure: failure ?? null, ...counted };
      await sql()
        .insertInto('server_looks')
        .values({ counts: null, counted_at: null, ...seen, server })
        .onConflict((conflict) =>
          conflict.column('server').doUpdateSet(seen).where('server_looks.asked_at', '<', at),
        )
        .execute();
    },
    async ofServers(organisation, servers) {
      if (servers.length === 0) return new Map();
      const rows = await sql()
        .selectFrom('server_looks')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('server', 'in', servers)
        .execute();
      return new Map(rows.map((row) => [row.server, toLook(row)]));
    },
  };
}

function toLook({ asked_at, failure, counts, counted_at }: ServerLookRow): ServerLook {
  return {
    at: asked_at,
    failure: failure ?? undefined,
    tools:
      counts === null || counted_at === null
        ? undefined
        : { counts: JSON.parse(counts) as Readonly<Record<string, number>>, at: counted_at },
  };
}
