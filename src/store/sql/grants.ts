import { ToolgateError, type Clock } from '#platform';
import type { Grant, GrantEdit, GrantStore, StoredGrant } from '../ports.ts';
import type { GrantRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** The organisation of the installation, which a grant leaves unsaid. */
const OWN_ORGANISATION = 'default';

/**
 * Grants as one table; see `GrantStore` for what each method promises. Besides, a token serves one grant only
 * (`grant.token_taken`), and a label that lives on several servers revokes none (`grant.label_ambiguous`).
 *
 * Who changes grants raises their revision first: that holds its row, so that nobody else changes any until the end.
 */
export function createGrantStore(database: SqlDatabase, clock: Clock): GrantStore {
  const { sql } = database;
  const grants = () => sql().selectFrom('grants').selectAll();
  const live = () => grants().where('revoked_at', 'is', null);

  async function assertFreeLabel({ id, server, label }: Grant): Promise<void> {
    const other = await live()
      .where('server', '=', server)
      .where('label', '=', label)
      .where('id', '!=', id)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock.now())]))
      .executeTakeFirst();
    if (other === undefined) return;
    throw new ToolgateError(
      'grant.label_taken',
      `The server "${server}" already has a live grant labelled "${label}".`,
      { hint: 'Choose another label, or revoke the other grant first.' },
    );
  }

  async function assertFreeToken(tokenHash: string): Promise<void> {
    const other = await grants()
      .where((eb) => eb.or([eb('token_hash', '=', tokenHash), eb('previous_token_hash', '=', tokenHash)]))
      .executeTakeFirst();
    if (other !== undefined) {
      throw new ToolgateError('grant.token_taken', 'This token already belongs to a grant.');
    }
  }

  async function named(idOrLabel: string): Promise<GrantRow | undefined> {
    const row = await live().where('id', '=', idOrLabel).executeTakeFirst();
    if (row !== undefined) return row;
    const [newest, ...others] = await live()
      .where('label', '=', idOrLabel)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    if (others.some((other) => other.server !== newest?.server)) {
      throw new ToolgateError(
        'grant.label_ambiguous',
        `Several servers have a grant labelled "${idOrLabel}".`,
        { hint: 'Name the server too, or revoke by grant id.' },
      );
    }
    return newest;
  }

  /** Changes a live grant; undefined, and no revision, when `find` has none. */
  async function edit(
    find: () => Promise<GrantRow | undefined>,
    changesOf: (grant: GrantRow) => Promise<Partial<GrantRow>>,
  ): Promise<Grant | undefined> {
    if ((await find()) === undefined) return undefined;
    return database.transaction(async () => {
      await database.raise('grants');
      const row = await find(); // as it is now that nobody else can change it
      if (row === undefined) return undefined;
      const changes = await changesOf(row);
      // the rest of the row stays: last use is noted at any time
      await sql()
        .updateTable('grants')
        .set({ id: row.id, ...changes })
        .where('id', '=', row.id)
        .execute();
      return toGrant({ ...row, ...changes });
    });
  }

  const ofOrganisation = (organisation: string, id: string) => () =>
    live().where('organisation', '=', organisation).where('id', '=', id).executeTakeFirst();

  return {
    insert: (grant) =>
      database.transaction(async () => {
        await database.raise('grants');
        await assertFreeLabel(grant);
        await assertFreeToken(grant.tokenHash);
        await sql().insertInto('grants').values(toRow(grant)).execute();
      }),
    async list() {
      const rows = await grants().orderBy('created_at').orderBy('id').execute();
      return rows.map(toStoredGrant);
    },
    revoke: (idOrLabel, at) =>
      edit(
        () => named(idOrLabel),
        async () => ({ revoked_at: at }),
      ),
    async ofOrganisation(organisation, server) {
      const all = grants().where('organisation', '=', organisation).orderBy('created_at').orderBy('id');
      const rows = await (server === undefined ? all : all.where('server', '=', server)).execute();
      return rows.map(toStoredGrant);
    },
    change: (organisation, id, wanted) =>
      edit(ofOrganisation(organisation, id), async (row) => {
        const changes = changesOf(wanted);
        const changed = { ...row, ...changes };
        if (changed.label !== row.label || changes.expires_at !== undefined) {
          await assertFreeLabel(toGrant(changed));
        }
        return changes;
      }),
    rotate: (organisation, id, tokenHash, overlapUntil) =>
      edit(ofOrganisation(organisation, id), async (row) => {
        await assertFreeToken(tokenHash);
        return {
          token_hash: tokenHash,
          previous_token_hash: row.token_hash,
          previous_until: overlapUntil,
        };
      }),
    touch: (uses) =>
      database.alone(async ({ sql }) => {
        // in the order of ids, so that two processes never hold what the other one waits for
        for (const { id, at } of uses.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
          await sql()
            .updateTable('grants')
            .set({ last_used_at: at })
            .where('id', '=', id)
            .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
            .execute();
        }
      }),
    revision: () => database.revision('grants'),
  };
}

function changesOf({ label, policy, expiresAt, addresses }: GrantEdit): Partial<GrantRow> {
  return {
    ...(label === undefined ? {} : { label }),
    ...(policy === undefined ? {} : { policy }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    ...(addresses === undefined ? {} : { addresses: addresses && JSON.stringify(addresses) }),
  };
}

function toRow(grant: StoredGrant): GrantRow {
  return {
    id: grant.id,
    label: grant.label,
    server: grant.server,
    policy: grant.policy ?? null,
    created_at: grant.createdAt,
    expires_at: grant.expiresAt ?? null,
    revoked_at: grant.revokedAt ?? null,
    token_hash: grant.tokenHash,
    organisation: grant.organisation ?? OWN_ORGANISATION,
    addresses: grant.addresses === undefined ? null : JSON.stringify(grant.addresses),
    last_used_at: grant.lastUsedAt ?? null,
    previous_token_hash: grant.previous?.tokenHash ?? null,
    previous_until: grant.previous?.until ?? null,
  };
}

function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    label: row.label,
    server: row.server,
    policy: row.policy ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    ...(row.organisation === OWN_ORGANISATION ? {} : { organisation: row.organisation }),
    ...(row.addresses === null ? {} : { addresses: JSON.parse(row.addresses) as readonly string[] }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}

function toStoredGrant(row: GrantRow): StoredGrant {
  const { previous_token_hash: tokenHash, previous_until: until } = row;
  const previous = tokenHash === null || until === null ? {} : { previous: { tokenHash, until } };
  return { ...toGrant(row), tokenHash: row.token_hash, ...previous };
}
