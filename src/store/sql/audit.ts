import type { AuditEvent, AuditStore } from '../control-ports.ts';
import type { AuditEventRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** The audit log as one table to which rows are only added; see `AuditStore` for what each method promises. */
export function createAuditStore(database: SqlDatabase): AuditStore {
  const { sql } = database;
  const events = (organisation: string) =>
    sql().selectFrom('audit_events').selectAll().where('organisation', '=', organisation);

  /** Holds the row of the organisation until the transaction ends: nobody else appends to its log meanwhile. */
  async function lock(organisation: string): Promise<void> {
    await sql()
      .insertInto('audit_chains')
      .values({ organisation, length: 1 })
      .onConflict((conflict) =>
        conflict.column('organisation').doUpdateSet((eb) => ({ length: eb('audit_chains.length', '+', 1) })),
      )
      .execute();
  }

  return {
    append: (organisation, seal) =>
      database.transaction(async () => {
        await lock(organisation);
        const last = await events(organisation).orderBy('seq', 'desc').limit(1).executeTakeFirst();
        const event = seal(last && toEvent(last));
        if (event.seq !== (last?.seq ?? 0) + 1) {
          throw new Error(`audit event ${event.seq} does not follow ${last?.seq ?? 0}`);
        }
        await sql().insertInto('audit_events').values(eventRow(organisation, event)).execute();
        return event;
      }),
    async list(organisation, { before, after, limit, action, actor, target, since, until }) {
      let query = events(organisation);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (after !== undefined) query = query.where('seq', '>', after);
      if (action !== undefined) query = query.where('action', '=', action);
      if (actor !== undefined) query = query.where('actor', '=', actor);
      if (target !== undefined) query = query.where('target', '=', target);
      if (since !== undefined) query = query.where('at', '>=', since);
      if (until !== undefined) query = query.where('at', '<', until);
      const order = after === undefined ? 'desc' : 'asc';
      const rows = await query.orderBy('seq', order).limit(limit).execute();
      return rows.map(toEvent);
    },
    async organisations() {
      const rows = await sql()
        .selectFrom('audit_chains')
        .select('organisation')
        .orderBy('organisation')
        .execute();
      return rows.map((row) => row.organisation);
    },
  };
}

function eventRow(organisation: string, event: AuditEvent): AuditEventRow {
  return {
    organisation,
    seq: event.seq,
    at: event.at,
    actor: event.actor,
    actor_label: event.actorLabel,
    action: event.action,
    target: event.target,
    detail: event.detail,
    previous_hash: event.previousHash,
    hash: event.hash,
  };
}

function toEvent(row: AuditEventRow): AuditEvent {
  return {
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    actorLabel: row.actor_label,
    action: row.action,
    target: row.target,
    detail: row.detail,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
