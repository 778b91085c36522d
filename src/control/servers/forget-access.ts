import { messageOf } from '#platform';
import type { ManagedServer } from '#store';
import type { CredentialVault } from '#upstream';
import { openConnection } from './connection.ts';
import type { ServerParts } from './server-parts.ts';

/**
 * What tells the authorization server that the access of a server is no longer wanted: made before the access is removed here, to be
 * called afterwards. Neither rejects: what cannot be read, or not be told, is forgotten all the same.
 */
export async function revocationOf(
  { keys, addresses, log }: Pick<ServerParts, 'keys' | 'addresses' | 'log'>,
  server: ManagedServer,
  vault: CredentialVault,
): Promise<() => Promise<void>> {
  const nothing = (): Promise<void> => Promise.resolve();
  try {
    const record = (await vault.find(server.id))?.record;
    const connection = openConnection(server, keys);
    if (record === undefined || connection.kind === 'stdio' || connection.oauth === undefined) return nothing;
    const { url, oauth } = connection;
    const { createOutboundFetch, revokeAccess } = await import('#upstream/oauth');
    const fetch = createOutboundFetch(url, { addresses });
    return async () => {
      const isTold = await revokeAccess(record, oauth, fetch).catch(() => false);
      if (!isTold)
        log.info({ server: server.id }, 'the authorization server was not told that an access has ended');
    };
  } catch (error) {
    log.warn({ server: server.id, err: messageOf(error) }, 'an access is forgotten without being revoked');
    return nothing;
  }
}
