import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCallers } from './callers.ts';
import { founder, openRig, type Browser, type Reply, type Rig } from './people-rig.suite.ts';
import { newToken } from './tokens.ts';

let rig: Rig;
let ada: Browser;
beforeEach(async () => {
  rig = await openRig({ signUp: 'open' });
  ada = await founder(rig);
});
afterEach(() => rig.close());

async function makeKey(fields: object = {}): Promise<{ token: string; id: string }> {
  const { status, body } = await ada.post('/api/v1/api-keys', {
    label: 'ci',
    scopes: ['members:read'],
    ...fields,
  });
  expect(status).toBe(201);
  return { token: String(body['token']), id: (body['key'] as unknown as { id: string }).id };
}

/** A script: no cookies, no origin. */
function script(token: string): Browser {
  const browser = rig.browser();
  delete browser.headers['origin'];
  browser.headers['authorization'] = `Bearer ${token}`;
  return browser;
}

async function keys(): Promise<readonly Record<string, unknown>[]> {
  return (await ada.get('/api/v1/api-keys')).body['items'] as unknown as Record<string, unknown>[];
}

describe('a key of the API', () => {
  it('does what its scopes allow, and nothing else', async () => {
    const { token } = await makeKey();
    expect(token).toMatch(/^tgk_[0-9A-Za-z]{49}$/);
    expect((await script(token).get('/api/v1/members')).status).toBe(200);
    const refused = await script(token).post('/api/v1/invitations', { email: 'bob@example.com' });
    expect([refused.status, refused.body['code']]).toEqual([403, 'forbidden.scope']);
    expect((await script(token).get('/api/v1/me')).status).toBe(403);
  });

  it('is shown once', async () => {
    const { token } = await makeKey();
    expect(JSON.stringify(await keys())).not.toContain(token);
    expect(JSON.stringify(rig.audit)).not.toContain(token);
  });

  it('counts where a session is sent too', async () => {
    const { token } = await makeKey();
    ada.headers['authorization'] = `Bearer ${token}`;
    expect((await ada.get('/api/v1/api-keys')).status).toBe(200);
    expect((await ada.post('/api/v1/api-keys', { label: 'x', scopes: ['logs:read'] })).status).toBe(403);
    ada.headers['authorization'] = `Bearer ${newToken('key')}`;
    expect((await ada.get('/api/v1/members')).status).toBe(401);
  });

  it('ends when it is revoked', async () => {
    const { token, id } = await makeKey();
    expect((await ada.send('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204);
    expect((await ada.send('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(404);
    expect((await script(token).get('/api/v1/members')).body['code']).toBe('people.key');
  });

  it('ends at its time', async () => {
    const expiresAt = new Date(rig.clock.at + 60_000).toISOString();
    const { token } = await makeKey({ expiresAt });
    rig.clock.at += 59_999;
    expect((await script(token).get('/api/v1/members')).status).toBe(200);
    rig.clock.at += 1;
    expect((await script(token).get('/api/v1/members')).status).toBe(401);
    const late = await ada.post('/api/v1/api-keys', { label: 'x', scopes: ['logs:read'], expiresAt });
    expect([late.status, late.body['code']]).toEqual([422, 'api_key.expired']);
  });

  it('has its last use noted, at most once a minute', async () => {
    const { token } = await makeKey();
    expect((await keys())[0]).toMatchObject({ lastUsedAt: null });
    const first = new Date(rig.clock.at).toISOString();
    await script(token).get('/api/v1/members');
    rig.clock.at += 59_999;
    await script(token).get('/api/v1/members');
    expect((await keys())[0]).toMatchObject({ lastUsedAt: first });
    rig.clock.at += 1;
    await script(token).get('/api/v1/members');
    expect((await keys())[0]).toMatchObject({ lastUsedAt: new Date(rig.clock.at).toISOString() });
  });

  it('gives nobody more than it has itself', async () => {
    const { token } = await makeKey({ scopes: ['members:read', 'members:write', 'logs:read'] });
    const make = (scopes: string[]): Promise<Reply> =>
      script(token).post('/api/v1/api-keys', { label: 'more', scopes });
    expect((await make(['logs:read'])).status).toBe(201);
    expect((await make(['logs:read', 'servers:write'])).body['code']).toBe('people.more_than_own');
    for (const role of ['viewer', 'admin']) {
      const reply = await script(token).post('/api/v1/invitations', { email: 'eve@example.com', role });
      expect([role, reply.body['code']]).toEqual([role, 'people.more_than_own']);
    }
    const { user } = (await ada.get('/api/v1/me')).body as unknown as { user: { id: string } };
    const reply = await script(token).send('PATCH', `/api/v1/members/${user.id}`, { isApprover: true });
    expect(reply.body['code']).toBe('people.more_than_own');
  });

  it('cannot decide held calls when whoever makes it cannot', async () => {
    const { user } = (await ada.get('/api/v1/me')).body as unknown as { user: { id: string } };
    await makeKey({ scopes: ['approvals:decide'] });
    await ada.send('PATCH', `/api/v1/members/${user.id}`, { isApprover: false });
    const reply = await ada.post('/api/v1/api-keys', { label: 'x', scopes: ['approvals:decide'] });
    expect(reply.body['code']).toBe('people.more_than_own');
  });

  it.each([
    ['no token', 'Bearer'],
    ['another scheme', 'Basic dGdrOg=='],
    ['a grant', `Bearer tg_${'0'.repeat(49)}`],
    ['a token that nobody has', `Bearer ${newToken('key')}`],
    ['a typing error', `Bearer ${newToken('key').slice(0, -1)}!`],
    ['something long', `Bearer ${'x'.repeat(8000)}`],
    ['nothing', ''],
  ])('is refused for %s', async (_, authorization) => {
    const browser = rig.browser();
    browser.headers['authorization'] = authorization;
    expect((await browser.get('/api/v1/members')).status).toBe(401);
  });
});

describe('the organisation of a person', () => {
  it('is the only one, the named one, or has to be said', async () => {
    await ada.post('/api/v1/organisations', { name: 'Second' });
    const unclear = await ada.get('/api/v1/members');
    expect([unclear.status, unclear.body['code']]).toEqual([400, 'people.which_organisation']);
    const choices = unclear.body['errors'] as unknown as { suggestion: string; message: string }[];
    expect(choices.map(({ message }) => message)).toEqual([
      'default: Analytics',
      expect.stringMatching(/^org_.*: Second$/),
    ]);
    expect((await ada.get('/api/v1/me')).body).toMatchObject({ organisation: null });
    ada.headers['toolgate-organisation'] = choices[1]?.suggestion ?? '';
    expect((await ada.get('/api/v1/me')).body).toMatchObject({ organisation: { name: 'Second' } });
    expect((await ada.get('/api/v1/members')).status).toBe(200);
  });

  it('does not exist when it is another’s, exactly as when it is nobody’s', async () => {
    const bob = await founder(rig, 'bob@example.com', 'Builders');
    const replies = [];
    for (const organisation of ['default', 'none', '']) {
      bob.headers['toolgate-organisation'] = organisation;
      replies.push(await bob.get('/api/v1/members'));
    }
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(replies[1]?.body).toEqual(replies[0]?.body);
  });

  it('is the key’s own, whatever the header says', async () => {
    const { token } = await makeKey();
    const bob = await founder(rig, 'bob@example.com', 'Builders');
    const { organisation } = (await bob.get('/api/v1/me')).body as unknown as {
      organisation: { id: string };
    };
    const browser = script(token);
    browser.headers['toolgate-organisation'] = organisation.id;
    const items = (await browser.get('/api/v1/members')).body['items'] as unknown as { email: string }[];
    expect(items.map(({ email }) => email)).toEqual(['ada@example.com']);
  });
});

describe('a person who asks several things at once', () => {
  const requestOf = (method: string, cookie = 'session=ada'): Request =>
    new Request('http://127.0.0.1/api/v1/me', { method, headers: { cookie } });
  function counted() {
    const seen: string[] = [];
    const callerOf = createCallers({
      identity: {
        async session(headers) {
          const cookie = headers.get('cookie') ?? '';
          seen.push(cookie);
          await setImmediate();
          const user = { id: cookie, name: cookie, email: 'ada@example.com', twoFactorEnabled: false };
          return { user, sessionId: cookie, isDue: false };
        },
      },
      organisations: { ofUser: async () => [] },
      apiKeys: { behind: async () => undefined, touch: async () => {} },
    });
    return { seen, ask: (request: Request) => callerOf(request, 'person') };
  }

  it('is looked up once, and anew for what is asked after the answer', async () => {
    const { seen, ask } = counted();
    const callers = await Promise.all(Array.from({ length: 5 }, () => ask(requestOf('GET'))));
    expect(callers.map((caller) => caller && 'id' in caller && caller.id)).toEqual(
      Array(5).fill('session=ada'),
    );
    expect(seen).toHaveLength(1);
    await ask(requestOf('GET'));
    expect(seen).toHaveLength(2);
  });

  it('is not taken for somebody else, and is looked up for each change', async () => {
    const { seen, ask } = counted();
    const [ada, grace] = await Promise.all([
      ask(requestOf('GET')),
      ask(requestOf('GET', 'session=grace')),
      ask(requestOf('POST')),
      ask(requestOf('DELETE')),
    ]);
    expect([ada, grace]).toMatchObject([{ id: 'session=ada' }, { id: 'session=grace' }]);
    expect(seen).toHaveLength(4);
  });
});
