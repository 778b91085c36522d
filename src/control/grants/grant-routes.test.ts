import { describe, expect, it } from 'vitest';
import { hashGrantToken, isGrantToken } from '#platform';
import { keyWith, START } from '../api.suite.ts';
import { mint, openGrants } from './grants.suite.ts';

const iso = (at: number): string => new Date(at).toISOString();

describe('minting a grant', () => {
  it('shows its token once, and keeps only a hash of it', async () => {
    const test = await openGrants();
    const expiresAt = iso(START + 60_000);
    const { status, body } = await test.ask('POST', '/grants', {
      body: {
        server: 'crm',
        label: ' newsletter ',
        policy: 'main',
        expiresAt,
        addresses: ['10.0.0.0/8', '::1'],
      },
    });
    expect(status).toBe(201);
    const { id, token, ...rest } = body as { id: string; token: string };
    expect(isGrantToken(token)).toBe(true);
    const shown = {
      label: 'newsletter',
      server: 'crm',
      policy: 'main',
      managed: true,
      state: 'live',
      createdAt: iso(START),
      expiresAt,
      addresses: ['10.0.0.0/8', '::1/128'],
    };
    expect(rest).toEqual(shown);
    expect((await test.ask('GET', `/grants/${id}`)).body).toEqual({ id, ...shown });
    const [stored] = await test.store.grants.ofOrganisation('acme');
    expect(stored).toMatchObject({ id, tokenHash: hashGrantToken(token), organisation: 'acme' });
    const elsewhere = [
      (await test.ask('GET', '/grants')).body,
      await test.store.control.audit.list('acme', { limit: 9 }),
      test.notified,
      test.logged(),
    ];
    expect(JSON.stringify(elsewhere)).not.toContain(token);
    expect(JSON.stringify(elsewhere)).not.toContain(hashGrantToken(token));
  });

  it('is told and put into the audit log', async () => {
    const test = await openGrants();
    const { id } = await mint(test, { policy: 'main' });
    expect(await test.store.control.audit.list('acme', { limit: 9 })).toMatchObject([
      {
        action: 'grant.mint',
        target: `grant:${id}`,
        detail: '{"label":"agent","policy":"main","server":"crm"}',
      },
    ]);
    expect(test.notified).toMatchObject([
      { event: 'grant.minted', organisation: 'acme', facts: { grant: id } },
    ]);
  });

  it('gives the same token for a repeated request with a key, and mints one grant', async () => {
    const test = await openGrants();
    const options = { body: { server: 'crm', label: 'agent' }, headers: { 'idempotency-key': 'one' } };
    const [first, again] = [
      await test.ask('POST', '/grants', options),
      await test.ask('POST', '/grants', options),
    ];
    expect(again.body).toEqual(first.body);
    expect(await test.store.grants.ofOrganisation('acme')).toHaveLength(1);
  });

  it('refuses a policy that is not in force, and names those that are', async () => {
    const { ask } = await openGrants();
    const body = { server: 'crm', label: 'agent' };
    for (const policy of ['next', 'xyzzy', 'from-file', '__proto__']) {
      expect((await ask('POST', '/grants', { body: { ...body, policy } })).body).toMatchObject({
        status: 422,
        code: 'grant.policy',
        hint: 'In force are: main.',
        errors: [{ pointer: '/policy' }],
      });
    }
    expect(
      await ask('POST', '/grants', { body: { server: 'declared', label: 'a', policy: 'from-file' } }),
    ).toMatchObject({ status: 201 });
  });

  it.each<[string, object, string]>([
    ['a server of another organisation', { server: 'theirs' }, '/server'],
    ['no label', { label: '  ' }, '/label'],
    ['a long label', { label: 'x'.repeat(101) }, '/label'],
    ['a label that could forge a line', { label: 'a\nb' }, '/label'],
    ['a label in another order than it has', { label: 'a\u202eb' }, '/label'],
    ['an end in the past', { expiresAt: iso(START) }, '/expiresAt'],
    ['an end that is no time', { expiresAt: 'tomorrow' }, '/expiresAt'],
    ['a range that is none', { addresses: ['10.0.0.0/33'] }, '/addresses/0'],
    ['a host name', { addresses: ['10.0.0.1', 'localhost'] }, '/addresses/1'],
    ['no address at all', { addresses: [] }, '/addresses'],
    ['too many ranges', { addresses: Array.from({ length: 51 }, (_, i) => `10.0.0.${i}`) }, '/addresses'],
    ['a token of its own', { token: 'tg_mine' }, '/token'],
  ])('refuses %s', async (_what, fields, pointer) => {
    const { ask, store } = await openGrants();
    const { status, body } = await ask('POST', '/grants', {
      body: { server: 'crm', label: 'agent', ...fields },
    });
    expect([status, (body as { errors: readonly { pointer: string }[] }).errors[0]?.pointer]).toEqual([
      422,
      pointer,
    ]);
    expect(await store.grants.ofOrganisation('acme')).toEqual([]);
  });

  it('refuses a label that a live grant of the server has', async () => {
    const test = await openGrants();
    const { id } = await mint(test);
    const body = { server: 'crm', label: 'agent' };
    expect((await test.ask('POST', '/grants', { body })).body).toMatchObject({
      status: 409,
      code: 'grant.label_taken',
    });
    await test.ask('DELETE', `/grants/${id}`);
    expect((await test.ask('POST', '/grants', { body })).status).toBe(201);
  });
});

describe('the grants of an organisation', () => {
  it('come oldest first, by server, in pages, with their state', async () => {
    const test = await openGrants();
    const ids: string[] = [];
    for (const [label, server] of [
      ['a', 'crm'],
      ['b', 'declared'],
      ['c', 'crm'],
    ] as const) {
      ids.push(
        (await mint(test, { label, server, ...(label === 'a' && { expiresAt: iso(START + 10) }) })).id,
      );
      test.clock.advance(5);
    }
    await test.ask('POST', `/grants/${ids[2]}/revoke`);
    const first = (await test.ask('GET', '/grants?server=crm&limit=1', { as: 'viewer' })).body as {
      items: object[];
      next: string;
    };
    expect(first.items).toMatchObject([{ id: ids[0], state: 'expired' }]);
    const second = await test.ask('GET', `/grants?server=crm&limit=1&cursor=${first.next}`);
    expect(second.body).toMatchObject({
      items: [{ id: ids[2], state: 'revoked', revokedAt: iso(START + 15) }],
    });
    expect((second.body as { next?: string }).next).toBeUndefined();
    expect((await test.ask('GET', '/grants')).body).toMatchObject({
      items: [{ label: 'from-file' }, {}, { id: ids[1], state: 'live' }, {}],
    });
  });

  it('are those of the configuration file too, which are only read', async () => {
    const test = await openGrants();
    await mint(test, { server: 'declared' });
    const shown = {
      id: 'declared:declared/from-file',
      label: 'from-file',
      server: 'declared',
      policy: 'from-file',
      managed: false,
      state: 'live',
    };
    const { body } = await test.ask('GET', '/grants?server=declared', { as: 'viewer' });
    expect(body).toMatchObject({ items: [shown, { label: 'agent', managed: true }] });
    expect((body as { items: object[] }).items[0]).toEqual(shown);
    const path = `/grants/${encodeURIComponent(shown.id)}`;
    expect((await test.ask('GET', path)).body).toEqual(shown);
    expect((await test.ask('GET', '/grants?server=crm')).body).toEqual({ items: [] });
    for (const [method, rest, change] of [
      ['PATCH', '', { label: 'another' }],
      ['PATCH', '', { policy: null }],
      ['POST', '/rotate', {}],
      ['POST', '/revoke', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      const refused = await test.ask(method, `${path}${rest}`, change && { body: change });
      expect(refused.body).toMatchObject({
        status: 409,
        code: 'grant.declared',
        hint: expect.stringContaining('toolgate.json'),
      });
    }
    const as = { organisation: 'other', role: 'admin' } as const;
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', '/revoke'],
    ] as const)
      expect((await test.ask(method, `${path}${rest}`, { as })).status).toBe(404);
    expect((await test.ask('GET', '/grants', { as })).body).toEqual({ items: [] });
  });

  it('show when they were last used', async () => {
    const test = await openGrants();
    const { id } = await mint(test);
    await test.store.grants.touch([{ id, at: START + 1000 }]);
    expect((await test.ask('GET', `/grants/${id}`)).body).toMatchObject({ lastUsedAt: iso(START + 1000) });
  });
});

describe('changing a grant', () => {
  it('changes what is given, and takes away what is null', async () => {
    const test = await openGrants();
    const { id } = await mint(test, {
      policy: 'main',
      addresses: ['10.0.0.1'],
      expiresAt: iso(START + 1000),
    });
    const renamed = await test.ask('PATCH', `/grants/${id}`, { body: { label: 'renamed' } });
    expect(renamed.body).toMatchObject({ label: 'renamed', policy: 'main', addresses: ['10.0.0.1/32'] });
    const taken = await test.ask('PATCH', `/grants/${id}`, {
      body: { policy: null, addresses: null, expiresAt: null },
    });
    expect(taken.body).toEqual({
      id,
      label: 'renamed',
      server: 'crm',
      managed: true,
      state: 'live',
      createdAt: iso(START),
    });
  });

  it('lets a policy manager attach and detach a policy, and nothing else', async () => {
    const test = await openGrants();
    const { id } = await mint(test);
    const change = async (body: object): Promise<number> =>
      (await test.ask('PATCH', `/grants/${id}`, { as: 'policy_manager', body })).status;
    expect(await change({ policy: 'main' })).toBe(200);
    expect(await change({ policy: null })).toBe(200);
    for (const body of [
      { label: 'x' },
      { expiresAt: null },
      { addresses: null },
      { policy: 'main', addresses: ['::/0'] },
    ])
      expect([body, await change(body)]).toEqual([body, 403]);
    expect((await test.ask('GET', `/grants/${id}`)).body).toMatchObject({ label: 'agent' });
  });

  it('refuses a policy that is not in force, an end in the past, and nothing at all', async () => {
    const test = await openGrants();
    const { id } = await mint(test);
    for (const body of [{ policy: 'next' }, { expiresAt: iso(START) }, {}])
      expect((await test.ask('PATCH', `/grants/${id}`, { body })).status).toBe(422);
    expect(await test.store.control.audit.list('acme', { limit: 9 })).toHaveLength(1);
  });

  it('brings an expired grant to life with a later end', async () => {
    const test = await openGrants();
    const { id } = await mint(test, { expiresAt: iso(START + 1000) });
    test.clock.advance(1000);
    expect((await test.ask('GET', `/grants/${id}`)).body).toMatchObject({ state: 'expired' });
    const { body } = await test.ask('PATCH', `/grants/${id}`, { body: { expiresAt: iso(START + 5000) } });
    expect(body).toMatchObject({ state: 'live' });
  });
});

describe('rotating a grant', () => {
  it('gives it a new token, and takes the old one for a while', async () => {
    const test = await openGrants();
    const { id, token } = await mint(test);
    const { status, body } = await test.ask('POST', `/grants/${id}/rotate`, { body: { overlapSeconds: 60 } });
    expect(status).toBe(200);
    const rotated = body as { token: string; previousTokenUntil: string };
    expect(rotated.token).not.toBe(token);
    expect(rotated.previousTokenUntil).toBe(iso(START + 60_000));
    expect(await test.store.grants.ofOrganisation('acme')).toMatchObject([
      {
        tokenHash: hashGrantToken(rotated.token),
        previous: { tokenHash: hashGrantToken(token), until: START + 60_000 },
      },
    ]);
    test.clock.advance(60_000);
    expect((await test.ask('GET', `/grants/${id}`)).body).not.toHaveProperty('previousTokenUntil');
  });

  it('takes the old one for an hour when nothing is said, and for thirty days at most', async () => {
    const test = await openGrants();
    const { id } = await mint(test);
    expect((await test.ask('POST', `/grants/${id}/rotate`)).body).toMatchObject({
      previousTokenUntil: iso(START + 3600_000),
    });
    const rotate = async (overlapSeconds: number): Promise<number> =>
      (await test.ask('POST', `/grants/${id}/rotate`, { body: { overlapSeconds } })).status;
    expect([await rotate(2_592_000), await rotate(2_592_001), await rotate(-1), await rotate(0)]).toEqual([
      200, 422, 422, 200,
    ]);
  });

  it('refuses one that has expired or is revoked', async () => {
    const test = await openGrants();
    const expired = await mint(test, { expiresAt: iso(START + 1) });
    const revoked = await mint(test, { label: 'other' });
    await test.ask('DELETE', `/grants/${revoked.id}`);
    test.clock.advance(1);
    expect((await test.ask('POST', `/grants/${expired.id}/rotate`)).body).toMatchObject({
      status: 409,
      code: 'grant.expired',
    });
    expect((await test.ask('POST', `/grants/${revoked.id}/rotate`)).body).toMatchObject({
      status: 409,
      code: 'grant.revoked',
    });
    expect((await test.ask('PATCH', `/grants/${revoked.id}`, { body: { label: 'x' } })).body).toMatchObject({
      code: 'grant.revoked',
    });
  });
});

describe('revoking a grant', () => {
  it('is said in two ways, holds, and is told once', async () => {
    const test = await openGrants();
    const { id } = await mint(test);
    const revoked = await test.ask('POST', `/grants/${id}/revoke`);
    expect(revoked.body).toMatchObject({ id, state: 'revoked', revokedAt: iso(START) });
    test.clock.advance(1000);
    expect((await test.ask('POST', `/grants/${id}/revoke`)).body).toEqual(revoked.body);
    expect((await test.ask('DELETE', `/grants/${id}`)).status).toBe(204);
    expect(test.notified.map(({ event }) => event)).toEqual(['grant.minted', 'grant.revoked']);
    expect(await test.store.control.audit.list('acme', { limit: 9 })).toHaveLength(2);
  });
});

describe('rights', () => {
  it.each([
    ['POST', '/grants'],
    ['DELETE', '/grants/{id}'],
    ['POST', '/grants/{id}/revoke'],
    ['POST', '/grants/{id}/rotate'],
  ])('%s %s is for admins, and for keys of the scope', async (method, path) => {
    const test = await openGrants();
    const { id } = await mint(test);
    const options = method === 'POST' && path === '/grants' ? { body: { server: 'crm', label: 'x' } } : {};
    for (const as of ['viewer', 'policy_manager', keyWith('grants:read', 'policies:write')] as const)
      expect((await test.ask(method, path.replace('{id}', id), { as, ...options })).status).toBe(403);
    const done = await test.ask(method, path.replace('{id}', id), {
      as: keyWith('grants:write'),
      ...options,
    });
    expect(done.status).toBeLessThan(300);
  });

  it('what is of one organisation does not exist for another', async () => {
    const test = await openGrants();
    const { id } = await mint(test, { policy: 'main' });
    const before = await test.store.grants.ofOrganisation('acme');
    const as = { organisation: 'other', role: 'admin' } as const;
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { label: 'mine' }],
      ['PATCH', '', { policy: null }],
      ['DELETE', '', undefined],
      ['POST', '/revoke', undefined],
      ['POST', '/rotate', undefined],
    ] as const) {
      const { status } = await test.ask(method, `/grants/${id}${path}`, {
        as,
        ...(body !== undefined && { body }),
      });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    expect((await test.ask('GET', '/grants?server=crm', { as })).body).toEqual({ items: [] });
    expect(await test.store.grants.ofOrganisation('acme')).toEqual(before);
  });

  it('a label does for no id', async () => {
    const test = await openGrants();
    await mint(test);
    expect((await test.ask('DELETE', '/grants/agent')).status).toBe(404);
  });
});
