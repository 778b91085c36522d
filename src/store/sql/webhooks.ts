import type { Delivery, Webhook, WebhookStore } from '../control-ports.ts';
import { flag, inParts, textList } from './row-values.ts';
import type { DeliveryRow, WebhookRow } from './schema.ts';
import type { Queries, SqlDatabase } from './sql-database.ts';

/** Webhooks and what is to be sent to them; see `WebhookStore` for what each method promises. */
export function createWebhookStore(database: SqlDatabase): WebhookStore {
  return { ...webhooksOf(database), ...deliveriesOf(database), ...sendingOf(database) };
}

function webhooksOf(
  database: SqlDatabase,
): Pick<WebhookStore, 'insert' | 'list' | 'find' | 'update' | 'remove' | 'reseal'> {
  const { sql } = database;
  const own = (organisation: string) =>
    sql().selectFrom('webhooks').selectAll().where('organisation', '=', organisation);
  return {
    async insert(organisation, webhook) {
      await sql().insertInto('webhooks').values(webhookRow(organisation, webhook)).execute();
    },
    async list(organisation) {
      const rows = await own(organisation).orderBy('created_at').orderBy('id').execute();
      return rows.map(toWebhook);
    },
    async find(organisation, id) {
      const row = await own(organisation).where('id', '=', id).executeTakeFirst();
      return row && toWebhook(row);
    },
    async update(organisation, id, edit) {
      const row = await sql()
        .updateTable('webhooks')
        .set({ id, ...editedColumns(edit) })
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row && toWebhook(row);
    },
    remove: (organisation, id) =>
      database.transaction(async () => {
        const removed = await sql()
          .deleteFrom('webhooks')
          .where('organisation', '=', organisation)
          .where('id', '=', id)
          .executeTakeFirst();
        if (removed.numDeletedRows === 0n) return false;
        await sql().deleteFrom('deliveries').where('webhook', '=', id).execute();
        return true;
      }),
    async reseal(id, from, to) {
      const resealed = await sql()
        .updateTable('webhooks')
        .set({ secret_sealed: to })
        .where('id', '=', id)
        .where('secret_sealed', '=', from)
        .executeTakeFirst();
      return resealed.numUpdatedRows > 0n;
    },
  };
}

function deliveriesOf(
  database: SqlDatabase,
): Pick<WebhookStore, 'enqueue' | 'deliveries' | 'redeliver' | 'prune'> {
  const { sql } = database;
  return {
    enqueue: (organisation, deliveries) =>
      database.alone(async ({ sql }) => {
        const webhooks = await sql()
          .selectFrom('webhooks')
          .select('id')
          .where('organisation', '=', organisation)
          .execute();
        const known = new Set(webhooks.map((webhook) => webhook.id));
        // One that was removed meanwhile is told nothing any more, and another organisation's never was.
        const rows = deliveries
          .filter((delivery) => known.has(delivery.webhook))
          .map((delivery) => deliveryRow(organisation, delivery));
        for (const part of inParts(rows)) await sql().insertInto('deliveries').values(part).execute();
      }),
    async deliveries(organisation, webhook, { before, limit }) {
      let query = sql()
        .selectFrom('deliveries')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('webhook', '=', webhook);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      return rows.map(toDelivery);
    },
    async redeliver(organisation, id, at) {
      const sent = await sql()
        .updateTable('deliveries')
        .set({ status: 'pending', attempts: 0, next_attempt_at: at, leased_until: 0 })
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .where((eb) =>
          eb.or([
            eb('status', '=', 'failed'),
            eb.and([
              eb('status', '=', 'pending'),
              eb('next_attempt_at', '>', at),
              eb('leased_until', '<=', at),
            ]),
          ]),
        )
        .executeTakeFirst();
      return sent.numUpdatedRows > 0n;
    },
    async prune(before) {
      const pruned = await sql()
        .deleteFrom('deliveries')
        .where('created_at', '<', before)
        .where((eb) =>
          eb.or([
            eb('status', 'in', ['delivered', 'failed']),
            // Queued while its webhook was being removed.
            eb('webhook', 'not in', eb.selectFrom('webhooks').select('webhooks.id')),
          ]),
        )
        .executeTakeFirst();
      return Number(pruned.numDeletedRows);
    },
  };
}

function sendingOf(database: SqlDatabase): Pick<WebhookStore, 'claimDue' | 'settle'> {
  const { sql } = database;
  const due = (queries: Queries, now: number, limit: number) =>
    queries
      .sql()
      .selectFrom('deliveries as d')
      .innerJoin('webhooks as w', 'w.id', 'd.webhook')
      .where('d.status', '=', 'pending')
      .where('d.next_attempt_at', '<=', now)
      .where('d.leased_until', '<=', now)
      .where('w.is_active', '=', 1)
      .orderBy('d.next_attempt_at')
      .orderBy('d.id')
      .limit(limit);

  /** Locked rows are somebody else's already. SQLite has no such clause, and needs none: one transaction runs at a time. */
  async function lease(
    inside: Queries,
    now: number,
    leaseMs: number,
    limit: number,
  ): Promise<readonly DeliveryRow[]> {
    const rows = await due(inside, now, limit)
      .selectAll('d')
      .$if(database.dialect === 'postgres', (query) => query.forUpdate('d').skipLocked())
      .execute();
    const ids = rows.map((row) => row.id);
    for (const part of inParts(ids)) {
      await inside
        .sql()
        .updateTable('deliveries')
        .set({ leased_until: now + leaseMs })
        .where('id', 'in', part)
        .execute();
    }
    return rows;
  }

  return {
    async claimDue(now, leaseMs, limit) {
      // Asked every second by every process, and mostly for nothing: that takes no lock.
      if ((await due(database, now, 1).select('d.id').executeTakeFirst()) === undefined) return [];
      const rows = await database.alone((inside) => lease(inside, now, leaseMs, limit));
      if (rows.length === 0) return [];
      const ids = [...new Set(rows.map((row) => row.webhook))];
      const found: WebhookRow[] = [];
      for (const part of inParts(ids)) {
        found.push(...(await sql().selectFrom('webhooks').selectAll().where('id', 'in', part).execute()));
      }
      const webhooks = new Map(found.map((row) => [row.id, toWebhook(row)]));
      return rows.flatMap((row) => {
        const webhook = webhooks.get(row.webhook);
        return webhook ? [{ organisation: row.organisation, webhook, delivery: toDelivery(row) }] : [];
      });
    },
    async settle(id, { status, attempts, nextAttemptAt, lastStatus, lastError, deliveredAt }) {
      await sql()
        .updateTable('deliveries')
        .set({
          status,
          attempts,
          next_attempt_at: nextAttemptAt,
          leased_until: 0,
          last_status: lastStatus ?? null,
          last_error: lastError ?? null,
          delivered_at: deliveredAt ?? null,
        })
        .where('id', '=', id)
        // Who comes late, after its lease, does not undo what another one has settled.
        .where('status', '=', 'pending')
        .execute();
    },
  };
}

function webhookRow(organisation: string, webhook: Webhook): WebhookRow {
  return {
    id: webhook.id,
    organisation,
    label: webhook.label,
    url: webhook.url,
    secret_sealed: webhook.secretSealed,
    events: JSON.stringify(webhook.events),
    format: webhook.format,
    is_active: flag(webhook.isActive),
    created_at: webhook.createdAt,
    created_by: webhook.createdBy,
  };
}

/** Kysely leaves out what is undefined. */
function editedColumns(edit: Partial<Webhook>): Partial<WebhookRow> {
  return {
    label: edit.label,
    url: edit.url,
    secret_sealed: edit.secretSealed,
    events: edit.events && JSON.stringify(edit.events),
    format: edit.format,
    is_active: edit.isActive === undefined ? undefined : flag(edit.isActive),
  };
}

function toWebhook(row: WebhookRow): Webhook {
  return {
    id: row.id,
    label: row.label,
    url: row.url,
    secretSealed: row.secret_sealed,
    events: textList(row.events),
    format: row.format,
    isActive: row.is_active === 1,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

function deliveryRow(organisation: string, delivery: Delivery): DeliveryRow {
  return {
    id: delivery.id,
    organisation,
    webhook: delivery.webhook,
    event: delivery.event,
    payload: delivery.payload,
    status: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: delivery.nextAttemptAt,
    leased_until: 0,
    last_status: delivery.lastStatus ?? null,
    last_error: delivery.lastError ?? null,
    created_at: delivery.createdAt,
    delivered_at: delivery.deliveredAt ?? null,
  };
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhook: row.webhook,
    event: row.event,
    payload: row.payload,
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    lastStatus: row.last_status ?? undefined,
    lastError: row.last_error ?? undefined,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at ?? undefined,
  };
}
