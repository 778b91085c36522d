import { ToolgateError } from '#platform';
import type { ManagedServer, ServerEdit, ServerStore } from '../control-ports.ts';
import type { ServerRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/**
 * Servers that people registered; see `ServerStore` for what each method promises. Who changes something raises the revision first:
 * its row is also the lock that lets one change follow another.
 */
export function createServerStore(database: SqlDatabase): ServerStore {
  const { sql } = database;
  const present = () => sql().selectFrom('servers').selectAll().where('removed_at', 'is', null);
  const own = (organisation: string) => present().where('organisation', '=', organisation);

  async function find(organisation: string, id: string): Promise<ManagedServer | undefined> {
    const row = await own(organisation).where('id', '=', id).executeTakeFirst();
    return row && toServer(row);
  }

  return {
    find,
    insert: (organisation, server) =>
      database.transaction(async () => {
        await database.raise('control');
        const made = await sql()
          .insertInto('servers')
          .values(serverRow(organisation, server))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        if (Number(made.numInsertedOrUpdatedRows) > 0) return;
        throw new ToolgateError('server.exists', `The server id "${server.id}" is taken.`, {
          hint: 'Choose another id; one that was removed is not given again.',
        });
      }),
    async list(organisation) {
      const rows = await own(organisation).orderBy('created_at').orderBy('id').execute();
      return rows.map(toServer);
    },
    update: (organisation, id, edit, at) =>
      database.transaction(async () => {
        if ((await find(organisation, id)) === undefined) return undefined;
        await database.raise('control');
        await sql()
          .updateTable('servers')
          .set({ ...editedColumns(edit), updated_at: at })
          .where('organisation', '=', organisation)
          .where('id', '=', id)
          .where('removed_at', 'is', null)
          .execute();
        return find(organisation, id);
      }),
    remove: (organisation, id, at) => database.transaction(() => remove(database, organisation, id, at)),
    async everRegistered(organisation) {
      const rows = await sql()
        .selectFrom('servers')
        .select('id')
        .where('organisation', '=', organisation)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },
    async all() {
      const rows = await present().orderBy('created_at').orderBy('id').execute();
      return rows.map((row) => ({ ...toServer(row), organisation: row.organisation }));
    },
    async reseal(id, from, to) {
      const resealed = await sql()
        .updateTable('servers')
        .set({ connection_sealed: to })
        .where('id', '=', id)
        .where('connection_sealed', '=', from)
        .where('removed_at', 'is', null)
        .executeTakeFirst();
      return resealed.numUpdatedRows > 0n;
    },
  };
}

/** With the server goes all that only it needed: how it is reached, what is in force there, and what was accepted. */
async function remove(database: SqlDatabase, organisation: string, id: string, at: number): Promise<boolean> {
  const { sql } = database;
  const there = await sql()
    .selectFrom('servers')
    .select('id')
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (there === undefined) return false;
  await database.raise('control');
  const removed = await sql()
    .updateTable('servers')
    .set({ removed_at: at, updated_at: at, connection_sealed: '' })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (removed.numUpdatedRows === 0n) return false;
  await sql().deleteFrom('policies').where('server', '=', id).execute();
  await sql().deleteFrom('pins').where('server', '=', id).execute();
  await sql().deleteFrom('drift').where('server', '=', id).execute();
  await sql().deleteFrom('server_looks').where('server', '=', id).execute();
  await database.raise('grants');
  await sql()
    .updateTable('grants')
    .set({ revoked_at: at })
    .where('server', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
  return true;
}

function serverRow(organisation: string, server: ManagedServer): ServerRow {
  return {
    id: server.id,
    organisation,
    name: server.name,
    kind: server.kind,
    display: server.display,
    connection_sealed: server.connectionSealed,
    settings: server.settings,
    on_change: server.onChange,
    catalogue_slug: server.catalogueSlug ?? null,
    created_at: server.createdAt,
    updated_at: server.updatedAt,
    removed_at: null,
  };
}

/** Kysely leaves out what is undefined. */
function editedColumns(edit: ServerEdit): Partial<ServerRow> {
  return {
    name: edit.name,
    kind: edit.kind,
    display: edit.display,
    connection_sealed: edit.connectionSealed,
    settings: edit.settings,
    on_change: edit.onChange,
  };
}

function toServer(row: ServerRow): ManagedServer {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    display: row.display,
    connectionSealed: row.connection_sealed,
    settings: row.settings,
    onChange: row.on_change,
    catalogueSlug: row.catalogue_slug ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
