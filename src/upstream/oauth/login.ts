import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, OAuthConfiguration } from '#platform';
import { askForChallenge } from './ask-for-challenge.ts';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { CredentialRecord } from './credential-record.ts';
import type { CredentialVault } from './credential-vault.ts';
import type { Discovered } from './discovery.ts';
import type { OutboundFetch } from './outbound-fetch.ts';

/** Logins in a row that a server may bring about by asking for more rights. */
const MAX_STEP_UPS = 3;

export interface LoginOptions {
  readonly serverId: string;
  readonly serverUrl: string;
  readonly headers: readonly string[];
  readonly settings: OAuthConfiguration;
  /** Where the authorization server sends the browser back to. */
  readonly redirectUri: string;
  /** What the answer will carry, so that it is known for ours; nobody may guess it. Made by chance when it is left out. */
  readonly state?: string;
  readonly vault: CredentialVault;
  readonly fetch: OutboundFetch;
  readonly clock: Clock;
}

/** A login that waits for the person. */
export interface PendingLogin {
  /** Where the person agrees. */
  readonly authorizationUrl: URL;
  /** Whether a response to the redirect address belongs to this login (state). */
  readonly isExpected: (response: URLSearchParams) => boolean;
  /** Takes what came back to the redirect address, once. Rejects with `AuthorizationFailure`. */
  finish(response: URLSearchParams): Promise<void>;
}

/**
 * A login under way as plain data, for a process that finishes what another one began. It holds the verifier and perhaps the secret
 * of a client, so that it is kept sealed.
 */
export interface LoginUnderWay {
  readonly state: string;
  readonly verifier: string;
  readonly client: CredentialRecord['client'];
  readonly discovered: Discovered;
  readonly scope?: string;
  readonly stepUps: number;
}

/**
 * Begins a login (authorization code with PKCE): finds the authorization server, finds or registers the client, and gives
 * the address where a person consents. Nothing is kept until it is finished. Rejects with `AuthorizationFailure`.
 */
export async function beginLogin(options: LoginOptions): Promise<PendingLogin> {
  const { authorizationUrl, underWay } = await openLogin(options);
  let isFinished = false;
  return {
    authorizationUrl,
    isExpected: (response) => isExpected(underWay, response),
    async finish(response) {
      if (isFinished) throw new AuthorizationFailure('refused', 'the login was finished before');
      isFinished = true;
      const record = await redeemLogin(underWay, response, options);
      await options.vault.replace(options.serverId, record, options.clock.now());
    },
  };
}

/** As `beginLogin`, for a login that is finished with `redeemLogin`. Rejects with `AuthorizationFailure`. */
export async function openLogin(
  options: LoginOptions,
): Promise<{ readonly authorizationUrl: URL; readonly underWay: LoginUnderWay }> {
  const { serverId, serverUrl, headers, settings, redirectUri, vault, fetch } = options;
  const { state = randomBytes(32).toString('base64url') } = options;
  const oauth = await import('./authorization-client.ts');
  const before = (await vault.find(serverId))?.record;
  const challenge = oauth.readChallenge(await askForChallenge(serverUrl, headers, fetch));
  const discovered = await oauth.discover(serverUrl, challenge, settings, fetch);
  const isSameServer = before?.server.issuer === discovered.issuer;
  const stepUps = isSameServer && before.wantedScope !== undefined ? before.stepUps + 1 : 0;
  if (stepUps > MAX_STEP_UPS) {
    throw new AuthorizationFailure(
      'refused',
      `the server asked for more rights ${MAX_STEP_UPS} times in a row`,
    );
  }
  const scope = oauth.computeScopeUnion(
    isSameServer ? before.wantedScope : undefined,
    isSameServer && settings.scope === undefined ? before.requestedScope : undefined,
    oauth.scopeOf(discovered, challenge, settings),
  );
  const client = await oauth.identifyClient(discovered, settings, redirectUri, before, fetch);
  const { authorizationUrl, codeVerifier } = await oauth.startLogin(discovered, client, { scope, state });
  const underWay = {
    state,
    verifier: codeVerifier,
    client,
    discovered,
    ...(scope !== undefined && { scope }),
    stepUps,
  };
  return { authorizationUrl, underWay };
}

/**
 * The record of a login for what came back to the redirect address; the caller sees to it that this is asked once, and stores it.
 * Rejects with `AuthorizationFailure`.
 */
export async function redeemLogin(
  underWay: LoginUnderWay,
  response: URLSearchParams,
  { settings, fetch, clock }: Pick<LoginOptions, 'settings' | 'fetch' | 'clock'>,
): Promise<CredentialRecord> {
  const oauth = await import('./authorization-client.ts');
  const { client, discovered, verifier, scope, stepUps } = underWay;
  if (!isExpected(underWay, response))
    throw new AuthorizationFailure('refused', 'the answer belongs to no login of ours (state)');
  const code = await codeOf(response, discovered);
  const redeemed = { code, iss: response.get('iss') ?? undefined, verifier };
  const tokens = await oauth.redeemCode(discovered, client, settings, redeemed, clock.now(), fetch);
  return {
    client,
    server: oauth.serverOf(discovered),
    tokens,
    stepUps,
    ...(discovered.resource !== undefined && { resource: discovered.resource }),
    ...(scope !== undefined && { requestedScope: scope }),
  };
}

function isExpected({ state }: LoginUnderWay, response: URLSearchParams): boolean {
  return isEqual(response.get('state') ?? '', state);
}

/** The code of an authorization response: the issuer is the one that was asked, and it is no refusal. */
async function codeOf(response: URLSearchParams, discovered: Discovered): Promise<string> {
  const { checkResponseIssuer } = await import('./authorization-client.ts');
  await checkResponseIssuer(discovered, response.get('iss') ?? undefined);
  const error = response.get('error');
  if (error !== null) {
    const said = /^[a-z_]{1,40}$/.test(error) ? error : 'an unknown error';
    // somebody who turned back can agree another time; a server that refuses does so again
    const kind = error === 'access_denied' ? 'consent' : 'refused';
    throw new AuthorizationFailure(kind, `the authorization server did not agree: ${said}`);
  }
  const code = response.get('code');
  if (code === null || code === '')
    throw new AuthorizationFailure('refused', 'the authorization server sent no code');
  return code;
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
