import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { founder, openRig, PASSWORD, type Browser, type Rig } from './people-rig.suite.ts';

let rig: Rig;
let ada: Browser;
beforeEach(async () => {
  rig = await openRig();
  ada = await founder(rig);
});
afterEach(() => rig.close());

interface Entry {
  readonly user: string;
  readonly email: string;
  readonly role: string;
}

async function members(browser: Browser = ada): Promise<readonly Entry[]> {
  return (await browser.get('/api/v1/members')).body['items'] as unknown as Entry[];
}

async function idOf(email: string): Promise<string> {
  return (await members()).find((member) => member.email === email)?.user ?? '';
}

/** Brings somebody in with a role. */
async function join(email: string, role: string): Promise<Browser> {
  const { body } = await ada.post('/api/v1/invitations', { email, role });
  const browser = rig.browser();
  const token = String(body['link']).split('#')[1];
  await browser.post('/api/v1/invitations/accept', { token, name: email, password: PASSWORD });
  return browser;
}

describe('the members of an organisation', () => {
  it('are seen by all of them, and changed by administrators alone', async () => {
    const bob = await join('bob@example.com', 'policy_manager');
    expect((await members(bob)).map(({ role }) => role)).toEqual(['admin', 'policy_manager']);
    const target = await idOf('ada@example.com');
    const attempts = [
      bob.send('PATCH', `/api/v1/members/${target}`, { role: 'viewer' }),
      bob.send('DELETE', `/api/v1/members/${target}`),
      bob.post('/api/v1/invitations', { email: 'eve@example.com' }),
      bob.get('/api/v1/invitations'),
      bob.get('/api/v1/api-keys'),
      bob.post('/api/v1/api-keys', { label: 'x', scopes: ['policies:read'] }),
      bob.send('PATCH', '/api/v1/organisation', { name: 'Mine' }),
    ];
    expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual(Array<number>(7).fill(403));
  });

  it('get another role or the right to approve, which counts for the next request', async () => {
    const bob = await join('bob@example.com', 'viewer');
    const id = await idOf('bob@example.com');
    const reply = await ada.send('PATCH', `/api/v1/members/${id}`, { role: 'admin', isApprover: true });
    expect(reply.body).toMatchObject({ user: id, role: 'admin', isApprover: true });
    expect((await bob.get('/api/v1/me')).body['rights']).toContain('approvals:decide');
    expect((await bob.get('/api/v1/invitations')).status).toBe(200);
    expect(rig.audit.at(-1)).toMatchObject({
      action: 'member.change',
      detail: { role: { from: 'viewer', to: 'admin' }, isApprover: true },
    });
  });

  it('are out at once when they are removed', async () => {
    const bob = await join('bob@example.com', 'admin');
    expect((await ada.send('DELETE', `/api/v1/members/${await idOf('bob@example.com')}`)).status).toBe(204);
    expect((await bob.get('/api/v1/members')).status).toBe(403);
    expect((await bob.get('/api/v1/me')).body).toMatchObject({ memberships: [], rights: [] });
  });

  it('always have an administrator among them', async () => {
    const id = await idOf('ada@example.com');
    const demoted = await ada.send('PATCH', `/api/v1/members/${id}`, { role: 'viewer' });
    const removed = await ada.send('DELETE', `/api/v1/members/${id}`);
    for (const { status, body } of [demoted, removed])
      expect([status, body['code']]).toEqual([409, 'member.last_admin']);
    await join('bob@example.com', 'admin');
    expect((await ada.send('DELETE', `/api/v1/members/${id}`)).status).toBe(204);
  });

  it('keep an administrator when two demote each other at once', async () => {
    const bob = await join('bob@example.com', 'admin');
    const [a, b] = [await idOf('ada@example.com'), await idOf('bob@example.com')];
    const replies = await Promise.all([
      ada.send('PATCH', `/api/v1/members/${b}`, { role: 'viewer' }),
      bob.send('PATCH', `/api/v1/members/${a}`, { role: 'viewer' }),
    ]);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each(['user_none', '__proto__', '..', "' OR 1=1"])('do not include %j', async (user) => {
    const path = `/api/v1/members/${encodeURIComponent(user)}`;
    expect((await ada.send('PATCH', path, { role: 'viewer' })).status).toBe(404);
    expect((await ada.send('DELETE', path)).status).toBe(404);
  });

  it('are told the new name of their organisation', async () => {
    const bob = await join('bob@example.com', 'viewer');
    expect((await ada.send('PATCH', '/api/v1/organisation', { name: 'Engines' })).body).toMatchObject({
      name: 'Engines',
    });
    expect((await bob.get('/api/v1/me')).body).toMatchObject({ organisation: { name: 'Engines' } });
  });
});
