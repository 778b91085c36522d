import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImport } from './read-import.ts';
import { CANARIES, HTTP, openServerRig, STDIO, TOOLS } from './servers.suite.ts';

const { kind: _stdio, ...crm } = STDIO;
const { kind: _http, ...web } = HTTP;
const BLOCK = JSON.stringify({
  mcpServers: {
    crm,
    web: { ...web, type: 'http' },
    events: { url: 'https://mcp.example.com/sse', type: 'sse' },
    broken: { args: [] },
    filled: { command: 'npx', env: { TOKEN: '${input:token}' } },
    inside: { url: 'http://10.0.0.1/mcp' },
  },
});

describe('the preview of a pasted stack', () => {
  it('says what can be registered, and saves nothing', async () => {
    const rig = openServerRig();
    const { body } = await rig.ask('POST', '/servers/import/preview', { body: { document: BLOCK } });
    expect(body).toMatchObject({
      problems: [],
      servers: [
        { name: 'crm', importable: true, connection: { command: 'npx', env: ['CRM_TOKEN'] } },
        { name: 'web', importable: true, connection: { kind: 'streamable-http', headers: ['X-Api-Key'] } },
        { name: 'events', importable: true, connection: { kind: 'sse' } },
        { name: 'broken', importable: false, problems: ['A server needs a "command" or a "url".'] },
        {
          name: 'filled',
          importable: false,
          problems: [expect.stringContaining('env.TOKEN: holds a placeholder')],
        },
        { name: 'inside', importable: false, problems: [expect.stringContaining('may not be used')] },
      ],
    });
    for (const canary of CANARIES) expect(JSON.stringify(body)).not.toContain(canary);
    expect(rig.probed).toEqual([]);
    expect(await rig.store.control.servers.all()).toEqual([]);
  });

  it('tells the risk, from the catalogue or from the servers themselves', async () => {
    const counts = { read: 3, write: 1, execute: 0, destructive: 2, financial: 0, unknown: 0 };
    const entry = { name: 'crm', status: 'known' as const, slug: 'mcp-crm', toolCount: 6, counts };
    const mostDangerous = [{ name: 'delete_all', category: 'destructive' as const }];
    const rig = openServerRig({
      readStack: () =>
        Promise.resolve({
          servers: [
            { ...entry, mostDangerous },
            { name: 'web', status: 'remote' },
          ],
        }),
    });
    const ask = async (check: boolean): Promise<unknown> =>
      (await rig.ask('POST', '/servers/import/preview', { body: { document: BLOCK, check } })).body;
    expect(await ask(false)).toMatchObject({
      servers: [
        { risk: { source: 'catalogue', slug: 'mcp-crm', tools: 6, counts, mostDangerous } },
        { name: 'web' },
        {},
        {},
        {},
        {},
      ],
    });
    expect(await ask(true)).toMatchObject({
      servers: [
        { check: { ok: true, tools: TOOLS.length } },
        {
          risk: {
            source: 'check',
            counts: { read: 1, destructive: 1 },
            mostDangerous: [{ name: 'delete_ticket', category: 'destructive' }, { name: 'list_tickets' }],
          },
        },
        {},
        {},
        {},
        {},
      ],
    });
    // what cannot be registered is not asked either
    expect(rig.probed.map(({ connection }) => connection.kind)).toEqual(['stdio', 'streamable-http', 'sse']);
  });
});

describe('importing a pasted stack', () => {
  it('registers the chosen servers with everything that was pasted', async () => {
    const rig = openServerRig();
    const made = await rig.ask('POST', '/servers/import', {
      body: { document: BLOCK, choose: ['web', 'crm'] },
    });
    expect(made).toMatchObject({ status: 201, body: { items: [{ name: 'web' }, { name: 'crm' }] } });
    const servers = await rig.store.control.servers.list('acme');
    expect(servers.map(({ name }) => name).sort()).toEqual(['crm', 'web']);
    const [line] = await rig.store.control.audit.list('acme', { limit: 10 });
    expect(line).toMatchObject({ action: 'server.import', detail: expect.stringContaining('web') });
  });

  it('registers all of them or none', async () => {
    const rig = openServerRig();
    const refused = await rig.ask('POST', '/servers/import', {
      body: { document: BLOCK, choose: ['crm', 'broken', 'nobody', 'crm', 'inside'] },
    });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [1, 2, 3, 4].map((index) => ({ pointer: `/choose/${index}` })) },
    });
    expect(await rig.store.control.servers.all()).toEqual([]);
  });
});

describe('reading a block', () => {
  it.each([
    ['VS Code', '{ /* mine */ "servers": { "a": { "url": "https://a.example/", }, } }'],
    ['inside settings', '{"mcp": {"servers": {"a": {"command": ["npx", "-y"], "args": ["a"]}}}}'],
    ['Zed', '{"context_servers": {"a": {"command": {"path": "npx", "args": ["a"]}}}}'],
    ['the servers alone', '{"a": {"serverUrl": "https://a.example/"}}'],
  ])('knows the form of %s', (_, text) => {
    expect(readImport(text)).toMatchObject({ problems: [], servers: [{ name: 'a', problems: [] }] });
  });

  it('never fails, and shows no value, whatever is pasted', () => {
    const secret = 'S3CRET-value-of-somebody';
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.constantFrom<unknown>(
          secret,
          null,
          1,
          true,
          [secret],
          `\${${secret}}`,
          `https://${secret}@x.example/`,
        ),
        fc.dictionary(
          fc.constantFrom('mcpServers', 'command', 'args', 'env', 'url', 'headers', '__proto__', 'type', 'a'),
          tie('any'),
          { maxKeys: 4 },
        ),
      ),
    })).any;
    fc.assert(
      fc.property(value, fc.nat(60), (whole, cut) => {
        const text = JSON.stringify(whole);
        for (const pasted of [text, text.slice(0, -cut || undefined), text + secret]) {
          const { servers, problems } = readImport(pasted);
          const told = servers.map((server) => server.problems).concat([problems]);
          expect(JSON.stringify(told)).not.toContain(secret);
        }
      }),
    );
  });

  it('is bounded in depth and number', () => {
    expect(readImport('['.repeat(100_000)).problems).toEqual(['The block is nested too deeply.']);
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`s${i}`, { command: 'x' }]));
    expect(readImport(JSON.stringify({ mcpServers: many }))).toMatchObject({
      servers: { length: 50 },
      problems: ['Only the first 50 servers are read.'],
    });
    expect(readImport('{"mcpServers": {"a": ').problems).toEqual(['This is no valid JSON: see line 1.']);
    expect(readImport('').problems).toHaveLength(1);
  });
});
