import type { ApiKey, ApiKeyStore } from '../control-ports.ts';
import { textList } from './row-values.ts';
import type { ApiKeyRow } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Keys of scripts as one table; see `ApiKeyStore` for what each method promises. */
export function createApiKeyStore({ sql }: SqlDatabase): ApiKeyStore {
  return {
    async insert(organisation, key, tokenHash) {
      await sql()
        .insertInto('api_keys')
        .values({
          id: key.id,
          organisation,
          label: key.label,
          scopes: JSON.stringify(key.scopes),
          created_by: key.createdBy,
          created_at: key.createdAt,
          expires_at: key.expiresAt ?? null,
          revoked_at: key.revokedAt ?? null,
          last_used_at: key.lastUsedAt ?? null,
          token_hash: tokenHash,
        })
        .execute();
    },
    async list(organisation) {
      const rows = await sql()
        .selectFrom('api_keys')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toApiKey);
    },
    async revoke(organisation, id, at) {
      const revoked = await sql()
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return revoked.numUpdatedRows > 0n;
    },
    async behind(tokenHash) {
      const row = await sql()
        .selectFrom('api_keys')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst();
      return row && { organisation: row.organisation, key: toApiKey(row) };
    },
    async touch(id, at) {
      await sql()
        .updateTable('api_keys')
        .set({ last_used_at: at })
        .where('id', '=', id)
        // Two processes note it in any order.
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
        .execute();
    },
  };
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    label: row.label,
    scopes: textList(row.scopes),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
