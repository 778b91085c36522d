import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '#platform';
import { UpstreamUnavailable } from '../upstream.ts';
import { AuthorizationFailure } from './authorization-failure.ts';
import { OAuthCredential } from './oauth-credential.ts';
import type { HeldTokens, KeptTokens, TokenSource } from './token-source.ts';

const START = 1_000_000;
const LIFETIME = 100_000;

/** A source that gives `token-1`, `token-2` … or what the test puts in its place. */
class Source implements TokenSource {
  now = START;
  kept: KeptTokens = { tokens: undefined, canRenew: true };
  renewals = 0;
  changes = 0;
  readonly #waiting: (() => void)[] = [];
  holds = false;
  failure: Error | undefined;
  widened: HeldTokens | undefined;

  tokens(access: string): HeldTokens {
    return { access, givenAt: this.now, expiresAt: this.now + LIFETIME };
  }
  load(): Promise<KeptTokens> {
    return Promise.resolve(this.kept);
  }
  async renew(): Promise<HeldTokens> {
    const tokens = this.tokens(`token-${++this.renewals}`);
    if (this.holds) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.failure) throw this.failure;
    this.kept = { ...this.kept, tokens };
    return tokens;
  }
  letGo(): void {
    this.holds = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
  widen(): Promise<HeldTokens | undefined> {
    return Promise.resolve(this.widened);
  }
  revision(): Promise<number> {
    return Promise.resolve(this.changes);
  }
}

let open: OAuthCredential | undefined;
afterEach(() => {
  open?.close();
  open = undefined;
});

function credentialOver(source: Source): OAuthCredential {
  const clock = { now: () => source.now };
  open = new OAuthCredential({
    serverId: 'tickets',
    headers: ['x-tenant', '7'],
    howToConsent: 'toolgate login tickets',
    source,
    clock,
    log: silentLog,
  });
  return open;
}

const lines = (token: string): string[] => ['x-tenant', '7', 'authorization', `Bearer ${token}`];
const refusal = (
  shown: readonly string[],
  isRepeated = false,
): Parameters<OAuthCredential['refused']>[0] => ({
  status: 401,
  challenge: 'Bearer error="invalid_token"',
  shown,
  isRepeated,
});
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof UpstreamUnavailable ? error.failure : error),
  );

describe('headers', () => {
  it('are there at once after the first wait, always the same', async () => {
    const credential = credentialOver(new Source());
    expect(credential.headers()).toBeUndefined();
    const first = await credential.ready();
    expect(first).toEqual(lines('token-1'));
    expect(credential.headers()).toBe(first);
    expect(await credential.ready()).toBe(first);
  });

  it('come from what is kept, without asking anybody', async () => {
    const source = new Source();
    source.kept = { tokens: source.tokens('kept'), canRenew: true };
    expect(await credentialOver(source).ready()).toEqual(lines('kept'));
    expect(source.renewals).toBe(0);
  });

  it('are renewed ahead of their end in the background, once', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    await credential.ready();
    source.now = START + LIFETIME * 0.79;
    credential.headers();
    expect(source.renewals).toBe(1);
    source.now = START + LIFETIME * 0.81;
    for (let i = 0; i < 5; i++) expect(credential.headers()).toEqual(lines('token-1'));
    await vi.waitFor(() => expect(credential.headers()).toEqual(lines('token-2')));
    expect(source.renewals).toBe(2);
  });

  it('stay while a renewal ahead fails, which is tried again after a pause, until they end', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    await credential.ready();
    source.failure = new AuthorizationFailure('unreachable', 'it is away');
    source.now = START + LIFETIME * 0.9;
    for (let i = 0; i < 3; i++) expect(credential.headers()).toEqual(lines('token-1'));
    await vi.waitFor(() => expect(source.renewals).toBe(2));
    source.now += 5_000;
    expect(credential.headers()).toEqual(lines('token-1'));
    await vi.waitFor(() => expect(source.renewals).toBe(3));
    source.now = START + LIFETIME;
    expect(credential.headers()).toBeUndefined();
    expect(await failureOf(credential.ready())).toMatchObject({ kind: 'unreachable', reached: false });
  });

  it('cost one renewal, however many wait', async () => {
    const source = new Source();
    source.holds = true;
    const credential = credentialOver(source);
    const waiting = Array.from({ length: 20 }, () => credential.ready());
    await vi.waitFor(() => expect(source.renewals).toBe(1));
    source.letGo();
    expect(new Set(await Promise.all(waiting)).size).toBe(1);
    expect(source.renewals).toBe(1);
  });

  it('cannot be had without a login: the failure says how', async () => {
    const source = new Source();
    source.kept = { tokens: undefined, canRenew: false };
    const failure = await failureOf(credentialOver(source).ready());
    expect(failure).toMatchObject({ kind: 'refused_credentials', reached: false });
    expect(failure).toMatchObject({ message: expect.stringContaining('toolgate login tickets') as string });
  });
});

describe('a refusal', () => {
  it('is repeated with a new token; refusals of the old one that come later renew nothing', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    const old = await credential.ready();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => credential.refused(refusal(old))));
    outcomes.push(await credential.refused(refusal(old)));
    for (const outcome of outcomes) expect(outcome).toEqual({ repeatWith: lines('token-2') });
    expect(source.renewals).toBe(2);
  });

  it('of a token that was just renewed ends the calls for a while, without asking for more', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    const outcome = await credential.refused(refusal(await credential.ready(), true));
    expect(outcome).toMatchObject({ failure: { kind: 'refused_credentials', reached: true, status: 401 } });
    expect(credential.headers()).toBeUndefined();
    for (let i = 0; i < 5; i++)
      expect(await failureOf(credential.ready())).toMatchObject({ kind: 'refused_credentials' });
    expect(source.renewals).toBe(1);
    source.now += 5_000;
    expect(await credential.ready()).toEqual(lines('token-1'));
  });

  it('whose renewal the authorization server refuses is told, with the status of the server', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    const shown = await credential.ready();
    source.failure = new AuthorizationFailure('consent', 'it was ended');
    expect(await credential.refused(refusal(shown))).toMatchObject({
      failure: { kind: 'refused_credentials', reached: true, status: 401 },
    });
  });

  it('while the authorization server is away costs no token', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    const shown = await credential.ready();
    source.failure = new AuthorizationFailure('unreachable', 'it is away');
    expect(await credential.refused(refusal(shown))).toMatchObject({ failure: { kind: 'unreachable' } });
    expect(credential.headers()).toBe(shown);
  });

  it('of another kind than missing rights stands as the server gave it', async () => {
    const credential = credentialOver(new Source());
    const shown = await credential.ready();
    const base = { shown, status: 403, isRepeated: false } as const;
    expect(await credential.refused({ ...base, challenge: undefined })).toBeUndefined();
    expect(
      await credential.refused({ ...base, challenge: 'Bearer error="invalid_request"' }),
    ).toBeUndefined();
  });

  it('for missing rights is repeated where more can be had, and else told, with the token kept', async () => {
    const source = new Source();
    const credential = credentialOver(source);
    const shown = await credential.ready();
    const base = { status: 403, challenge: 'Bearer error="insufficient_scope", scope="a"' } as const;
    expect(await credential.refused({ ...base, shown, isRepeated: false })).toMatchObject({
      failure: { kind: 'refused_credentials', status: 403 },
    });
    expect(credential.headers()).toBe(shown);
    source.widened = source.tokens('wider');
    expect(await credential.refused({ ...base, shown, isRepeated: false })).toEqual({
      repeatWith: lines('wider'),
    });
    expect(await credential.refused({ ...base, shown: lines('wider'), isRepeated: true })).toMatchObject({
      failure: { kind: 'refused_credentials' },
    });
  });
});

describe('what another process changes', () => {
  it('counts within a second: a login, then a logout', async () => {
    const source = new Source();
    source.kept = { tokens: undefined, canRenew: false };
    const credential = credentialOver(source);
    await failureOf(credential.ready());
    source.kept = { tokens: source.tokens('from a login'), canRenew: true };
    source.changes++;
    await vi.waitFor(() => expect(credential.headers()).toEqual(lines('from a login')), 2_000);
    source.kept = { tokens: undefined, canRenew: false };
    source.changes++;
    await vi.waitFor(() => expect(credential.headers()).toBeUndefined(), 2_000);
  });
});
