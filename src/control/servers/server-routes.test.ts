import { describe, expect, it } from 'vitest';
import { keyWith, START } from '../api.suite.ts';
import { openConnection } from './connection.ts';
import { readSettings } from './server-settings.ts';
import {
  CANARIES,
  everythingStored,
  HTTP,
  OAUTH_HTTP,
  openServerRig,
  STDIO,
  TOOLS,
} from './servers.suite.ts';

const iso = (at: number): string => new Date(at).toISOString();
const ID = /^tickets-[a-z0-9]{6}$/;

describe('the list of servers', () => {
  const first = async (rig: ReturnType<typeof openServerRig>, id: string): Promise<object | undefined> => {
    const { items } = (await rig.ask('GET', '/servers', { as: 'viewer' })).body as {
      items: { id: string }[];
    };
    return items.find((server) => server.id === id);
  };

  it('says what was seen last of each, and asks none of them', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    const unknown = await first(rig, id);
    for (const member of ['lastAsked', 'tools', 'lastUsedAt']) expect(unknown).not.toHaveProperty(member);

    await rig.store.control.looks.note('acme', id, { at: START, counts: { read: 2, destructive: 1 } });
    await rig.store.control.looks.note('acme', id, { at: START + 1_000, failure: 'cannot connect' });
    await rig.store.grants.insert({
      id: 'grant_1',
      label: 'agent',
      server: id,
      policy: undefined,
      organisation: 'acme',
      createdAt: START,
      expiresAt: undefined,
      revokedAt: undefined,
      tokenHash: 'x',
    });
    await rig.store.grants.touch([{ id: 'grant_1', at: START + 2_000 }]);
    const seen = {
      lastAsked: { at: iso(START + 1_000), ok: false, reason: 'cannot connect' },
      tools: {
        at: iso(START),
        count: 3,
        classes: { read: 2, write: 0, execute: 0, destructive: 1, financial: 0, unknown: 0 },
      },
      lastUsedAt: iso(START + 2_000),
    };
    expect(await first(rig, id)).toMatchObject(seen);
    expect((await rig.ask('GET', `/servers/${id}`)).body).toMatchObject(seen);
    expect(rig.probed).toEqual([]);
  });

  it('says what a check has found', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    await rig.ask('POST', `/servers/${id}/check`);
    expect(await first(rig, id)).toMatchObject({ lastAsked: { ok: true }, tools: { count: TOOLS.length } });
    rig.outcome = { ok: false, reason: 'It does not answer.', hint: 'Start it.', latencyMs: 1 };
    await rig.ask('POST', `/servers/${id}/check`);
    expect(await first(rig, id)).toMatchObject({
      lastAsked: { ok: false, reason: 'It does not answer.' },
      tools: { count: TOOLS.length },
    });
  });
});

describe('registering a server', () => {
  it('keeps its connection sealed and shows what is no secret', async () => {
    const rig = openServerRig();
    const made = await rig.ask('POST', '/servers', {
      body: {
        name: ' Tickets ',
        connection: STDIO,
        settings: { limits: { callMs: 5_000 } },
        onChange: 'block',
      },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.stringMatching(ID),
      name: 'Tickets',
      managed: true,
      kind: 'stdio',
      onChange: 'block',
      settings: { limits: { callMs: 5_000 } },
      credential: { kind: 'environment' },
      pinned: false,
      drift: 0,
      createdAt: new Date(START).toISOString(),
      connection: {
        command: 'npx',
        args: ['-y', '@acme/mcp-crm@1.2.0', '--api-key=•••', '--tenant', '•••'],
        env: ['CRM_TOKEN'],
      },
    });
    const { id } = made.body as { id: string };
    const stored = await rig.store.control.servers.find('acme', id);
    expect(stored && openConnection(stored, rig.keys)).toEqual(STDIO);
    expect(stored && readSettings(stored.settings)).toEqual({ limits: { callMs: 5_000 } });
    const [line] = await rig.store.control.audit.list('acme', { limit: 10 });
    expect(line).toMatchObject({ action: 'server.create', target: `server:${id}`, actor: 'user:admin' });
  });

  it('shows of an address its host and path, and of headers and login their names', async () => {
    const rig = openServerRig();
    const id = await rig.register(HTTP);
    expect((await rig.ask('GET', `/servers/${id}`, { as: 'viewer' })).body).toMatchObject({
      connection: { kind: 'streamable-http', url: 'https://mcp.example.com/mcp', headers: ['X-Api-Key'] },
      credential: { kind: 'headers' },
    });
    const other = await rig.register(OAUTH_HTTP);
    expect((await rig.ask('GET', `/servers/${other}`)).body).toMatchObject({
      connection: { oauth: { mode: 'authorization_code', clientId: 'toolgate', hasSecret: true } },
      credential: { kind: 'oauth', state: 'none' },
    });
  });

  it('gives every server an id that nobody can tell from its name', async () => {
    const rig = openServerRig();
    const ids = await Promise.all(Array.from({ length: 20 }, () => rig.register()));
    expect(new Set(ids).size).toBe(20);
    expect(await rig.register(STDIO, { name: '票 – チケット' })).toMatch(/^server-[a-z0-9]{6}$/);
    expect(await rig.register(STDIO, { name: `${'Ä'.repeat(99)}!` })).toMatch(/^a{56}-[a-z0-9]{6}$/);
  });

  it('takes what the catalogue knows, and wants what the server needs', async () => {
    const rig = openServerRig();
    const refused = await rig.ask('POST', '/servers', { body: { catalogue: 'crm', headers: { a: 'b' } } });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/env/CRM_TOKEN' }, { pointer: '/headers' }] },
    });
    const made = await rig.ask('POST', '/servers', {
      body: { catalogue: 'crm', env: { CRM_TOKEN: CANARIES[0] } },
    });
    expect(made.body).toMatchObject({
      name: 'CRM',
      catalogueSlug: 'crm',
      connection: { args: ['-y', 'mcp-crm'] },
    });
    expect((await rig.ask('POST', '/servers', { body: { catalogue: 'unknown' } })).status).toBe(404);
  });

  it.each([
    ['a NUL in an argument', { ...STDIO, args: ['a\0b'] }],
    ['a variable that is none', { ...STDIO, env: { 'A=B': 'x' } }],
    ['a line break in a header', { ...HTTP, headers: { a: 'b\r\nc: d' } }],
    ['a header of the gateway', { ...HTTP, headers: { Host: 'elsewhere' } }],
    ['a header of the protocol', { ...HTTP, headers: { 'mcp-session-id': 'x' } }],
    ['one header twice', { ...HTTP, headers: { 'x-a': '1', 'X-A': '2' } }],
    ['a credential in the address', { ...HTTP, url: 'https://user:pass@mcp.example.com/' }],
    ['another scheme', { ...HTTP, url: 'file:///etc/passwd' }],
    ['a header and a login', { ...OAUTH_HTTP, headers: { Authorization: 'Bearer x' } }],
    ['a secret without its issuer', { ...OAUTH_HTTP, oauth: { clientId: 'a', clientSecret: 'b' } }],
    ['a login over SSE', { ...OAUTH_HTTP, kind: 'sse' }],
    ['an unknown member', { ...HTTP, proxy: 'x' }],
    [
      'too many variables',
      { ...STDIO, env: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`A${i}`, ''])) },
    ],
  ])('refuses %s, and repeats no value', async (_, connection) => {
    const rig = openServerRig();
    const refused = await rig.ask('POST', '/servers', { body: { name: 'x', connection } });
    expect(refused.status).toBe(422);
    for (const canary of CANARIES) expect(JSON.stringify(refused.body)).not.toContain(canary);
    expect(await rig.store.control.servers.all()).toEqual([]);
  });

  it('refuses commands where none may run, and addresses that the gateway may not use', async () => {
    const rig = openServerRig({ allowCommands: false });
    expect(await rig.ask('POST', '/servers', { body: { name: 'x', connection: STDIO } })).toMatchObject({
      status: 403,
      body: { code: 'server.commands_off', hint: expect.stringContaining('configuration') },
    });
    for (const url of [
      'http://169.254.169.254/latest/',
      'http://127.0.0.1:6379/',
      'http://localhost/mcp',
      'http://[::1]/',
      'http://0x7f.1/',
      'http://10.0.0.1/',
    ])
      expect(
        await rig.ask('POST', '/servers', { body: { name: 'x', connection: { kind: 'sse', url } } }),
      ).toMatchObject({
        status: 422,
        body: { code: 'server.address_not_allowed' },
      });
    const here = openServerRig({ addresses: { allow: ['127.0.0.0/8'] } });
    expect(await here.register({ kind: 'sse', url: 'http://127.0.0.1:9/sse' })).toMatch(ID);
  });
});

describe('changing a server', () => {
  it('leaves secrets that are not named as they are', async () => {
    const rig = openServerRig();
    const id = await rig.register({ ...STDIO, env: { A: 'one', B: 'two' } });
    const changed = await rig.ask('PATCH', `/servers/${id}`, {
      body: { name: 'New', onChange: 'block', connection: { env: { B: null, C: 'three' } } },
    });
    expect(changed.body).toMatchObject({ name: 'New', onChange: 'block', connection: { env: ['A', 'C'] } });
    const stored = await rig.store.control.servers.find('acme', id);
    expect(stored && openConnection(stored, rig.keys)).toEqual({ ...STDIO, env: { A: 'one', C: 'three' } });
    const [line] = await rig.store.control.audit.list('acme', { limit: 1 });
    expect(JSON.parse(line?.detail ?? '')).toEqual({ name: 'New', onChange: 'block', connection: ['env'] });
  });

  it.each([
    ['another program', STDIO, { command: 'curl' }, '/connection/env/CRM_TOKEN'],
    ['other arguments', STDIO, { args: ['-e', 'steal()'] }, '/connection/env/CRM_TOKEN'],
    ['another folder', STDIO, { cwd: '/tmp/evil' }, '/connection/env/CRM_TOKEN'],
    ['another host', HTTP, { url: 'https://evil.example/' }, '/connection/headers/X-Api-Key'],
    ['another path', HTTP, { url: 'https://mcp.example.com/other' }, '/connection/headers/X-Api-Key'],
    ['another address to log in to', OAUTH_HTTP, { url: 'https://evil.example/mcp' }, '/connection/oauth'],
  ])(
    'does not show %s the secrets that were given for the one before',
    async (_, connection, edit, pointer) => {
      const rig = openServerRig();
      const id = await rig.register(connection);
      const refused = await rig.ask('PATCH', `/servers/${id}`, { body: { connection: edit } });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
      const anew =
        connection.kind === 'stdio'
          ? { env: { CRM_TOKEN: null } }
          : { headers: { 'x-api-key': 'new' }, oauth: null };
      expect(
        (await rig.ask('PATCH', `/servers/${id}`, { body: { connection: { ...edit, ...anew } } })).status,
      ).toBe(200);
    },
  );

  it('forgets the access to a server that is another one now', async () => {
    const rig = openServerRig();
    const id = await rig.register({ kind: 'streamable-http', url: 'https://mcp.example.com/mcp', oauth: {} });
    await rig.store.credentials.replace({
      server: id,
      issuer: 'i',
      clientId: 'c',
      sealed: 'x',
      updatedAt: 0,
    });
    const body = { connection: { url: 'https://other.example.com/mcp' } };
    expect((await rig.ask('PATCH', `/servers/${id}`, { body })).status).toBe(200);
    expect(await rig.store.credentials.find(id)).toBeUndefined();
  });

  it('refuses members of another kind, and a connection that ends up wrong', async () => {
    const rig = openServerRig();
    const id = await rig.register(HTTP);
    const refused = await rig.ask('PATCH', `/servers/${id}`, {
      body: { connection: { command: 'x', env: {} } },
    });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/connection/command' }, { pointer: '/connection/env' }] },
    });
    const both = { connection: { oauth: {}, headers: { AUTHORIZATION: 'Basic x' } } };
    expect((await rig.ask('PATCH', `/servers/${id}`, { body: both })).status).toBe(422);
    const inside = { connection: { url: 'http://192.168.0.1/', headers: { 'X-Api-Key': null } } };
    expect((await rig.ask('PATCH', `/servers/${id}`, { body: inside })).body).toMatchObject({
      code: 'server.address_not_allowed',
    });
  });

  it('is refused when somebody else was quicker with the connection', async () => {
    const rig = openServerRig();
    const id = await rig.register({ ...STDIO, env: {} });
    const edits = ['A', 'B'].map((name) =>
      rig.ask('PATCH', `/servers/${id}`, { body: { connection: { env: { [name]: 'x' } } } }),
    );
    const statuses = (await Promise.all(edits)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 409]));
  });
});

describe('removing a server', () => {
  it('takes its grants and its access with it, and its id is never given again', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    await rig.store.credentials.replace({
      server: id,
      issuer: 'i',
      clientId: 'c',
      sealed: 'x',
      updatedAt: 0,
    });
    expect((await rig.ask('DELETE', `/servers/${id}`)).status).toBe(204);
    expect((await rig.ask('GET', `/servers/${id}`)).status).toBe(404);
    expect((await rig.ask('DELETE', `/servers/${id}`)).status).toBe(404);
    expect(await rig.store.credentials.find(id)).toBeUndefined();
  });
});

describe('servers of the configuration file', () => {
  it('are listed first, shown without secrets, and not changed here', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    const { items } = (await rig.ask('GET', '/servers', { as: 'viewer' })).body as {
      items: { id: string }[];
    };
    expect(items.map((item) => item.id)).toEqual(['from-file', id]);
    expect(items[0]).toMatchObject({ managed: false, connection: { headers: ['authorization'] } });
    for (const [method, path, body] of [
      ['PATCH', '/servers/from-file', { name: 'x' }],
      ['DELETE', '/servers/from-file', undefined],
      ['POST', '/servers/from-file/oauth/start', undefined],
      ['DELETE', '/servers/from-file/oauth', undefined],
    ] as const)
      expect(await rig.ask(method, path, { body })).toMatchObject({
        status: 409,
        body: { code: 'server.declared' },
      });
  });

  it('come page by page with the others', async () => {
    const rig = openServerRig();
    const ids = new Set(['from-file', await rig.register(), await rig.register(), await rig.register()]);
    let path = '/servers?limit=1';
    for (let pages = 0; pages < 4; pages++) {
      const { items, next } = (await rig.ask('GET', path)).body as { items: { id: string }[]; next?: string };
      expect(ids.delete(items[0]?.id ?? '')).toBe(true);
      path = `/servers?limit=1&cursor=${next}`;
    }
    expect(ids.size).toBe(0);
  });
});

describe('who may do what', () => {
  const writing = [
    ['POST', '/servers', { name: 'x', connection: STDIO }],
    ['PATCH', '/servers/ID', { name: 'x' }],
    ['DELETE', '/servers/ID', undefined],
    ['POST', '/servers/check', { connection: STDIO }],
    ['POST', '/servers/import/preview', { document: '{}' }],
    ['POST', '/servers/import', { document: '{}', choose: ['a'] }],
    ['POST', '/servers/ID/oauth/start', undefined],
    ['DELETE', '/servers/ID/oauth', undefined],
  ] as const;

  it.each(writing)('%s %s is for admins and keys that may write', async (method, path, body) => {
    const rig = openServerRig();
    const whole = path.replace('ID', await rig.register());
    for (const as of ['viewer', 'policy_manager', keyWith('servers:read')] as const)
      expect((await rig.ask(method, whole, { as, body })).status).toBe(403);
    expect((await rig.ask(method, whole, { as: 'nobody', body })).status).toBe(401);
  });

  it('another organisation sees and touches nothing', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    const as = { organisation: 'other', role: 'admin' } as const;
    expect((await rig.ask('GET', '/servers', { as })).body).toEqual({ items: [] });
    const asked = [
      ['GET', ''],
      ['PATCH', '', { name: 'x' }],
      ['DELETE', ''],
      ['POST', '/check'],
      ['GET', '/tools'],
      ['GET', '/drift'],
      ['POST', '/drift/list_tickets/accept', { hash: '' }],
      ['POST', '/drift/accept-all', { seen: '' }],
      ['PUT', '/pins'],
      ['POST', '/oauth/start'],
      ['DELETE', '/oauth'],
    ] as const;
    for (const server of [id, 'from-file'])
      for (const [method, path, body] of asked)
        expect((await rig.ask(method, `/servers/${server}${path}`, { as, body })).status, path).toBe(404);
    expect(rig.probed).toEqual([]);
    expect((await rig.ask('GET', `/servers/${id}`)).body).toMatchObject({ name: 'Tickets' });
  });
});

describe('secrets', () => {
  it('are in no answer, no log line, no column and no audit line', async () => {
    const rig = openServerRig();
    const seen: unknown[] = [];
    for (const connection of [STDIO, HTTP, OAUTH_HTTP]) {
      const id = await rig.register(connection);
      for (const [method, path, body] of [
        ['GET', '/servers', undefined],
        ['GET', `/servers/${id}`, undefined],
        ['POST', `/servers/${id}/check`, undefined],
        [
          'PATCH',
          `/servers/${id}`,
          {
            connection:
              connection.kind === 'stdio' ? { env: { X: CANARIES[0] } } : { headers: { x: CANARIES[1] } },
          },
        ],
        ['PATCH', `/servers/${id}`, { connection: { oauth: { clientSecret: CANARIES[4] } } }],
        ['DELETE', `/servers/${id}/oauth`, undefined],
      ] as const)
        seen.push(await rig.ask(method, path, { body }));
    }
    const document = JSON.stringify({ mcpServers: { crm: STDIO, web: HTTP } });
    seen.push(await rig.ask('POST', '/servers/import/preview', { body: { document, check: true } }));
    seen.push(await rig.ask('POST', '/servers/import', { body: { document, choose: ['crm', 'web'] } }));
    const texts = [JSON.stringify(seen), rig.logged(), await everythingStored(rig.store)];
    expect(texts[0]).toContain('mcp.example.com');
    for (const canary of CANARIES) expect(texts.filter((text) => text.includes(canary))).toEqual([]);
  });

  it('that cannot be decrypted any more do not hide the other servers', async () => {
    const rig = openServerRig();
    const id = await rig.register();
    const other = await rig.register();
    const stored = await rig.store.control.servers.find('acme', id);
    await rig.store.control.servers.reseal(id, stored?.connectionSealed ?? '', 'tge1.gone.AAAA.AAAA.AAAA');
    const { items } = (await rig.ask('GET', '/servers')).body as { items: object[] };
    expect(items).toMatchObject([
      { id: 'from-file' },
      ...[id, other]
        .sort()
        .map((one) => ({ id: one, credential: one === id ? { state: 'unreadable' } : {} })),
    ]);
  });
});
