import { sql, type Kysely } from 'kysely';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { arePromisesWatched } from '../../../test/support/watched-promises.ts';
import { IDENTITY_PATHS } from './identity-paths.ts';
import { founder, openRig, PASSWORD, type Browser, type Reply, type Rig } from './people-rig.suite.ts';

let rig: Rig;
afterEach(async () => {
  vi.useRealTimers();
  await rig.close();
});

const EMAIL = 'ada@example.com';
const DAY_MS = 86_400_000;

async function withAda(options: Parameters<typeof openRig>[0] = {}): Promise<Browser> {
  rig = await openRig(options);
  return founder(rig, EMAIL);
}

function signIn(browser: Browser, password: string = PASSWORD, email: string = EMAIL): Promise<Reply> {
  return browser.post('/api/auth/sign-in/email', { email, password });
}

describe('signing in', () => {
  it('opens a session with the right password, whatever the case of the address', async () => {
    await withAda();
    const browser = rig.browser();
    expect((await signIn(browser, PASSWORD, 'ADA@example.com')).status).toBe(200);
    expect((await browser.get('/api/v1/me')).body).toMatchObject({ user: { name: 'Ada' } });
  });

  it('keeps the session in a cookie that scripts and other sites cannot use, and in no body', async () => {
    await withAda({ secureCookies: true });
    const browser = rig.browser();
    const reply = await signIn(browser);
    const [cookie = ''] = reply.headers.getSetCookie();
    expect(cookie).toMatch(/^__Secure-toolgate\.session_token=/);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; Secure/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).not.toMatch(/; Domain/i);
    const [token = ''] = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1)).split('.');
    expect(token.length).toBeGreaterThan(20);
    const session = await browser.get('/api/auth/get-session');
    expect(session.body).toMatchObject({ user: { email: EMAIL } });
    expect(JSON.stringify([reply.body, session.body])).not.toContain(token);
  });

  it('leaves no promise of the process watched, which would make each call of an agent dearer', async () => {
    const ada = await withAda();
    const browser = rig.browser();
    await signIn(browser, 'another password');
    await signIn(browser);
    await browser.post('/api/auth/request-password-reset', { email: EMAIL });
    for (const path of ['/api/v1/me', '/api/v1/me/sessions', '/api/v1/members', '/api/auth/get-session'])
      expect((await ada.get(path)).status).toBe(200);
    await ada.post('/api/auth/sign-out');
    await rig.identity.settled();
    expect(await arePromisesWatched()).toBe(false);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    await withAda();
    const wrong = await signIn(rig.browser(), 'another password');
    const unknown = await signIn(rig.browser(), 'another password', 'nobody@example.com');
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);
  });

  it('slows down guesses at one account, wherever they come from, and no other account', async () => {
    await withAda();
    const guess = async (address: string): Promise<Reply> => {
      const browser = rig.browser();
      browser.headers['x-test-address'] = address;
      return signIn(browser, 'another password');
    };
    for (let i = 0; i < 6; i++) expect((await guess(`198.51.100.${i}`)).status).toBe(i < 5 ? 401 : 429);
    const refused = await guess('198.51.100.9');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await signIn(rig.browser())).status).toBe(429);
    expect((await signIn(rig.browser(), 'x', 'bob@example.com')).status).toBe(401);
    rig.clock.at += 1000;
    expect((await signIn(rig.browser())).status).toBe(200);
    expect((await guess('198.51.100.1')).status).toBe(401);
  });

  it('takes ten guesses a minute from one address, at whatever accounts', async () => {
    await withAda();
    const statuses = [];
    for (let i = 0; i < 11; i++)
      statuses.push((await signIn(rig.browser(), 'x', `p${i}@example.com`)).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  });

  it('counts by our own word for the address, not by what a client says', async () => {
    await withAda();
    const statuses = [];
    for (let i = 0; i < 11; i++) {
      const browser = rig.browser();
      browser.headers['x-forwarded-for'] = `203.0.113.${i}`;
      browser.headers['x-toolgate-client-address'] = `203.0.113.${i}`;
      statuses.push((await signIn(browser, 'x', `p${i}@example.com`)).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });

  it('is over after signing out, for a copy of the cookie too', async () => {
    const browser = await withAda();
    const copy = rig.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    expect((await browser.post('/api/auth/sign-out')).status).toBe(200);
    expect((await copy.get('/api/v1/me')).status).toBe(401);
  });

  it('ends after a week, and is then forgotten', async () => {
    const browser = await withAda();
    const db = rig.store.control.identity.db as Kysely<unknown>;
    const sessions = async () => (await sql`SELECT "id" FROM "sessions"`.execute(db)).rows;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 86_400_000 });
    expect((await browser.get('/api/v1/me')).status).toBe(401);
    expect((await signIn(rig.browser())).status).toBe(200);
    expect(await sessions()).toHaveLength(1);
  });

  it.each(['/api/v1/me', '/api/auth/get-session'])('is prolonged, with a new cookie, by %s', async (path) => {
    const browser = await withAda();
    const [signedUp] = browser.cookies.values();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY_MS });
    const reply = await browser.get(path);
    expect(reply.headers.getSetCookie()).toEqual([expect.stringMatching(/; Max-Age=604800.*; HttpOnly/)]);
    expect([...browser.cookies.values()]).toEqual([signedUp]);
    const { body } = await browser.get('/api/v1/me/sessions');
    expect(body).toMatchObject({ items: [{ expiresAt: new Date(Date.now() + 7 * DAY_MS).toISOString() }] });
    vi.setSystemTime(Date.now() + 6 * DAY_MS);
    expect((await browser.get('/api/v1/members')).status).toBe(200);
  });

  it('lasts for as long as its person comes back within a week, and is prolonged once a day', async () => {
    const browser = await withAda();
    vi.useFakeTimers({ toFake: ['Date'] });
    const renewals: number[] = [];
    for (let hour = 0; hour <= 20 * 24; hour += 6) {
      const reply = await browser.get('/api/v1/me');
      expect(reply.status).toBe(200);
      if (reply.headers.has('set-cookie')) renewals.push(hour / 24);
      vi.setSystemTime(Date.now() + DAY_MS / 4);
    }
    expect(renewals).toEqual(Array.from({ length: 20 }, (_, day) => day + 1));
    vi.setSystemTime(Date.now() + 7 * DAY_MS);
    const late = await browser.get('/api/v1/me');
    expect([late.status, late.headers.getSetCookie()]).toEqual([401, []]);
  });

  it('ends after a day for who does not want to stay signed in', async () => {
    await withAda();
    const browser = rig.browser();
    await browser.post('/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD, rememberMe: false });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY_MS - 60_000 });
    const reply = await browser.get('/api/v1/me');
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([200, []]);
    vi.setSystemTime(Date.now() + 120_000);
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });

  it('that is ended while it is being prolonged is nobody’s', async () => {
    const browser = await withAda();
    const db = rig.store.control.identity.db as Kysely<unknown>;
    const ended = sql`CREATE TRIGGER "ended" BEFORE UPDATE OF "expiresAt" ON "sessions"
      BEGIN DELETE FROM "sessions" WHERE "id" = OLD."id"; END`;
    await ended.execute(db);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY_MS });
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });

  it('is prolonged by no other path', async () => {
    const browser = await withAda();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY_MS });
    for (const path of ['/me/sessions', '/me/sign-ins', '/members', '/sign-in-options', '/api-keys'])
      expect([path, (await browser.get(`/api/v1${path}`)).headers.getSetCookie()]).toEqual([path, []]);
    const made = await browser.post('/api/v1/api-keys', { label: 'ci', scopes: ['logs:read'] });
    expect([made.status, made.headers.getSetCookie()]).toEqual([201, []]);
    // a key counts where both are sent, and prolongs nothing
    browser.headers['authorization'] = `Bearer ${String(made.body['token'])}`;
    const asKey = await browser.get('/api/v1/me');
    expect([asKey.status, asKey.headers.getSetCookie()]).toEqual([403, []]);
    vi.setSystemTime(Date.now() + 5 * DAY_MS);
    delete browser.headers['authorization'];
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });

  it('does not hold with a cookie that was changed', async () => {
    const browser = await withAda();
    for (const [name, value] of browser.cookies) browser.cookies.set(name, `x${value}`);
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });

  it('ends all other sessions when the password is changed', async () => {
    const browser = await withAda();
    const other = rig.browser();
    await signIn(other);
    const newPassword = 'another horse battery';
    const wrong = await browser.post('/api/auth/change-password', { currentPassword: 'x', newPassword });
    expect(wrong.status).toBe(400);
    const changed = await browser.post('/api/auth/change-password', {
      currentPassword: PASSWORD,
      newPassword,
    });
    expect(changed.status).toBe(200);
    expect((await browser.get('/api/v1/me')).status).toBe(200);
    expect((await other.get('/api/v1/me')).status).toBe(401);
    expect((await signIn(rig.browser())).status).toBe(401);
    expect((await signIn(rig.browser(), newPassword)).status).toBe(200);
  });

  it('holds a changed password to the same rules', async () => {
    const browser = await withAda();
    for (const newPassword of ['short', EMAIL, 'administrator']) {
      const reply = await browser.post('/api/auth/change-password', {
        currentPassword: PASSWORD,
        newPassword,
      });
      expect([reply.status, reply.body['code']]).toEqual([422, 'people.password']);
    }
  });
});

describe('what other sites may send', () => {
  it('is refused with a session, from elsewhere or from nowhere', async () => {
    const browser = await withAda();
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:8751']) {
      browser.headers['origin'] = origin;
      for (const path of ['/api/auth/sign-out', '/api/v1/organisations']) {
        expect((await browser.post(path, { name: 'x' })).status, `${origin} ${path}`).toBe(403);
      }
    }
    delete browser.headers['origin'];
    expect((await browser.post('/api/auth/sign-out')).status).toBe(403);
    browser.headers['sec-fetch-site'] = 'cross-site';
    expect((await browser.post('/api/auth/sign-out')).status).toBe(403);
    expect((await browser.get('/api/v1/me')).status).toBe(200);
    browser.headers['sec-fetch-site'] = 'same-origin';
    expect((await browser.post('/api/auth/sign-out')).status).toBe(200);
  });

  it('cannot sign a person in to an account of its choosing', async () => {
    await withAda();
    const browser = rig.browser();
    browser.headers['origin'] = 'https://evil.example';
    expect((await signIn(browser)).status).toBe(403);
    expect(browser.cookies.size).toBe(0);
  });
});

describe('the paths of the library', () => {
  it('do not exist beyond those that are listed', async () => {
    const browser = await withAda();
    const hidden = [
      ['GET', '/list-sessions'],
      ['GET', '/ok'],
      ['GET', '/error'],
      ['GET', '/token'],
      ['GET', '/list-accounts'],
      ['POST', '/get-access-token'],
      ['POST', '/refresh-token'],
      ['POST', '/delete-user'],
      ['POST', '/change-email'],
      ['POST', '/set-password'],
      ['POST', '/update-session'],
      ['POST', '/two-factor/get-totp-uri'],
      ['POST', '/two-factor/view-backup-codes'],
      ['POST', '/two-factor/send-otp'],
      ['POST', '/unlink-account'],
      ['POST', '/callback/google'],
      ['GET', '/callback/../get-access-token'],
      ['POST', '/sign-in/email/'],
      ['POST', '//sign-in/email'],
      ['PUT', '/sign-in/email'],
      ['POST', '/__proto__'],
    ] as const;
    for (const [method, path] of hidden) {
      const { status } = await browser.send(method, `/api/auth${path}`, method === 'GET' ? undefined : {});
      expect(status, `${method} ${path}`).toBe(404);
    }
  });

  it('take only the members that their form has', async () => {
    const browser = await withAda();
    const bad = [
      ['/sign-in/email', { email: EMAIL, password: PASSWORD, callbackURL: 'https://evil.example' }],
      ['/sign-in/email', { email: [EMAIL], password: PASSWORD }],
      ['/sign-in/email', { email: EMAIL, password: 'x'.repeat(2000) }],
      ['/sign-in/social', { provider: 'corp', callbackURL: 'https://evil.example' }],
      ['/sign-in/social', { provider: 'corp', callbackURL: '//evil.example' }],
      ['/sign-in/social', { provider: 'corp', callbackURL: '/app/', idToken: { token: 'x' } }],
      ['/update-user', { name: 'Ada', image: 'https://evil.example/x.png' }],
      ['/update-user', { name: 'Ada', role: 'admin' }],
      ['/two-factor/verify-totp', { code: '000000', trustDevice: true }],
      ['/sign-out', 'no json'],
    ] as const;
    for (const [path, body] of bad) {
      const reply = await browser.post(`/api/auth${path}`, body);
      expect([path, reply.status, reply.body['code']]).toEqual([path, 400, 'people.body']);
    }
    expect((await browser.post('/api/auth/update-user', { name: 'x'.repeat(20_000) })).status).toBe(413);
  });

  it('all exist in the library', async () => {
    await withAda();
    for (const name of Object.keys(IDENTITY_PATHS)) {
      const [method = '', path = ''] = name.replace('*', 'none').split(' ');
      const browser = rig.browser();
      browser.headers['x-test-address'] = '203.0.113.7';
      const { status } = await browser.send(method, `/api/auth${path}`, method === 'GET' ? undefined : {});
      expect(status, name).not.toBe(404);
    }
  });
});
