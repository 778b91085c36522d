import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signInThrough, startIssuer, walk, type TestIssuer } from './oidc-issuer.suite.ts';
import { founder, openRig, PASSWORD, type Rig } from './people-rig.suite.ts';

let issuer: TestIssuer;
let rig: Rig;
beforeEach(async () => {
  issuer = await startIssuer();
  rig = await openRig({ oidc: [issuer.settings], signUp: 'open' });
});
afterEach(async () => {
  await rig.close();
  await issuer.stop();
});

describe('signing in with an issuer of OpenID Connect', () => {
  it('makes an account, which has no organisation until it founds or enters one', async () => {
    const browser = rig.browser();
    const back = await signInThrough(browser);
    expect([back.status, back.headers.get('location')]).toEqual([302, '/app/']);
    const me = await browser.get('/api/v1/me');
    expect(me.body).toMatchObject({
      user: { email: 'ada@example.com', name: 'Ada L.' },
      providers: ['corp'],
      memberships: [],
      organisation: null,
      rights: [],
      mayFound: true,
    });
    expect((await browser.get('/api/v1/members')).status).toBe(403);
    expect((await browser.post('/api/v1/organisations', { name: 'Analytics' })).status).toBe(201);
    expect((await browser.get('/api/v1/members')).status).toBe(200);
  });

  it('finds the same account again, by the issuer’s own id for the person', async () => {
    await signInThrough(rig.browser());
    issuer.account = { ...issuer.account, email: 'ada@married.example' };
    const browser = rig.browser();
    await signInThrough(browser);
    expect((await browser.get('/api/v1/me')).body).toMatchObject({ user: { email: 'ada@example.com' } });
  });

  it('calls a person by the address where the issuer gives no name', async () => {
    issuer.account = { sub: 'u2', email: 'grace@example.com', email_verified: true };
    const browser = rig.browser();
    await signInThrough(browser);
    expect((await browser.get('/api/v1/me')).body).toMatchObject({ user: { name: 'grace' } });
  });

  it('does not open an account with a password whose address nobody proved', async () => {
    await founder(rig);
    const browser = rig.browser();
    const back = await signInThrough(browser);
    expect(back.headers.get('location')).toContain('account_not_linked');
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });

  it('is joined to such an account by the person who is signed in to it', async () => {
    const ada = await founder(rig);
    await signInThrough(ada, '/api/auth/link-social');
    const browser = rig.browser();
    await signInThrough(browser);
    expect((await browser.get('/api/v1/me')).body).toMatchObject({
      user: { name: 'Ada', email: 'ada@example.com' },
      organisation: { id: 'default' },
    });
  });

  it('refuses a way back that another browser began', async () => {
    const ada = rig.browser();
    const begun = await ada.post('/api/auth/sign-in/social', { provider: 'corp', callbackURL: '/app/' });
    const back = await walk(String(begun.body['url']));
    const victim = rig.browser();
    expect((await victim.get(back)).headers.get('location')).toContain('error=');
    expect((await victim.get('/api/v1/me')).status).toBe(401);
  });

  it('takes a way back once', async () => {
    const ada = rig.browser();
    const begun = await ada.post('/api/auth/sign-in/social', { provider: 'corp', callbackURL: '/app/' });
    const back = await walk(String(begun.body['url']));
    expect((await ada.get(back)).headers.get('location')).toBe('/app/');
    const again = rig.browser();
    for (const [name, value] of ada.cookies) if (!name.includes('session')) again.cookies.set(name, value);
    expect((await again.get(back)).headers.get('location')).toContain('error=');
    expect((await again.get('/api/v1/me')).status).toBe(401);
  });

  it('keeps no token of the issuer', async () => {
    await signInThrough(rig.browser());
    const db = rig.store.control.identity.db as Kysely<unknown>;
    const { rows } = await sql`SELECT "accessToken", "refreshToken", "idToken" FROM "accounts"`.execute(db);
    expect(rows).toEqual([{ accessToken: null, refreshToken: null, idToken: null }]);
    expect(issuer.seen).toContain('POST /token');
  });

  it('asks nothing of an issuer until somebody signs in there, so that one that is away stops nobody else', async () => {
    await issuer.stop();
    const ada = await founder(rig);
    expect((await ada.get('/api/v1/sign-in-options')).body).toMatchObject({
      providers: [{ id: 'corp', name: 'Corporate login' }],
    });
    expect(issuer.seen).toEqual([]);
    const reply = await signInThrough(rig.browser());
    expect(reply.status).toBe(404);
    const again = await rig
      .browser()
      .post('/api/auth/sign-in/email', { email: 'ada@example.com', password: PASSWORD });
    expect(again.status).toBe(200);
  });

  it('knows no issuer that is not configured', async () => {
    const reply = await rig
      .browser()
      .post('/api/auth/sign-in/social', { provider: 'google', callbackURL: '/app/' });
    expect(reply.status).toBe(404);
    expect((await rig.browser().get('/api/auth/callback/other?code=x&state=y')).status).not.toBe(200);
  });
});
