import type { OAuthConfiguration } from '#platform';
import { isOfSettings } from './credential-record.ts';
import type { CredentialVault } from './credential-vault.ts';

/** What is known of a person's consent for one server, without asking anybody. */
export interface ConsentState {
  /** `needs_consent`: there was an access that only a person can renew or widen; `none`: there is none. */
  readonly state: 'connected' | 'needs_consent' | 'none';
  /** When the access token ends, milliseconds; a renewal comes before that. */
  readonly expiresAt?: number;
  readonly scope?: string;
}

/** How a consent stands at `now`. Throws `key.unknown` or `key.refused` when what is kept cannot be decrypted. */
export async function readConsent(
  vault: CredentialVault,
  serverId: string,
  settings: OAuthConfiguration,
  now: number,
): Promise<ConsentState> {
  const kept = await vault.find(serverId);
  if (kept === undefined || !isOfSettings(kept.record, settings)) return { state: 'none' };
  const { tokens, ended, wantedScope, requestedScope } = kept.record;
  const scope = tokens?.scope ?? requestedScope;
  const isOver =
    tokens === undefined ||
    ended === true ||
    (tokens.refresh === undefined && tokens.expiresAt !== undefined && tokens.expiresAt <= now);
  return {
    state: isOver || wantedScope !== undefined ? 'needs_consent' : 'connected',
    ...(tokens?.expiresAt !== undefined && { expiresAt: tokens.expiresAt }),
    ...(scope !== undefined && { scope }),
  };
}
