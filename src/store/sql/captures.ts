import type { Capture, CaptureStore } from '../control-ports.ts';
import { inParts } from './row-values.ts';
import type { CaptureRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Captured arguments as one table; see `CaptureStore` for what each method promises. */
export function createCaptureStore({ sql }: SqlDatabase): CaptureStore {
  return {
    async insert({ record, server, at, argumentsSealed }) {
      await sql()
        .insertInto('captures')
        .values({ record, server, at, arguments_sealed: argumentsSealed })
        .execute();
    },
    async ofRecords(records) {
      const rows: CaptureRow[] = [];
      for (const part of inParts([...new Set(records)])) {
        rows.push(...(await sql().selectFrom('captures').selectAll().where('record', 'in', part).execute()));
      }
      return rows.map(toCapture);
    },
    async prune(server, before) {
      const pruned = await sql()
        .deleteFrom('captures')
        .where('server', '=', server)
        .where('at', '<', before)
        .executeTakeFirst();
      return Number(pruned.numDeletedRows);
    },
    async pruneAll(before) {
      const pruned = await sql().deleteFrom('captures').where('at', '<', before).executeTakeFirst();
      return Number(pruned.numDeletedRows);
    },
    async removeServer(server) {
      const removed = await sql().deleteFrom('captures').where('server', '=', server).executeTakeFirst();
      return Number(removed.numDeletedRows);
    },
  };
}

function toCapture(row: CaptureRow): Capture {
  return { record: row.record, server: row.server, at: row.at, argumentsSealed: row.arguments_sealed };
}
