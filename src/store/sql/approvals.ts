import { ToolgateError } from '#platform';
import type { Approval, ApprovalStatus, ApprovalStore } from '../control-ports.ts';
import type { ApprovalRow } from './schema.ts';
import type { Queries, SqlDatabase } from './sql-database.ts';

/** How often the live approval may be gone again while somebody asks for it. */
const ASKS = 20;

/**
 * Approvals as one table; see `ApprovalStore` for what each method promises. Of one call of an organisation at most one row has a
 * `live_key`, which the database itself sees to; the right to make the call is a change of `status` that one statement makes.
 */
export function createApprovalStore(database: SqlDatabase): ApprovalStore {
  return { ...askingOf(database), ...readersOf(database), ...decidingOf(database), ...keepingOf(database) };
}

function askingOf(database: SqlDatabase): Pick<ApprovalStore, 'ask'> {
  const live = ({ sql }: Queries, organisation: string, fingerprint: string) =>
    sql()
      .updateTable('approvals')
      .where('organisation', '=', organisation)
      .where('live_key', '=', fingerprint);

  async function askOnce(inside: Queries, organisation: string, fresh: Approval, now: number) {
    await live(inside, organisation, fresh.fingerprint)
      // A refusal stays one in the history of who refused what.
      .set((eb) => ({
        live_key: null,
        status: eb
          .case('status')
          .when('denied')
          .then<ApprovalStatus>('denied')
          .else<ApprovalStatus>('expired')
          .end(),
      }))
      .where('expires_at', '<=', now)
      .execute();
    const made = await inside
      .sql()
      .insertInto('approvals')
      .values(approvalRow(organisation, fresh))
      .onConflict((conflict) => conflict.columns(['organisation', 'live_key']).doNothing())
      .executeTakeFirst();
    if (Number(made.numInsertedOrUpdatedRows) > 0) return { approval: fresh, isNew: true };
    const asked = await live(inside, organisation, fresh.fingerprint)
      .set((eb) => ({ asked: eb('asked', '+', 1) }))
      .returningAll()
      .executeTakeFirst();
    return asked && { approval: toApproval(asked), isNew: false };
  }

  return {
    async ask(organisation, fresh, now) {
      for (let i = 0; i < ASKS; i++) {
        const found = await database.alone((inside) => askOnce(inside, organisation, fresh, now));
        // Nothing: it was live when the fresh one came, and used before it could be read.
        if (found !== undefined) return found;
      }
      throw new ToolgateError('store.busy', 'The approval of this call is asked for too often at once.');
    },
  };
}

function readersOf({ sql }: SqlDatabase): Pick<ApprovalStore, 'find' | 'list'> {
  return {
    async find(organisation, id) {
      const row = await sql()
        .selectFrom('approvals')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .executeTakeFirst();
      return row && toApproval(row);
    },
    async list(organisation, { status, server, grantId, before, limit }, now) {
      let query = sql().selectFrom('approvals').selectAll().where('organisation', '=', organisation);
      if (server !== undefined) query = query.where('server', '=', server);
      if (grantId !== undefined) query = query.where('grant_id', '=', grantId);
      if (before !== undefined) query = query.where('id', '<', before);
      // What is over counts as expired, whether or not `expire` came by.
      if (status === 'pending' || status === 'approved') {
        query = query.where('status', '=', status).where('expires_at', '>', now);
      } else if (status === 'expired') {
        query = query.where((eb) =>
          eb.or([
            eb('status', '=', 'expired'),
            eb('status', 'in', ['pending', 'approved']).and('expires_at', '<=', now),
          ]),
        );
      } else if (status === 'decided') {
        query = query.where((eb) => eb.or([eb('status', '!=', 'pending'), eb('expires_at', '<=', now)]));
      } else if (status !== undefined) query = query.where('status', '=', status);
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      return rows.map((row) => asOf(toApproval(row), now));
    },
  };
}

function decidingOf(database: SqlDatabase): Pick<ApprovalStore, 'decide' | 'use' | 'giveBack'> {
  const one = ({ sql }: Queries, organisation: string, id: string) =>
    sql().updateTable('approvals').where('organisation', '=', organisation).where('id', '=', id);

  /** Takes the place of the live approval again, unless another one has it or takes it at this moment. */
  async function takePlace(organisation: string, id: string, usedAt: number): Promise<boolean> {
    try {
      return await database.alone(async (inside) => {
        const taken = await one(inside, organisation, id)
          .set((eb) => ({ status: 'approved', used_at: null, live_key: eb.ref('fingerprint') }))
          .where('status', '=', 'used')
          .where('used_at', '=', usedAt)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('approvals as other')
                  .select('other.id')
                  .whereRef('other.organisation', '=', 'approvals.organisation')
                  .whereRef('other.live_key', '=', 'approvals.fingerprint'),
              ),
            ),
          )
          .executeTakeFirst();
        return taken.numUpdatedRows > 0n;
      });
    } catch (error) {
      if (database.isConflict(error)) return false;
      throw error;
    }
  }

  return {
    async decide(organisation, id, { status, by, note, at, expiresAt }) {
      const decided = await one(database, organisation, id)
        .set({ status, decided_by: by, note, decided_at: at, expires_at: expiresAt })
        .where('status', '=', 'pending')
        .where('expires_at', '>', at)
        .executeTakeFirst();
      return decided.numUpdatedRows > 0n;
    },
    async use(organisation, id, at) {
      const used = await one(database, organisation, id)
        .set({ status: 'used', used_at: at, live_key: null })
        .where('status', '=', 'approved')
        .where('expires_at', '>', at)
        .executeTakeFirst();
      return used.numUpdatedRows > 0n;
    },
    async giveBack(organisation, id, usedAt) {
      // If its time is over meanwhile, `use` and `ask` see that; nothing is doubled by it.
      if (await takePlace(organisation, id, usedAt)) return true;
      // The same call was asked for anew meanwhile: that request stands, and this right ends unused.
      await one(database, organisation, id)
        .set({ status: 'expired', used_at: null })
        .where('status', '=', 'used')
        .where('used_at', '=', usedAt)
        .execute();
      return false;
    },
  };
}

function keepingOf({ sql }: SqlDatabase): Pick<ApprovalStore, 'expire' | 'reseal' | 'prune'> {
  return {
    async expire(now) {
      const rows = await sql()
        .updateTable('approvals')
        .set({ status: 'expired', live_key: null })
        .where('status', 'in', ['pending', 'approved'])
        .where('expires_at', '<=', now)
        .returningAll()
        .execute();
      return rows.map((row) => ({ ...toApproval(row), organisation: row.organisation }));
    },
    async reseal(id, from, to) {
      const resealed = await sql()
        .updateTable('approvals')
        .set({ arguments_sealed: to })
        .where('id', '=', id)
        .where('arguments_sealed', '=', from)
        .executeTakeFirst();
      return resealed.numUpdatedRows > 0n;
    },
    async prune(before) {
      const pruned = await sql()
        .deleteFrom('approvals')
        .where('status', 'in', ['denied', 'used', 'expired'])
        // A refusal counts as long as it lives, however long ago it was.
        .where('expires_at', '<', before)
        .executeTakeFirst();
      return Number(pruned.numDeletedRows);
    },
  };
}

function asOf(approval: Approval, now: number): Approval {
  const isOpen = approval.status === 'pending' || approval.status === 'approved';
  return isOpen && approval.expiresAt <= now ? { ...approval, status: 'expired' } : approval;
}

function approvalRow(organisation: string, approval: Approval): ApprovalRow {
  return {
    id: approval.id,
    organisation,
    server: approval.server,
    grant_id: approval.grantId,
    grant_label: approval.grantLabel,
    tool: approval.tool,
    policy: approval.policy,
    policy_version: approval.policyVersion,
    rule: approval.rule,
    reason: approval.reason,
    fingerprint: approval.fingerprint,
    live_key: approval.fingerprint,
    arguments_sealed: approval.argumentsSealed,
    status: approval.status,
    requested_at: approval.requestedAt,
    expires_at: approval.expiresAt,
    decided_at: approval.decidedAt ?? null,
    decided_by: approval.decidedBy ?? null,
    note: approval.note,
    used_at: approval.usedAt ?? null,
    asked: approval.asked,
  };
}

function toApproval(row: ApprovalRow): Approval {
  return {
    id: row.id,
    server: row.server,
    grantId: row.grant_id,
    grantLabel: row.grant_label,
    tool: row.tool,
    policy: row.policy,
    policyVersion: row.policy_version,
    rule: row.rule,
    reason: row.reason,
    fingerprint: row.fingerprint,
    argumentsSealed: row.arguments_sealed,
    status: row.status,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    note: row.note,
    usedAt: row.used_at ?? undefined,
    asked: row.asked,
  };
}
