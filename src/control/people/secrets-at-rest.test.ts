import { createHmac } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '#platform';
import { founder, openRig, PASSWORD, SECRET, type Rig } from './people-rig.suite.ts';

let rig: Rig;
afterEach(() => rig.close());

/** Every table as one text, as whoever has a copy of the database reads it. */
async function everything(): Promise<string> {
  const db = rig.store.control.identity.db as Kysely<unknown>;
  const { rows: tables } = await sql<{
    name: string;
  }>`SELECT name FROM sqlite_master WHERE type = 'table'`.execute(db);
  const contents = [];
  for (const { name } of tables)
    contents.push((await sql`SELECT * FROM ${sql.table(name)}`.execute(db)).rows);
  return JSON.stringify(contents);
}

describe('a copy of the database', () => {
  it('holds nothing with which somebody could sign in, reset a password, enter or use a key', async () => {
    const lines: string[] = [];
    rig = await openRig({
      hashing: 'full',
      log: createLog('debug', { write: (line: string) => void lines.push(line) }),
    });
    const ada = await founder(rig);
    const secrets = [PASSWORD];
    for (const cookie of ada.cookies.values()) secrets.push(...decodeURIComponent(cookie).split('.'));

    await rig.browser().post('/api/auth/request-password-reset', { email: 'ada@example.com' });
    await rig.identity.settled();
    secrets.push(rig.printed[0]?.url.split('#')[1] ?? '');

    const { body: factor } = await ada.post('/api/auth/two-factor/enable', { password: PASSWORD });
    const base32 = new URL(String(factor['totpURI'])).searchParams.get('secret') ?? '';
    secrets.push(base32, ...(factor['backupCodes'] as unknown as string[]));

    const { body: invited } = await ada.post('/api/v1/invitations', { email: 'bob@example.com' });
    secrets.push(String(invited['link']).split('#')[1] ?? '');
    const { body: made } = await ada.post('/api/v1/api-keys', { label: 'ci', scopes: ['logs:read'] });
    secrets.push(String(made['token']));

    expect(secrets).toHaveLength(17);
    const contents = await everything();
    expect(contents).toContain('ada@example.com'); // the scan reads what is there
    expect(contents).toContain('bob@example.com');
    expect(contents).toMatch(/"scrypt\$15\$8\$3\$/);
    const found = secrets.filter((secret) => secret.length < 10 || contents.includes(secret));
    expect(found).toEqual([]);
    // TOTP secrets are kept, before encryption, as the text that base32 encodes
    expect(contents).not.toContain(textOf(base32));
    expect(secrets.filter((secret) => lines.join('').includes(secret))).toEqual([]);
  });

  it('holds no session that its own stored form would open', async () => {
    rig = await openRig();
    await founder(rig);
    const db = rig.store.control.identity.db as Kysely<unknown>;
    const { rows } = await sql<{ token: string }>`SELECT "token" FROM "sessions"`.execute(db);
    const stored = rows[0]?.token ?? '';
    // the worst case: whoever has the copy has the secret too
    const signature = createHmac('sha256', SECRET).update(stored).digest('base64');
    const browser = rig.browser();
    browser.cookies.set('toolgate.session_token', encodeURIComponent(`${stored}.${signature}`));
    expect(stored).not.toBe('');
    expect((await browser.get('/api/v1/me')).status).toBe(401);
  });
});

function textOf(base32: string): string {
  const bits = [...base32]
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString();
}
