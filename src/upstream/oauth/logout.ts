import type { OAuthConfiguration } from '#platform';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { CredentialRecord } from './credential-record.ts';
import type { CredentialVault } from './credential-vault.ts';
import type { OutboundFetch } from './outbound-fetch.ts';

export interface LogoutOptions {
  readonly serverId: string;
  readonly settings: OAuthConfiguration;
  readonly vault: CredentialVault;
  readonly fetch: OutboundFetch;
}

/**
 * Forgets the access to a server, and tells the authorization server where that is possible. `none` when there was no
 * access, `kept_there` when the authorization server could not be told.
 */
export async function logOut(options: LogoutOptions): Promise<'revoked' | 'kept_there' | 'none'> {
  const { serverId, settings, vault, fetch } = options;
  const record = await vault.find(serverId).then(
    (kept) => kept?.record,
    () => undefined, // what cannot be read can still be forgotten
  );
  if (!(await vault.remove(serverId))) return 'none';
  if (record === undefined) return 'kept_there';
  return (await revokeAccess(record, settings, fetch)) ? 'revoked' : 'kept_there';
}

/** Tells the authorization server that an access is no longer wanted; false when it could not be told. */
export async function revokeAccess(
  record: CredentialRecord,
  settings: OAuthConfiguration,
  fetch: OutboundFetch,
): Promise<boolean> {
  const { revokeTokens } = await import('./authorization-client.ts');
  try {
    return await revokeTokens(record, settings, fetch);
  } catch (error) {
    if (error instanceof AuthorizationFailure) return false;
    throw error;
  }
}
