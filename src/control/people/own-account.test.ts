import type { Kysely } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPostgres, type Postgres } from '../../../test/support/postgres.ts';
import { signInThrough, startIssuer, type TestIssuer } from './oidc-issuer.suite.ts';
import { founder, openRig, PASSWORD, type Browser, type Reply, type Rig } from './people-rig.suite.ts';

interface Session {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly address?: string;
  readonly agent?: string;
}

let postgres: Postgres | undefined;
beforeAll(async () => {
  postgres = await startPostgres();
}, 90_000);
afterAll(() => postgres?.stop());

let rig: Rig;
afterEach(async () => {
  vi.useRealTimers();
  await rig.close();
});

async function signedIn(agent: string, address = '192.0.2.7', email = 'ada@example.com'): Promise<Browser> {
  const browser = rig.browser();
  Object.assign(browser.headers, { 'user-agent': agent, 'x-test-address': address });
  const reply = await browser.post('/api/auth/sign-in/email', { email, password: PASSWORD });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return browser;
}

async function sessionsOf(browser: Browser): Promise<readonly Session[]> {
  const { status, body } = await browser.get('/api/v1/me/sessions');
  expect(status).toBe(200);
  return body['items'] as unknown as readonly Session[];
}

/** Bob, whom Ada invited. */
async function bob(ada: Browser): Promise<Browser> {
  const { body } = await ada.post('/api/v1/invitations', { email: 'bob@example.com' });
  const browser = rig.browser();
  const token = String(body['link']).split('#')[1];
  const entered = await browser.post('/api/v1/invitations/accept', {
    token,
    name: 'Bob',
    password: PASSWORD,
  });
  expect(entered.status).toBe(201);
  return browser;
}

describe.each(['SQLite', 'PostgreSQL'])('the sessions of a person, on %s', (kind) => {
  async function withAda(skip: (why: string) => void): Promise<Browser> {
    if (kind === 'PostgreSQL' && postgres === undefined) skip('no PostgreSQL');
    const databaseUrl = kind === 'PostgreSQL' ? await postgres?.createDatabase() : undefined;
    rig = await openRig(databaseUrl === undefined ? {} : { databaseUrl });
    return founder(rig);
  }

  it('are shown, the newest first, with where they come from and which one asks', async ({ skip }) => {
    const ada = await withAda(skip);
    const phone = await signedIn('Phone', '198.51.100.4');
    await bob(ada);
    expect(await sessionsOf(phone)).toMatchObject([
      { isCurrent: true, agent: 'Phone', address: '198.51.100.4' },
      { isCurrent: false, address: '192.0.2.1' },
    ]);
    expect((await sessionsOf(ada)).map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
  });

  it('end at once when the person says so, for a copy of the cookie too', async ({ skip }) => {
    const ada = await withAda(skip);
    const lost = await signedIn('Lost');
    const [session] = await sessionsOf(lost);
    const id = session?.id ?? '';
    expect((await ada.send('DELETE', `/api/v1/me/sessions/${id}`)).status).toBe(204);
    expect((await lost.get('/api/v1/me')).status).toBe(401);
    expect((await ada.get('/api/v1/me')).status).toBe(200);
    expect((await ada.send('DELETE', `/api/v1/me/sessions/${id}`)).status).toBe(404);
  });

  it('end everywhere but here, and nobody else’s', async ({ skip }) => {
    const ada = await withAda(skip);
    const other = await bob(ada);
    const others = [await signedIn('One'), await signedIn('Two')];
    expect((await ada.post('/api/v1/me/sessions/end-others')).body).toEqual({ ended: 2 });
    for (const browser of others) expect((await browser.get('/api/v1/me')).status).toBe(401);
    expect((await other.get('/api/v1/me')).status).toBe(200);
    expect((await sessionsOf(ada)).map(({ isCurrent }) => isCurrent)).toEqual([true]);
  });

  it('of somebody else can neither be seen nor ended', async ({ skip }) => {
    const ada = await withAda(skip);
    const other = await bob(ada);
    const [session] = await sessionsOf(ada);
    const id = session?.id ?? '';
    expect((await sessionsOf(other)).map((one) => one.id)).not.toContain(id);
    expect((await other.send('DELETE', `/api/v1/me/sessions/${id}`)).status).toBe(404);
    expect((await ada.get('/api/v1/me')).status).toBe(200);
  });

  it('are seen when they are used, to within five minutes', async ({ skip }) => {
    const ada = await withAda(skip);
    const phone = await signedIn('Phone');
    const seen = async (): Promise<readonly number[]> =>
      (await sessionsOf(ada)).map(({ lastSeenAt }) => Date.parse(lastSeenAt));
    const [before = 0] = await seen();
    rig.clock.at += 299_000;
    await phone.get('/api/v1/me');
    expect((await seen())[0]).toBe(before);
    rig.clock.at += 3_600_000;
    await phone.get('/api/v1/me');
    expect((await seen())[0]).toBe(rig.clock.at);
  });

  it('end later, each by itself, when their page asks who is there', async ({ skip }) => {
    const ada = await withAda(skip);
    await signedIn('Phone');
    const ends = async (): Promise<readonly number[]> =>
      (await sessionsOf(ada)).map(({ expiresAt }) => Date.parse(expiresAt));
    const [phone] = await ends();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 });
    await ada.get('/api/v1/me');
    expect(await ends()).toEqual([phone, Date.now() + 7 * 86_400_000]);
  });
});

describe('the sessions of a person', () => {
  it('are given without anything that opens one', async () => {
    rig = await openRig();
    const ada = await founder(rig);
    const secrets = [...ada.cookies.values()].flatMap((cookie) => decodeURIComponent(cookie).split('.'));
    const { body } = await ada.get('/api/v1/me/sessions');
    const [session] = body['items'] as unknown as readonly Session[];
    expect(Object.keys(session ?? {}).toSorted()).toEqual([
      'address',
      'createdAt',
      'expiresAt',
      'id',
      'isCurrent',
      'lastSeenAt',
    ]);
    for (const secret of secrets) expect(JSON.stringify(body)).not.toContain(secret);
    const thief = rig.browser();
    for (const name of ada.cookies.keys()) thief.cookies.set(name, session?.id ?? '');
    expect((await thief.get('/api/v1/me')).status).toBe(401);
  });

  it('come in pages', async () => {
    rig = await openRig();
    const ada = await founder(rig);
    await signedIn('One');
    await signedIn('Two');
    const first = await ada.get('/api/v1/me/sessions?limit=2');
    const rest = await ada.get(`/api/v1/me/sessions?limit=2&cursor=${String(first.body['next'])}`);
    const ids = [first, rest].flatMap(({ body }) => body['items'] as unknown as readonly Session[]);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
    expect(rest.body['next']).toBeUndefined();
  });

  it('are ended from a page of ours alone', async () => {
    rig = await openRig();
    const ada = await founder(rig);
    const lost = await signedIn('Lost');
    ada.headers['origin'] = 'https://evil.example';
    expect((await ada.post('/api/v1/me/sessions/end-others')).status).toBe(403);
    expect((await lost.get('/api/v1/me')).status).toBe(200);
  });
});

describe.each(['SQLite', 'PostgreSQL'])('the ways in of a person, on %s', (kind) => {
  let issuer: TestIssuer;
  afterEach(() => issuer.stop());

  async function open(skip: (why: string) => void): Promise<void> {
    issuer = await startIssuer();
    if (kind === 'PostgreSQL' && postgres === undefined) skip('no PostgreSQL');
    const databaseUrl = kind === 'PostgreSQL' ? await postgres?.createDatabase() : undefined;
    rig = await openRig({
      oidc: [issuer.settings, { ...issuer.settings, id: 'other', name: 'Other login' }],
      signUp: 'open',
      ...(databaseUrl !== undefined && { databaseUrl }),
    });
  }
  /** Joins an account at a provider that nobody can go to here. */
  async function join(browser: Browser, provider: string): Promise<void> {
    const { body } = await browser.get('/api/v1/me');
    const { id: userId } = body['user'] as unknown as { readonly id: string };
    const at = new Date(Date.now() + 1000).toISOString();
    await (rig.store.control.identity.db as Kysely<{ accounts: Record<string, string> }>)
      .insertInto('accounts')
      .values({
        id: `account_${provider}`,
        accountId: 'u1',
        providerId: provider,
        userId,
        createdAt: at,
        updatedAt: at,
      })
      .execute();
  }
  const waysOf = (browser: Browser): Promise<Reply> => browser.get('/api/v1/me/sign-ins');
  const idsOf = ({ body }: Reply): readonly string[] =>
    (body['providers'] as unknown as readonly { readonly id: string }[]).map(({ id }) => id);
  const unlink = (browser: Browser, id = ''): Promise<Reply> =>
    browser.send('DELETE', `/api/v1/me/sign-ins/${id}`);

  it('are a password, and the providers that were joined', async ({ skip }) => {
    await open(skip);
    const ada = await founder(rig);
    expect((await waysOf(ada)).body).toEqual({ password: true, providers: [] });
    await signInThrough(ada, '/api/auth/link-social');
    expect((await waysOf(ada)).body).toMatchObject({
      password: true,
      providers: [{ provider: 'corp', name: 'Corporate login', isOffered: true }],
    });
  });

  it('are fewer by a provider that was taken away, which then opens the account no more', async ({
    skip,
  }) => {
    await open(skip);
    const ada = await founder(rig);
    await signInThrough(ada, '/api/auth/link-social');
    const [id] = idsOf(await waysOf(ada));
    expect((await unlink(ada, id)).status).toBe(204);
    expect((await waysOf(ada)).body).toEqual({ password: true, providers: [] });
    const browser = rig.browser();
    expect((await signInThrough(browser)).headers.get('location')).toContain('account_not_linked');
    expect((await unlink(ada, id)).status).toBe(404);
  });

  it('are never none', async ({ skip }) => {
    await open(skip);
    const ada = rig.browser();
    await signInThrough(ada);
    const ways = await waysOf(ada);
    expect(ways.body).toMatchObject({ password: false });
    const refused = await unlink(ada, idsOf(ways)[0]);
    expect([refused.status, refused.body['code']]).toEqual([409, 'people.last_sign_in']);
    expect((await waysOf(ada)).body).toEqual(ways.body);
  });

  it('are never none, when the last two are taken away at once', async ({ skip }) => {
    await open(skip);
    const ada = rig.browser();
    await signInThrough(ada);
    await join(ada, 'other');
    const ids = idsOf(await waysOf(ada));
    const statuses = await Promise.all(ids.map(async (id) => (await unlink(ada, id)).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 409]);
    expect(idsOf(await waysOf(ada))).toHaveLength(1);
  });

  it('do not count a provider that the operator has taken away', async ({ skip }) => {
    await open(skip);
    const ada = rig.browser();
    await signInThrough(ada);
    await join(ada, 'gone');
    const ways = await waysOf(ada);
    expect(ways.body).toMatchObject({
      providers: [{ provider: 'corp' }, { provider: 'gone', name: 'gone', isOffered: false }],
    });
    const [corp, gone] = idsOf(ways);
    expect((await unlink(ada, corp)).status).toBe(409);
    expect((await unlink(ada, gone)).status).toBe(204);
  });

  it('of somebody else are not there', async ({ skip }) => {
    await open(skip);
    const ada = await founder(rig);
    await signInThrough(ada, '/api/auth/link-social');
    const [id] = idsOf(await waysOf(ada));
    const other = await bob(ada);
    expect((await unlink(other, id)).status).toBe(404);
    expect(idsOf(await waysOf(ada))).toEqual([id]);
  });
});
