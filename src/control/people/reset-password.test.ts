import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLog, type Mail } from '#platform';
import {
  founder,
  mailTo,
  openRig,
  ORIGIN,
  PASSWORD,
  type Browser,
  type Reply,
  type Rig,
} from './people-rig.suite.ts';

let rig: Rig;
afterEach(async () => {
  vi.useRealTimers();
  await rig.close();
});

const EMAIL = 'ada@example.com';
const NEW = 'another horse battery';
const LINK = new RegExp(`^${ORIGIN}/app/reset-password#([\\w-]{20,})$`, 'm');

async function withAda(mails?: Mail[]): Promise<Browser> {
  rig = await openRig({ ...(mails && { mail: mailTo(mails) }) });
  return founder(rig, EMAIL);
}

async function ask(email: string = EMAIL): Promise<Reply> {
  const reply = await rig.browser().post('/api/auth/request-password-reset', { email });
  await rig.identity.settled();
  return reply;
}

function reset(token: string | undefined, newPassword: string = NEW): Promise<Reply> {
  return rig.browser().post('/api/auth/reset-password', { token, newPassword });
}

async function signInStatus(password: string): Promise<number> {
  return (await rig.browser().post('/api/auth/sign-in/email', { email: EMAIL, password })).status;
}

describe('a forgotten password', () => {
  it('is replaced through a link that is mailed, which ends all sessions', async () => {
    const mails: Mail[] = [];
    const browser = await withAda(mails);
    await ask();
    expect(mails.map(({ to }) => to)).toEqual([EMAIL]);
    const token = LINK.exec(mails[0]?.text ?? '')?.[1];
    expect((await reset(token)).status).toBe(200);
    expect((await browser.get('/api/v1/me')).status).toBe(401);
    expect(await signInStatus(PASSWORD)).toBe(401);
    expect(await signInStatus(NEW)).toBe(200);
    expect(rig.printed).toEqual([]);
  });

  it('is replaced through a link that the operator is shown where there is no mail', async () => {
    await withAda();
    await ask();
    expect(rig.printed.map(({ email }) => email)).toEqual([EMAIL]);
    expect((await reset(LINK.exec(rig.printed[0]?.url ?? '')?.[1])).status).toBe(200);
    expect(await signInStatus(NEW)).toBe(200);
  });

  it('has the same answer for an address without an account, to which nothing is sent', async () => {
    const mails: Mail[] = [];
    await withAda(mails);
    const known = await ask();
    const unknown = await ask('nobody@example.com');
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
    expect(mails).toHaveLength(1);
  });

  it('is answered before the mail is sent, so that nobody can tell by the time', async () => {
    let accept = (): void => undefined;
    const accepted = new Promise<void>((resolve) => (accept = resolve));
    const mails: Mail[] = [];
    rig = await openRig({
      mail: { send: (mail) => accepted.then(() => void mails.push(mail)), close: () => undefined },
    });
    await founder(rig, EMAIL);
    const reply = await rig.browser().post('/api/auth/request-password-reset', { email: EMAIL });
    expect([reply.status, mails.length]).toEqual([200, 0]);
    accept();
    await rig.identity.settled();
    expect(mails).toHaveLength(1);
  });

  it('is answered all the same when the mail server fails, which is logged without the link', async () => {
    const lines: string[] = [];
    rig = await openRig({
      mail: { send: () => Promise.reject(new Error('the server is away')), close: () => undefined },
      log: createLog('info', { write: (line: string) => void lines.push(line) }),
    });
    await founder(rig, EMAIL);
    expect((await ask()).status).toBe(200);
    expect(lines.join('')).toContain('the server is away');
    expect(lines.join('')).not.toContain('reset-password#');
  });

  it('takes a link once', async () => {
    await withAda();
    await ask();
    const token = LINK.exec(rig.printed[0]?.url ?? '')?.[1];
    const replies = await Promise.all([reset(token), reset(token, 'yet another battery')]);
    expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400]);
    expect((await reset(token)).status).toBe(400);
  });

  it('takes a link for an hour', async () => {
    await withAda();
    await ask();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 });
    expect((await reset(LINK.exec(rig.printed[0]?.url ?? '')?.[1])).status).toBe(400);
    vi.useRealTimers();
    expect(await signInStatus(PASSWORD)).toBe(200);
  });

  it('is held to the same rules', async () => {
    await withAda();
    await ask();
    const token = LINK.exec(rig.printed[0]?.url ?? '')?.[1];
    for (const bad of ['short', EMAIL, 'qwertyuiop']) {
      expect((await reset(token, bad)).body['code']).toBe('people.password');
    }
    expect((await reset(token)).status).toBe(200);
  });

  it('sends three links an hour to one address, and says nothing of it', async () => {
    await withAda();
    for (let i = 0; i < 5; i++) expect((await ask()).status).toBe(200);
    expect(rig.printed).toHaveLength(3);
    rig.clock.at += 3_600_000;
    await ask();
    expect(rig.printed).toHaveLength(4);
  });

  it.each(['', 'x', 'reset-password:x', '%00'])('refuses the token %j', async (token) => {
    await withAda();
    expect((await reset(token)).status).toBe(400);
  });
});
