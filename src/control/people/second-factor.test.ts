import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { founder, openRig, PASSWORD, type Browser, type Reply, type Rig } from './people-rig.suite.ts';

let rig: Rig;
let ada: Browser;
beforeEach(async () => {
  rig = await openRig();
  ada = await founder(rig);
});
afterEach(() => rig.close());

/** What an authenticator app shows (RFC 6238): six digits for half a minute. */
function codeOf(uri: string, at = Date.now()): string {
  const bits = [...(new URL(uri).searchParams.get('secret') ?? '')]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A code that is certainly not the one of now. */
function wrongCode(uri: string): string {
  return codeOf(uri) === '000000' ? '111111' : '000000';
}

async function enrol(): Promise<{ uri: string; backupCodes: readonly string[] }> {
  const { body } = await ada.post('/api/auth/two-factor/enable', { password: PASSWORD });
  const uri = String(body['totpURI']);
  expect((await ada.post('/api/auth/two-factor/verify-totp', { code: codeOf(uri) })).status).toBe(200);
  return { uri, backupCodes: body['backupCodes'] as unknown as string[] };
}

function signIn(browser: Browser): Promise<Reply> {
  return browser.post('/api/auth/sign-in/email', { email: 'ada@example.com', password: PASSWORD });
}

describe('a second factor', () => {
  it('is asked for once a code has shown that the app has the secret', async () => {
    const { body } = await ada.post('/api/auth/two-factor/enable', { password: PASSWORD });
    const uri = String(body['totpURI']);
    expect((await signIn(rig.browser())).body).not.toHaveProperty('twoFactorRedirect');
    expect((await ada.post('/api/auth/two-factor/verify-totp', { code: wrongCode(uri) })).status).toBe(401);
    expect((await ada.get('/api/v1/me')).body).toMatchObject({ user: { twoFactorEnabled: false } });
    await ada.post('/api/auth/two-factor/verify-totp', { code: codeOf(uri) });
    expect((await ada.get('/api/v1/me')).body).toMatchObject({ user: { twoFactorEnabled: true } });
    expect((await signIn(rig.browser())).body).toMatchObject({ twoFactorRedirect: true });
  });

  it('keeps a person out who has only the password, and lets in with a code', async () => {
    const { uri } = await enrol();
    const browser = rig.browser();
    await signIn(browser);
    expect((await browser.get('/api/v1/me')).status).toBe(401);
    expect((await browser.post('/api/auth/two-factor/verify-totp', { code: wrongCode(uri) })).status).toBe(
      401,
    );
    expect((await browser.get('/api/v1/me')).status).toBe(401);
    const reply = await browser.post('/api/auth/two-factor/verify-totp', { code: codeOf(uri) });
    expect(reply.status).toBe(200);
    expect(reply.body).not.toHaveProperty('token');
    expect((await browser.get('/api/v1/me')).status).toBe(200);
  });

  it('takes each backup code once', async () => {
    const { backupCodes } = await enrol();
    const [code = ''] = backupCodes;
    expect(backupCodes).toHaveLength(10);
    const first = rig.browser();
    await signIn(first);
    expect((await first.post('/api/auth/two-factor/verify-backup-code', { code })).status).toBe(200);
    expect((await first.get('/api/v1/me')).status).toBe(200);
    const second = rig.browser();
    await signIn(second);
    expect((await second.post('/api/auth/two-factor/verify-backup-code', { code })).status).toBe(401);
  });

  it('replaces all backup codes by new ones, for the password', async () => {
    const { backupCodes } = await enrol();
    expect((await ada.post('/api/auth/two-factor/generate-backup-codes', { password: 'x' })).status).toBe(
      400,
    );
    const { body } = await ada.post('/api/auth/two-factor/generate-backup-codes', { password: PASSWORD });
    const [fresh = ''] = body['backupCodes'] as unknown as string[];
    const browser = rig.browser();
    await signIn(browser);
    const old = await browser.post('/api/auth/two-factor/verify-backup-code', { code: backupCodes[0] });
    expect(old.status).toBe(401);
    expect((await browser.post('/api/auth/two-factor/verify-backup-code', { code: fresh })).status).toBe(200);
  });

  it('cannot be guessed: five wrong codes end the sign-in', async () => {
    const { uri } = await enrol();
    const browser = rig.browser();
    await signIn(browser);
    const statuses = [];
    for (let i = 0; i < 6; i++) {
      const reply = await browser.post('/api/auth/two-factor/verify-totp', { code: wrongCode(uri) });
      statuses.push(reply.status);
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect((await browser.post('/api/auth/two-factor/verify-totp', { code: codeOf(uri) })).status).not.toBe(
      200,
    );
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });

  it('is given up for the password alone, by the person who is signed in', async () => {
    await enrol();
    expect((await ada.post('/api/auth/two-factor/disable', { password: 'wrong' })).status).toBe(400);
    expect((await ada.post('/api/auth/two-factor/disable', { password: PASSWORD })).status).toBe(200);
    const browser = rig.browser();
    await signIn(browser);
    expect((await browser.get('/api/v1/me')).status).toBe(200);
  });

  it('has nothing to say to somebody who gave no password', async () => {
    const { uri } = await enrol();
    const reply = await rig.browser().post('/api/auth/two-factor/verify-totp', { code: codeOf(uri) });
    expect(reply.status).toBe(401);
  });
});
