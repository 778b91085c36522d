import type { Clock, OAuthConfiguration } from '#platform';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { Discovered } from './discovery.ts';
import { askForChallenge } from './ask-for-challenge.ts';
import type { OutboundFetch } from './outbound-fetch.ts';
import type { HeldTokens, KeptTokens, TokenSource } from './token-source.ts';

export interface MachineTokensOptions {
  readonly serverUrl: string;
  readonly headers: readonly string[];
  readonly settings: OAuthConfiguration;
  readonly fetch: OutboundFetch;
  readonly clock: Clock;
}

/**
 * Tokens that the gateway gets for itself (client credentials). They live in memory only: new ones cost one request, and
 * what is not kept cannot be stolen.
 */
export class MachineTokens implements TokenSource {
  readonly #options: MachineTokensOptions;
  #place: { readonly discovered: Discovered; readonly scope: string | undefined } | undefined;

  constructor(options: MachineTokensOptions) {
    this.#options = options;
  }

  load(): Promise<KeptTokens> {
    return Promise.resolve({ tokens: undefined, canRenew: true });
  }

  async renew(): Promise<HeldTokens> {
    this.#place ??= await this.#discover();
    const { settings, fetch, clock } = this.#options;
    const { requestMachineTokens } = await import('./authorization-client.ts');
    const { discovered, scope } = this.#place;
    try {
      const tokens = await requestMachineTokens(discovered, settings, scope, clock.now(), fetch);
      return { access: tokens.access, givenAt: tokens.givenAt, expiresAt: tokens.expiresAt };
    } catch (error) {
      this.#place = undefined; // it may have moved
      throw error;
    }
  }

  async widen(wanted: string | undefined): Promise<HeldTokens> {
    const { computeScopeUnion, isStrictScopeSuperset } = await import('./authorization-client.ts');
    const place = (this.#place ??= await this.#discover());
    const scope = computeScopeUnion(place.scope, wanted);
    if (scope === undefined || !isStrictScopeSuperset(scope, place.scope)) {
      throw new AuthorizationFailure('refused', 'it wants rights that were asked for and not given');
    }
    this.#place = { ...place, scope };
    return this.renew();
  }

  async #discover(): Promise<{ discovered: Discovered; scope: string | undefined }> {
    const { serverUrl, headers, settings, fetch } = this.#options;
    const { discover, readChallenge, scopeOf } = await import('./authorization-client.ts');
    const challenge = readChallenge(await askForChallenge(serverUrl, headers, fetch));
    const discovered = await discover(serverUrl, challenge, settings, fetch);
    return { discovered, scope: scopeOf(discovered, challenge, settings) };
  }
}
