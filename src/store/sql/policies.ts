import { ToolgateError } from '#platform';
import type { ManagedPolicy, PolicyStore, PolicyVersion } from '../control-ports.ts';
import { sortedBy } from './row-values.ts';
import type { PolicyRow, PolicyVersionRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

const NO_DRAFT = { draft: null, draft_revision: null } as const;

/** What names one policy. */
type Key = Pick<PolicyRow, 'organisation' | 'server' | 'name'>;

/**
 * Policies, and versions that are only ever added; see `PolicyStore` for what each method promises. Who changes something raises the
 * revision first: its row is also the lock that lets one change follow another.
 */
export function createPolicyStore(database: SqlDatabase): PolicyStore {
  return { ...readersOf(database), ...draftsOf(database), ...publishingOf(database) };
}

function readersOf(
  database: SqlDatabase,
): Pick<PolicyStore, 'list' | 'find' | 'versions' | 'version' | 'published'> {
  const { sql } = database;
  const versionsOf = (key: Key) =>
    sql()
      .selectFrom('policy_versions')
      .selectAll()
      .where((eb) => eb.and(key));
  return {
    async list(organisation, server) {
      const rows = await sql()
        .selectFrom('policies')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('server', '=', server)
        .execute();
      return sortedBy(rows.map(toPolicy), (policy) => policy.name);
    },
    async find(organisation, server, name) {
      const row = await rowOf(database, { organisation, server, name });
      return row && toPolicy(row);
    },
    async versions(organisation, server, name) {
      const rows = await versionsOf({ organisation, server, name }).orderBy('version').execute();
      return rows.map(toVersion);
    },
    async version(organisation, server, name, version) {
      const row = await versionsOf({ organisation, server, name })
        .where('version', '=', version)
        .executeTakeFirst();
      return row && toVersion(row);
    },
    async published() {
      const rows = await sql()
        .selectFrom('policies as p')
        .innerJoin('policy_versions as v', (join) =>
          join
            .onRef('v.organisation', '=', 'p.organisation')
            .onRef('v.server', '=', 'p.server')
            .onRef('v.name', '=', 'p.name')
            .onRef('v.version', '=', 'p.published'),
        )
        .selectAll('v')
        .execute();
      return rows.map((row) => ({ ...toVersion(row), organisation: row.organisation }));
    },
  };
}

function draftsOf(database: SqlDatabase): Pick<PolicyStore, 'saveDraft' | 'dropDraft' | 'remove'> {
  const { sql } = database;
  return {
    saveDraft: (organisation, { server, name, document, at, by, after }) =>
      database.transaction(async () => {
        const key = { organisation, server, name };
        const revision = await database.raise('control');
        await refuseOtherDraft(database, key, after);
        const row = await put(database, key, at, by, { draft: document, draft_revision: revision });
        return { ...toPolicy(row), draftRevision: revision };
      }),
    dropDraft: (organisation, { server, name, at, by, after }) =>
      database.transaction(async () => {
        const key = { organisation, server, name };
        if ((await rowOf(database, key))?.draft == null) return false;
        await database.raise('control');
        await refuseOtherDraft(database, key, after);
        const dropped = await sql()
          .updateTable('policies')
          .set({ ...NO_DRAFT, updated_at: at, updated_by: by })
          .where((eb) => eb.and(key))
          .where('draft', 'is not', null)
          .executeTakeFirst();
        // A policy that never was more than a draft ends with it.
        await sql()
          .deleteFrom('policies')
          .where((eb) => eb.and(key))
          .where('draft', 'is', null)
          .where('published', 'is', null)
          .execute();
        return dropped.numUpdatedRows > 0n;
      }),
    remove: (organisation, server, name, now) =>
      database.transaction(async () => {
        const key = { organisation, server, name };
        if ((await rowOf(database, key)) === undefined) return false;
        await database.raise('control');
        await refuseWhileInUse(database, key, now);
        const removed = await sql()
          .deleteFrom('policies')
          .where((eb) => eb.and(key))
          .executeTakeFirst();
        return removed.numDeletedRows > 0n;
      }),
  };
}

function publishingOf(database: SqlDatabase): Pick<PolicyStore, 'publish'> {
  const { sql } = database;
  return {
    publish: (organisation, version, after, draft) =>
      database.transaction(async () => {
        const key = { organisation, server: version.server, name: version.name };
        await database.raise('control');
        const inForce = (await rowOf(database, key))?.published ?? undefined;
        if (inForce !== after) throw conflict(version.name, inForce);
        if (draft !== 'kept') await refuseOtherDraft(database, key, draft);
        // Of all versions there ever were, those of a policy that was removed too: a number names one text for good.
        const { last } = await sql()
          .selectFrom('policy_versions')
          .select((eb) => eb.fn.max('version').as('last'))
          .where((eb) => eb.and(key))
          .executeTakeFirstOrThrow();
        const row = versionRow(key, version, (last ?? 0) + 1);
        await sql().insertInto('policy_versions').values(row).execute();
        await put(database, key, row.created_at, row.created_by, {
          ...(draft !== 'kept' && NO_DRAFT),
          published: row.version,
        });
        return toVersion(row);
      }),
  };
}

function rowOf({ sql }: SqlDatabase, key: Key): Promise<PolicyRow | undefined> {
  return sql()
    .selectFrom('policies')
    .selectAll()
    .where((eb) => eb.and(key))
    .executeTakeFirst();
}

/** Makes the policy, or changes the one there is. */
function put(
  { sql }: SqlDatabase,
  key: Key,
  at: number,
  by: string,
  change: Partial<Pick<PolicyRow, 'draft' | 'draft_revision' | 'published'>>,
): Promise<PolicyRow> {
  const changed = { ...change, updated_at: at, updated_by: by };
  return sql()
    .insertInto('policies')
    .values({ ...key, ...changed, created_at: at })
    .onConflict((conflict) => conflict.columns(['organisation', 'server', 'name']).doUpdateSet(changed))
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function refuseWhileInUse({ sql }: SqlDatabase, key: Key, now: number): Promise<void> {
  const grant = await sql()
    .selectFrom('grants')
    .select('label')
    .where('organisation', '=', key.organisation)
    .where('server', '=', key.server)
    .where('policy', '=', key.name)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .limit(1)
    .executeTakeFirst();
  if (grant === undefined) return;
  throw new ToolgateError(
    'policy.in_use',
    `The policy "${key.name}" is carried by the live grant "${grant.label}".`,
    { hint: 'Give its grants another policy, or revoke them, first.' },
  );
}

/** To be asked behind the lock: what is there then is there until the end of the transaction. */
async function refuseOtherDraft(
  database: SqlDatabase,
  key: Key,
  after: number | null | undefined,
): Promise<void> {
  if (after === undefined) return;
  const row = await rowOf(database, key);
  if ((row?.draft_revision ?? null) !== after) throw draftConflict(key.name, row);
}

function draftConflict(name: string, row: PolicyRow | undefined): ToolgateError {
  const since = row && `by ${row.updated_by} at ${new Date(row.updated_at).toISOString()}`;
  const what =
    row === undefined
      ? `The policy "${name}" is not there any more`
      : row.draft === null
        ? `The draft of "${name}" was published or discarded ${since}`
        : `Another draft of "${name}" was saved ${since}`;
  return new ToolgateError('policy.draft_conflict', `${what}.`, {
    hint: 'Read what is there now, decide between the two texts, and send yours after its revision.',
  });
}

function conflict(name: string, inForce: number | undefined): ToolgateError {
  const now = inForce === undefined ? 'none is now' : `version ${inForce} is now`;
  return new ToolgateError('policy.conflict', `Another version of "${name}" was in force: ${now}.`, {
    hint: 'Look at what is in force, and publish again.',
  });
}

function versionRow(key: Key, made: Omit<PolicyVersion, 'version'>, version: number): PolicyVersionRow {
  return {
    ...key,
    version,
    document: made.document,
    note: made.note,
    created_at: made.createdAt,
    created_by: made.createdBy,
  };
}

function toPolicy(row: PolicyRow): ManagedPolicy {
  return {
    server: row.server,
    name: row.name,
    draft: row.draft ?? undefined,
    draftRevision: row.draft_revision ?? undefined,
    published: row.published ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

function toVersion(row: PolicyVersionRow): PolicyVersion {
  return {
    server: row.server,
    name: row.name,
    version: row.version,
    document: row.document,
    note: row.note,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}
