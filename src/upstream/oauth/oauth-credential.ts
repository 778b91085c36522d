import { messageOf, type Clock, type Log } from '#platform';
import { UpstreamUnavailable, type UpstreamFailure } from '../upstream.ts';
import type { CredentialRefusal, RefusalOutcome, UpstreamCredential } from '../upstream-credential.ts';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { HeldTokens, TokenSource } from './token-source.ts';

/** Renewal begins when a fifth of the time is left, and never more than a minute ahead. */
const AHEAD_SHARE = 0.2;
const MAX_AHEAD_MS = 60_000;
/** After a renewal that failed, or a new token that was refused, nothing is tried for this long. */
const PAUSE_MS = 5_000;
const WATCH_MS = 500;

export interface OAuthCredentialOptions {
  readonly serverId: string;
  /** Further headers of the server, sent besides the token. */
  readonly headers: readonly string[];
  readonly source: TokenSource;
  /** What a person does to give access, in a few words. */
  readonly howToConsent: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The gateway's access to one server, from login to login: no tokens → authorized → renewing → authorized … until the
 * authorization server ends it and a person must consent again. While a token is good, giving it out costs a comparison.
 */
export class OAuthCredential implements UpstreamCredential {
  readonly #options: OAuthCredentialOptions;
  #lines: readonly string[] | undefined;
  #access: string | undefined;
  #renewAt = Number.POSITIVE_INFINITY;
  #endsAt = Number.POSITIVE_INFINITY;
  #obtaining: Promise<readonly string[]> | undefined;
  /** What to answer until then without asking anybody. */
  #refusal: { readonly failure: UpstreamFailure; readonly until: number } | undefined;
  #lastTold = '';
  #revision: number | undefined;
  readonly #watch: NodeJS.Timeout | undefined;

  constructor(options: OAuthCredentialOptions) {
    this.#options = options;
    if (options.source.revision) {
      this.#watch = setInterval(() => void this.#lookForChanges(), WATCH_MS).unref();
    }
  }

  headers(): readonly string[] | undefined {
    if (this.#lines === undefined) return undefined;
    const now = this.#options.clock.now();
    if (now < this.#renewAt) return this.#lines;
    if (now >= this.#endsAt) return undefined;
    this.#renewAt = now + PAUSE_MS;
    this.#obtain(this.#access).catch(() => {}); // told already; the token is good for a while
    return this.#lines;
  }

  async ready(): Promise<readonly string[]> {
    if (this.#refusal) await this.#lookForChanges(); // a login counts at once
    const lines = this.headers();
    if (lines) return lines;
    if (this.#refusal && this.#options.clock.now() < this.#refusal.until)
      throw new UpstreamUnavailable(this.#refusal.failure);
    return this.#obtain(undefined);
  }

  async refused({ status, challenge, shown, isRepeated }: CredentialRefusal): Promise<RefusalOutcome> {
    // meanwhile there are other tokens: another call saw the refusal first
    if (this.#lines !== undefined && this.#lines !== shown && !isRepeated) return { repeatWith: this.#lines };
    try {
      if (status === 403) return await this.#refusedRights(challenge, isRepeated);
      if (isRepeated) throw new AuthorizationFailure('consent', 'it refuses a token that was just renewed');
      return { repeatWith: await this.#obtain(this.#access) };
    } catch (error) {
      const failure = error instanceof UpstreamUnavailable ? error.failure : this.#failureOf(error);
      const isCertain = failure.kind === 'refused_credentials';
      if (isCertain && status === 401) this.#forget(failure);
      return { failure: isCertain ? { ...failure, reached: true, status } : failure };
    }
  }

  close(): void {
    clearInterval(this.#watch);
  }

  /** More rights are asked for once a person agreed to them; other refusals of rights are the server's last word. */
  async #refusedRights(challenge: string | undefined, isRepeated: boolean): Promise<RefusalOutcome> {
    const { readChallenge } = await import('./authorization-client.ts');
    const { error, scope } = readChallenge(challenge);
    if (error !== 'insufficient_scope') return undefined;
    if (isRepeated) throw new AuthorizationFailure('refused', 'it wants still more rights');
    const { source, serverId, howToConsent, log } = this.#options;
    const { tokens } = await source.load();
    if (tokens && tokens.access !== this.#access) return { repeatWith: this.#adopt(tokens) };
    const wider = await source.widen(scope);
    if (wider) return { repeatWith: this.#adopt(wider) };
    log.warn(
      { server: serverId, scope },
      'the server wants more rights than the gateway was given: log in again',
    );
    const message = `it wants more rights than the gateway was given (${howToConsent})`;
    return { failure: { kind: 'refused_credentials', message, reached: true, status: 403 } };
  }

  /** Headers with another token than the one to avoid. One attempt at a time, whoever asks. */
  #obtain(avoid: string | undefined): Promise<readonly string[]> {
    this.#obtaining ??= this.#load(avoid).finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #load(avoid: string | undefined): Promise<readonly string[]> {
    const { source, clock, log, serverId } = this.#options;
    try {
      const { tokens, canRenew } = await source.load();
      if (tokens && tokens.access !== avoid && clock.now() < (tokens.expiresAt ?? Number.POSITIVE_INFINITY))
        return this.#adopt(tokens);
      if (!canRenew) {
        const what = tokens ? 'the access of the gateway has ended' : 'the gateway is not logged in to it';
        throw new AuthorizationFailure('consent', what);
      }
      const renewed = this.#adopt(await source.renew());
      log.info({ server: serverId }, 'access renewed');
      return renewed;
    } catch (error) {
      const failure = this.#failureOf(error);
      if (this.#lastTold !== failure.message) log.warn({ server: serverId }, `no access: ${failure.message}`);
      this.#lastTold = failure.message;
      throw new UpstreamUnavailable(failure);
    }
  }

  #adopt(tokens: HeldTokens): readonly string[] {
    const known = tokens.access === this.#access ? this.#lines : undefined;
    const lines = known ?? [...this.#options.headers, 'authorization', `Bearer ${tokens.access}`];
    this.#lines = lines;
    this.#access = tokens.access;
    this.#endsAt = tokens.expiresAt ?? Number.POSITIVE_INFINITY;
    const ahead = Math.min((this.#endsAt - tokens.givenAt) * AHEAD_SHARE, MAX_AHEAD_MS);
    this.#renewAt = this.#endsAt - ahead;
    this.#refusal = undefined;
    this.#lastTold = '';
    return lines;
  }

  /** The server does not take what there is. It may change its mind, or a person logs in: it is tried again later. */
  #forget(failure: UpstreamFailure): void {
    this.#lines = undefined;
    this.#refusal = { failure, until: this.#options.clock.now() + PAUSE_MS };
  }

  /** Another process renewed, logged in or logged out. */
  async #lookForChanges(): Promise<void> {
    const { source, log, serverId } = this.#options;
    try {
      const revision = await source.revision?.();
      if (revision === this.#revision) return;
      this.#revision = revision;
      const { tokens } = await source.load();
      if (tokens && tokens.access !== this.#access) {
        this.#adopt(tokens);
        log.info({ server: serverId }, 'access taken over from the store');
      } else if (!tokens) {
        if (this.#lines) log.info({ server: serverId }, 'access was ended');
        this.#lines = undefined;
        this.#refusal = undefined;
      }
    } catch (error) {
      log.debug({ server: serverId, err: messageOf(error) }, 'kept access could not be read');
    }
  }

  #failureOf(error: unknown): UpstreamFailure {
    const { serverId, howToConsent, log } = this.#options;
    if (!(error instanceof AuthorizationFailure)) {
      log.error({ server: serverId, err: messageOf(error) }, 'the access to a server could not be used');
      return { kind: 'refused_credentials', message: 'the gateway cannot use its access', reached: false };
    }
    if (error.kind === 'unreachable') return { kind: 'unreachable', message: error.message, reached: false };
    const how = error.kind === 'consent' ? ` (${howToConsent})` : '';
    return { kind: 'refused_credentials', message: `${error.message}${how}`, reached: false };
  }
}
