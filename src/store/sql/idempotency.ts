import { ToolgateError } from '#platform';
import type { IdempotencyStore, KeptAnswer } from '../control-ports.ts';
import type { KeptAnswerRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** How often a kept answer may be gone again while somebody looks at it. */
const LOOKS = 20;

/** Answers kept under a client's keys; see `IdempotencyStore` for what each method promises. */
export function createIdempotencyStore({ sql }: SqlDatabase): IdempotencyStore {
  async function insert(row: KeptAnswerRow): Promise<boolean> {
    const kept = await sql()
      .insertInto('kept_answers')
      .values(row)
      .onConflict((conflict) => conflict.columns(['principal', 'idempotency_key']).doNothing())
      .executeTakeFirst();
    return Number(kept.numInsertedOrUpdatedRows) > 0;
  }

  return {
    async begin(principal, key, fresh) {
      for (let i = 0; i < LOOKS; i++) {
        if (await insert(keptRow(principal, key, fresh))) return undefined;
        const row = await sql()
          .selectFrom('kept_answers')
          .selectAll()
          .where('principal', '=', principal)
          .where('idempotency_key', '=', key)
          .executeTakeFirst();
        // Nothing: the first request was abandoned between the two.
        if (row !== undefined) return toKept(row);
      }
      throw new ToolgateError('store.busy', 'The key of this request is asked for too often at once.');
    },
    async finish(principal, key, status, bodySealed) {
      await sql()
        .updateTable('kept_answers')
        .set({ status, body_sealed: bodySealed })
        .where('principal', '=', principal)
        .where('idempotency_key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    async abandon(principal, key) {
      await sql()
        .deleteFrom('kept_answers')
        .where('principal', '=', principal)
        .where('idempotency_key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    async prune(before) {
      const pruned = await sql()
        .deleteFrom('kept_answers')
        .where('created_at', '<', before)
        .executeTakeFirst();
      return Number(pruned.numDeletedRows);
    },
  };
}

function keptRow(principal: string, key: string, kept: KeptAnswer): KeptAnswerRow {
  return {
    principal,
    idempotency_key: key,
    request_hash: kept.requestHash,
    status: kept.status ?? null,
    body_sealed: kept.bodySealed ?? null,
    created_at: kept.createdAt,
  };
}

function toKept(row: KeptAnswerRow): KeptAnswer {
  return {
    requestHash: row.request_hash,
    status: row.status ?? undefined,
    bodySealed: row.body_sealed ?? undefined,
    createdAt: row.created_at,
  };
}
