import { setTimeout as sleep } from 'node:timers/promises';
import { newId, type Clock, type OAuthConfiguration } from '#platform';
import { AuthorizationFailure } from './authorization-failure.ts';
import { isOfSettings, type CredentialRecord } from './credential-record.ts';
import type { CredentialVault, KeptCredential } from './credential-vault.ts';
import type { OutboundFetch } from './outbound-fetch.ts';
import type { HeldTokens, KeptTokens, TokenSource } from './token-source.ts';

/** How long one process may take to renew; every request inside has a shorter time limit of its own. */
const CLAIM_MS = 15_000;
const POLL_MS = 50;

export interface ConsentedTokensOptions {
  readonly serverId: string;
  readonly settings: OAuthConfiguration;
  readonly vault: CredentialVault;
  readonly fetch: OutboundFetch;
  readonly clock: Clock;
  /** Told once, in one of all processes, when only a person's consent helps. */
  readonly onConsentNeeded?: (() => void) | undefined;
}

/**
 * Tokens that a person agreed to (`toolgate login`, or the dashboard), kept in the vault and shared by all processes over it. One process
 * renews at a time, and what it got is stored before anybody uses it: a refresh token that is used twice ends the access
 * of all.
 */
export class ConsentedTokens implements TokenSource {
  readonly #options: ConsentedTokensOptions;
  readonly #holder = newId('renewal');

  constructor(options: ConsentedTokensOptions) {
    this.#options = options;
  }

  async load(): Promise<KeptTokens> {
    const kept = await this.#find();
    const tokens = kept?.record.tokens;
    return { tokens: tokens && heldOf(tokens), canRenew: tokens?.refresh !== undefined };
  }

  async renew(): Promise<HeldTokens> {
    const { vault, clock } = this.#options;
    const first = await this.#find();
    const deadline = clock.now() + CLAIM_MS;
    for (let kept = first; ; kept = await this.#find()) {
      const tokens = kept?.record.tokens;
      if (kept === undefined || tokens?.refresh === undefined) throw consentNeeded();
      // somebody else was quicker
      if (tokens.access !== first?.record.tokens?.access) return heldOf(tokens);
      const now = clock.now();
      if (await vault.claim(kept, this.#holder, now, now + CLAIM_MS))
        return await this.#refresh(kept, tokens.refresh);
      if (now > deadline)
        throw new AuthorizationFailure('unreachable', 'another process takes too long to renew the access');
      await sleep(POLL_MS);
    }
  }

  async widen(scope: string | undefined): Promise<undefined> {
    const { computeScopeUnion, isStrictScopeSuperset } = await import('./authorization-client.ts');
    const kept = await this.#find();
    if (kept === undefined) throw consentNeeded();
    const { record } = kept;
    const asked = computeScopeUnion(record.requestedScope, record.tokens?.scope);
    if (!isStrictScopeSuperset(scope, asked)) {
      throw new AuthorizationFailure('refused', 'it wants rights that were asked for and not given');
    }
    const wanted = computeScopeUnion(asked, record.wantedScope, scope);
    if (wanted !== undefined && wanted !== record.wantedScope) {
      const isOurs = await this.#store(kept, { ...record, wantedScope: wanted });
      if (isOurs) this.#options.onConsentNeeded?.();
    }
    return undefined;
  }

  revision(): Promise<number> {
    return this.#options.vault.revision();
  }

  async #refresh(kept: KeptCredential, refreshToken: string): Promise<HeldTokens> {
    const { settings, fetch, clock, vault } = this.#options;
    const { refreshTokens } = await import('./authorization-client.ts');
    let tokens;
    try {
      tokens = await refreshTokens(kept.record, refreshToken, settings, clock.now(), fetch);
    } catch (error) {
      if (error instanceof AuthorizationFailure && error.kind === 'consent') await this.#giveUp(kept);
      else await vault.release(kept, this.#holder);
      throw error;
    }
    const scope = tokens.scope ?? kept.record.tokens?.scope;
    const renewed = { ...tokens, ...(scope !== undefined && { scope }) };
    if (await this.#store(kept, { ...kept.record, tokens: renewed })) return heldOf(renewed);
    // a login or a logout came in between, and counts
    const now = await this.load();
    if (now.tokens) return now.tokens;
    throw consentNeeded();
  }

  /** The refresh token is worth nothing any more; the access token may still live for a while. */
  async #giveUp(kept: KeptCredential): Promise<void> {
    const { refresh: _, ...tokens } = kept.record.tokens ?? { access: '', givenAt: 0 };
    const isOurs = await this.#store(kept, { ...kept.record, tokens, ended: true });
    if (isOurs) this.#options.onConsentNeeded?.();
  }

  async #store(kept: KeptCredential, record: CredentialRecord): Promise<boolean> {
    const { vault, clock } = this.#options;
    return (await vault.renew(kept, this.#holder, record, clock.now())) !== undefined;
  }

  /** What is kept, unless the configuration names another client or server by now. */
  async #find(): Promise<KeptCredential | undefined> {
    const { vault, serverId, settings } = this.#options;
    const kept = await vault.find(serverId);
    if (kept === undefined) return undefined;
    return isOfSettings(kept.record, settings) ? kept : undefined;
  }
}

function heldOf(tokens: NonNullable<CredentialRecord['tokens']>): HeldTokens {
  return { access: tokens.access, givenAt: tokens.givenAt, expiresAt: tokens.expiresAt };
}

function consentNeeded(): AuthorizationFailure {
  return new AuthorizationFailure('consent', 'the gateway has no access');
}
