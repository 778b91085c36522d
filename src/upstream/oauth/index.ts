import { createPrivateKey } from 'node:crypto';
import { ToolgateError, type Clock, type Log, type OAuthConfiguration } from '#platform';
import type { AddressRules } from '../address-guard.ts';
import { headerLines, type UpstreamCredential } from '../upstream-credential.ts';
import { ConsentedTokens } from './consented-tokens.ts';
import type { CredentialVault } from './credential-vault.ts';
import { MachineTokens } from './machine-tokens.ts';
import { OAuthCredential } from './oauth-credential.ts';
import { createOutboundFetch } from './outbound-fetch.ts';

export interface OAuthCredentialParts {
  readonly serverId: string;
  readonly serverUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly settings: OAuthConfiguration;
  readonly vault: CredentialVault;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the operator lets the gateway connect to. */
  readonly addresses?: AddressRules | undefined;
  /** How a person gives access, where that is not `toolgate login`, and whom to tell when it is needed again. */
  readonly consent?: ConsentWay | undefined;
}

/** How a person gives the gateway access to a server. */
export interface ConsentWay {
  /** In a few words: they stand in messages to agents, behind what is wrong. */
  readonly how: string;
  /** Called once, in one of all processes, when nothing but a consent helps. */
  onNeeded(): void;
}

/**
 * The credential of a server that the gateway logs in to with OAuth 2.1, in the mode that its settings say. Throws
 * `upstream.bad_key` for a private key that is none.
 */
export function createOAuthCredential(parts: OAuthCredentialParts): UpstreamCredential {
  const { serverId, serverUrl, settings, vault, clock, log, addresses, consent } = parts;
  if (settings.privateKey !== undefined) assertPrivateKey(serverId, settings.privateKey);
  const headers = headerLines(parts.headers);
  const fetch = createOutboundFetch(serverUrl, { addresses });
  const source =
    settings.mode === 'client_credentials'
      ? new MachineTokens({ serverUrl, headers, settings, fetch, clock })
      : new ConsentedTokens({
          serverId,
          settings,
          vault,
          fetch,
          clock,
          onConsentNeeded: consent && (() => consent.onNeeded()),
        });
  const howToConsent = consent?.how ?? `toolgate login ${serverId}`;
  return new OAuthCredential({ serverId, headers, source, howToConsent, clock, log });
}

function assertPrivateKey(serverId: string, pem: string): void {
  try {
    createPrivateKey(pem);
  } catch {
    throw new ToolgateError('upstream.bad_key', `The private key of server "${serverId}" cannot be read.`, {
      hint: 'Give a PKCS #8 key in PEM: -----BEGIN PRIVATE KEY-----.',
    });
  }
}

export { AuthorizationFailure } from './authorization-failure.ts';
export { readConsent, type ConsentState } from './consent-state.ts';
export { createCredentialVault, type CredentialVault } from './credential-vault.ts';
export {
  beginLogin,
  openLogin,
  redeemLogin,
  type LoginOptions,
  type LoginUnderWay,
  type PendingLogin,
} from './login.ts';
export { logOut, revokeAccess } from './logout.ts';
export { createOutboundFetch, type OutboundFetch, type OutboundOptions } from './outbound-fetch.ts';
