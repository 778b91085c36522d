import { ToolgateError } from '#platform';
import type { Invitation, Member, MemberEntry, Organisation, OrganisationStore } from '../control-ports.ts';
import { flag } from './row-values.ts';
import type { InvitationRow, MemberRow, OrganisationRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Organisations, their members and invitations; see `OrganisationStore` for what each method promises. */
export function createOrganisationStore(database: SqlDatabase): OrganisationStore {
  return { ...organisationsOf(database), ...membersOf(database), ...invitationsOf(database) };
}

function organisationsOf(
  database: SqlDatabase,
): Pick<OrganisationStore, 'create' | 'find' | 'rename' | 'owners' | 'count' | 'ofUser'> {
  const { sql } = database;
  return {
    create: ({ id, name, createdAt }, founder) =>
      database.transaction(async () => {
        const made = await sql()
          .insertInto('organisations')
          .values({ id, name, created_at: createdAt })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        if (Number(made.numInsertedOrUpdatedRows) === 0) {
          throw new ToolgateError('organisation.exists', `There is an organisation "${id}" already.`);
        }
        await sql().insertInto('members').values(memberRow(id, founder)).execute();
      }),
    async find(organisation) {
      const row = await sql()
        .selectFrom('organisations')
        .selectAll()
        .where('id', '=', organisation)
        .executeTakeFirst();
      return row && toOrganisation(row);
    },
    async rename(organisation, name) {
      await sql().updateTable('organisations').set({ name }).where('id', '=', organisation).execute();
    },
    async owners() {
      const rows = await sql()
        .selectFrom('organisations')
        .select('id as owner')
        .union(sql().selectFrom('servers').select('organisation as owner'))
        .union(sql().selectFrom('approvals').select('organisation as owner'))
        .union(sql().selectFrom('webhooks').select('organisation as owner'))
        .orderBy('owner')
        .execute();
      return rows.map(({ owner }) => owner);
    },
    async count() {
      const row = await sql()
        .selectFrom('organisations')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    },
    async ofUser(user) {
      const rows = await sql()
        .selectFrom('members as m')
        .innerJoin('organisations as o', 'o.id', 'm.organisation')
        .selectAll('m')
        .select(['o.name', 'o.created_at as made_at'])
        .where('m.user_id', '=', user)
        .orderBy('o.created_at')
        .orderBy('o.id')
        .execute();
      return rows.map((row) => ({
        organisation: { id: row.organisation, name: row.name, createdAt: row.made_at },
        member: toMember(row),
      }));
    },
  };
}

function membersOf(
  database: SqlDatabase,
): Pick<OrganisationStore, 'member' | 'members' | 'addMember' | 'changeMember' | 'removeMember'> {
  const { sql } = database;
  /** An outer join: who has no account any more must be seen to be removed. */
  const entries = (organisation: string) =>
    sql()
      .selectFrom('members as m')
      .leftJoin('users as u', 'u.id', 'm.user_id')
      .selectAll('m')
      .select(['u.name', 'u.email'])
      .where('m.organisation', '=', organisation);

  /** Makes a change while nobody else changes members, and undoes it when nobody is left to administer. */
  const keepingAnAdmin = (organisation: string, change: () => Promise<boolean>): Promise<boolean> =>
    database.transaction(async () => {
      if (!(await lock(database, organisation)) || !(await change())) return false;
      const admin = await sql()
        .selectFrom('members')
        .select('user_id')
        .where('organisation', '=', organisation)
        .where('role', '=', 'admin')
        .limit(1)
        .executeTakeFirst();
      if (admin !== undefined) return true;
      throw new ToolgateError('member.last_admin', 'Nobody would be left to administer the organisation.', {
        hint: 'Make another member an admin first.',
      });
    });

  return {
    async member(organisation, user) {
      const row = await entries(organisation).where('m.user_id', '=', user).executeTakeFirst();
      return row && toMemberEntry(row);
    },
    async members(organisation) {
      const rows = await entries(organisation).orderBy('m.created_at').orderBy('m.user_id').execute();
      return rows.map(toMemberEntry);
    },
    addMember: (organisation, member) =>
      database.transaction(() => insertMember(database, organisation, member)),
    changeMember: (organisation, user, { role, isApprover }) =>
      keepingAnAdmin(organisation, async () => {
        const changed = await sql()
          .updateTable('members')
          .set({
            user_id: user,
            role,
            is_approver: isApprover === undefined ? undefined : flag(isApprover),
          })
          .where('organisation', '=', organisation)
          .where('user_id', '=', user)
          .executeTakeFirst();
        return changed.numUpdatedRows > 0n;
      }),
    removeMember: (organisation, user) =>
      keepingAnAdmin(organisation, async () => {
        const removed = await sql()
          .deleteFrom('members')
          .where('organisation', '=', organisation)
          .where('user_id', '=', user)
          .executeTakeFirst();
        return removed.numDeletedRows > 0n;
      }),
  };
}

function invitationsOf(
  database: SqlDatabase,
): Pick<
  OrganisationStore,
  'invite' | 'invitations' | 'revokeInvitation' | 'invitationBehind' | 'acceptInvitation'
> {
  const { sql } = database;

  return {
    async invite(organisation, invitation, tokenHash) {
      await sql()
        .insertInto('invitations')
        .values(invitationRow(organisation, invitation, tokenHash))
        .execute();
    },
    async invitations(organisation) {
      const rows = await sql()
        .selectFrom('invitations')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toInvitation);
    },
    async revokeInvitation(organisation, id, at) {
      const revoked = await sql()
        .updateTable('invitations')
        .set({ revoked_at: at })
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .where('accepted_at', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return revoked.numUpdatedRows > 0n;
    },
    async invitationBehind(tokenHash, now) {
      const row = await sql()
        .selectFrom('invitations as i')
        .innerJoin('organisations as o', 'o.id', 'i.organisation')
        .selectAll('i')
        .select(['o.name', 'o.created_at as made_at'])
        .where('i.token_hash', '=', tokenHash)
        .where('i.accepted_at', 'is', null)
        .where('i.revoked_at', 'is', null)
        .where('i.expires_at', '>', now)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const organisation = { id: row.organisation, name: row.name, createdAt: row.made_at };
      return { organisation, invitation: toInvitation(row) };
    },
    acceptInvitation: (id, member, now) =>
      database.transaction(async () => {
        const taken = await sql()
          .updateTable('invitations')
          .set({ accepted_at: now })
          .where('id', '=', id)
          .where('accepted_at', 'is', null)
          .where('revoked_at', 'is', null)
          .where('expires_at', '>', now)
          .returning('organisation')
          .executeTakeFirst();
        if (taken === undefined) return false;
        await insertMember(database, taken.organisation, member);
        return true;
      }),
  };
}

/**
 * Keeps everybody else from changing the members until the transaction ends, so that what is counted stays true. A change to the
 * same name locks the row on both dialects. False when there is no such organisation.
 */
async function lock({ sql }: SqlDatabase, organisation: string): Promise<boolean> {
  const locked = await sql()
    .updateTable('organisations')
    .set((eb) => ({ name: eb.ref('name') }))
    .where('id', '=', organisation)
    .executeTakeFirst();
  return locked.numUpdatedRows > 0n;
}

/** Inside a transaction. */
async function insertMember(database: SqlDatabase, organisation: string, member: Member): Promise<void> {
  if (!(await lock(database, organisation))) {
    throw new ToolgateError('organisation.missing', `There is no organisation "${organisation}".`);
  }
  const added = await database
    .sql()
    .insertInto('members')
    .values(memberRow(organisation, member))
    .onConflict((conflict) => conflict.columns(['organisation', 'user_id']).doNothing())
    .executeTakeFirst();
  if (Number(added.numInsertedOrUpdatedRows) > 0) return;
  throw new ToolgateError('member.exists', 'This person is a member of the organisation already.');
}

function memberRow(organisation: string, { user, role, isApprover, createdAt }: Member): MemberRow {
  return { organisation, user_id: user, role, is_approver: flag(isApprover), created_at: createdAt };
}

function invitationRow(organisation: string, invitation: Invitation, tokenHash: string): InvitationRow {
  return {
    id: invitation.id,
    organisation,
    email: invitation.email,
    role: invitation.role,
    is_approver: flag(invitation.isApprover),
    invited_by: invitation.invitedBy,
    created_at: invitation.createdAt,
    expires_at: invitation.expiresAt,
    accepted_at: invitation.acceptedAt ?? null,
    revoked_at: invitation.revokedAt ?? null,
    token_hash: tokenHash,
  };
}

function toOrganisation(row: OrganisationRow): Organisation {
  return { id: row.id, name: row.name, createdAt: row.created_at };
}

function toMember(row: MemberRow): Member {
  return {
    user: row.user_id,
    role: row.role,
    isApprover: row.is_approver === 1,
    createdAt: row.created_at,
  };
}

function toMemberEntry(
  row: MemberRow & { readonly name: string | null; readonly email: string | null },
): MemberEntry {
  return { ...toMember(row), name: row.name ?? '', email: row.email ?? '' };
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    isApprover: row.is_approver === 1,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    acceptedAt: row.accepted_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
