import type { CredentialStore, StoredCredential } from '../ports.ts';
import type { CredentialRow } from './schema.ts';
import type { Queries, SqlDatabase } from './sql-database.ts';

/** Credentials as one table, one row a server; see `CredentialStore` for what each method promises. */
export function createCredentialStore(database: SqlDatabase): CredentialStore {
  const sql = database.sql;

  /** The state of a credential that somebody read, if it is still there. */
  const sameState = (queries: Queries, { server, version }: StoredCredential) =>
    queries.sql().updateTable('credentials').where('server', '=', server).where('version', '=', version);

  return {
    async find(server) {
      const row = await sql()
        .selectFrom('credentials')
        .selectAll()
        .where('server', '=', server)
        .executeTakeFirst();
      return row && toCredential(row);
    },
    async servers() {
      const rows = await sql().selectFrom('credentials').select('server').orderBy('server').execute();
      return rows.map(({ server }) => server);
    },
    replace: ({ server, issuer, clientId, sealed, updatedAt }) =>
      database.transaction(async () => {
        const version = await database.raise('credentials');
        await sql().deleteFrom('credentials').where('server', '=', server).execute();
        await sql()
          .insertInto('credentials')
          .values({ server, issuer, client_id: clientId, sealed, updated_at: updatedAt, version })
          .execute();
        return version;
      }),
    async claim(credential, holder, now, until) {
      const { numUpdatedRows } = await sameState(database, credential)
        .where((eb) => eb.or([eb('renewed_until', 'is', null), eb('renewed_until', '<=', now)]))
        .set({ renewed_by: holder, renewed_until: until })
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async release(credential, holder) {
      await sameState(database, credential)
        .where('renewed_by', '=', holder)
        .set({ renewed_by: null, renewed_until: null })
        .execute();
    },
    renew: (credential, holder, sealed, at) =>
      database.alone(async (inside) => {
        const version = await inside.raise('credentials');
        const { numUpdatedRows } = await sameState(inside, credential)
          .where((eb) =>
            eb.or([
              eb('renewed_until', 'is', null),
              eb('renewed_until', '<=', at),
              eb('renewed_by', '=', holder),
            ]),
          )
          .set({ sealed, updated_at: at, version, renewed_by: null, renewed_until: null })
          .executeTakeFirstOrThrow();
        return numUpdatedRows > 0n ? version : undefined;
      }),
    remove: (server) =>
      database.transaction(async () => {
        await database.raise('credentials');
        const { numDeletedRows } = await sql()
          .deleteFrom('credentials')
          .where('server', '=', server)
          .executeTakeFirstOrThrow();
        return numDeletedRows > 0n;
      }),
    revision: () => database.revision('credentials'),
  };
}

function toCredential(row: CredentialRow): StoredCredential {
  return {
    server: row.server,
    issuer: row.issuer,
    clientId: row.client_id,
    sealed: row.sealed,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
