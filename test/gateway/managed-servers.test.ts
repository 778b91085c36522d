import { ControlSource, GrantSource, type RegisteredServer } from '#gateway';
import { knowListedTool } from '#policy';
import { hashGrantToken, newGrantToken, silentLog, systemClock, type Log } from '#platform';
import type { ControlStore, ManagedServer, ServerEdit } from '#store';
import { createHttpUpstream, definitionHash, type Upstream } from '#upstream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answered, GatewayRig, JSON_HEADERS, type Answered } from '../support/gateway-rig.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

const ORGANISATION = 'default';
const LIMITS = { connectMs: 2_000, firstByteMs: 20_000, callMs: 20_000, answerBytes: 1_000_000 };
const OPEN = { version: '1', default: 'allow' };
const APPROVALS = { lifeMs: 60_000, holdOpenMs: 0, elicitation: true };

let rig: GatewayRig;
let control: ControlStore;
let source: ControlSource;
let grants: GrantSource;
/** Servers by what is sealed as their connection. */
let servers: Record<string, RecordingUpstream>;
let opened: { readonly connection: string; isClosed: boolean }[];
let refuseToOpen: boolean;
let logged: string[];

beforeEach(async () => {
  rig = await GatewayRig.start({ policy: OPEN });
  ({ control } = rig.store);
  servers = { a: new RecordingUpstream(), b: new RecordingUpstream() };
  opened = [];
  logged = [];
  refuseToOpen = false;
  source = sourceOver(control);
  grants = new GrantSource(rig.directory, rig.store.grants, silentLog);
  await control.organisations.create(
    { id: ORGANISATION, name: 'Ours', createdAt: 0 },
    { user: 'user_1', role: 'admin', isApprover: true, createdAt: 0 },
  );
});

afterEach(async () => {
  await source.close();
  for (const server of rig.directory.servers()) await server.upstream.close();
  await rig.close();
  for (const server of Object.values(servers)) await server.stop().catch(() => {});
});

function sourceOver(store: ConstructorParameters<typeof ControlSource>[0]['control'], clock = systemClock) {
  const note = (...told: unknown[]): void => void logged.push(String(told.at(-1)));
  const log = { ...silentLog, info: note, warn: note, error: note } as unknown as Log;
  return new ControlSource({ directory: rig.directory, control: store, openUpstream, log, clock });
}

const urls = new Map<RecordingUpstream, Promise<string>>();
async function openUpstream({ id, connectionSealed }: RegisteredServer): Promise<Upstream> {
  const server = servers[connectionSealed.slice(0, 1)];
  if (refuseToOpen || !server) throw new Error('the connection cannot be opened');
  const url = urls.get(server) ?? server.start();
  urls.set(server, url);
  const shared = { log: silentLog, clock: systemClock, knowTool: knowListedTool };
  const upstream = createHttpUpstream({
    ...shared,
    serverId: id,
    url: await url,
    headers: {},
    limits: LIMITS,
  });
  const entry = { connection: connectionSealed, isClosed: false };
  opened.push(entry);
  const close = upstream.close.bind(upstream);
  upstream.close = () => {
    entry.isClosed = true;
    return close();
  };
  return upstream;
}

let at = 1_000;
async function register(
  id: string,
  more: Partial<ManagedServer> = {},
  organisation = ORGANISATION,
): Promise<void> {
  await control.servers.insert(organisation, {
    id,
    name: id,
    kind: 'streamable-http',
    display: '{}',
    connectionSealed: 'a',
    settings: '{}',
    onChange: 'alert',
    catalogueSlug: undefined,
    createdAt: 0,
    updatedAt: 0,
    ...more,
  });
}

const edit = (id: string, change: ServerEdit): Promise<unknown> =>
  control.servers.update(ORGANISATION, id, change, at++);

async function publish(server: string, document: unknown, after?: number, name = 'main'): Promise<void> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const version = { server, name, document: text, note: '', createdAt: at++, createdBy: 'user:1' };
  await control.policies.publish(ORGANISATION, version, after);
}

async function mint(server: string, organisation = ORGANISATION, policy = 'main'): Promise<string> {
  const token = newGrantToken();
  await rig.store.grants.insert({
    id: `g-${server}-${token.slice(-6)}`,
    label: token.slice(-6),
    server,
    policy,
    createdAt: 0,
    expiresAt: undefined,
    revokedAt: undefined,
    organisation,
    tokenHash: hashGrantToken(token),
  });
  await grants.refresh();
  return token;
}

/** Calls a tool of a server as an agent does. */
async function call(server: string, token: string, name = 'echo', args: object = {}): Promise<Answered> {
  const params = { name, arguments: args };
  return answered(
    await fetch(rig.url.replace('/shop/', `/${server}/`), {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    }),
  );
}

const textOf = ({ message }: Answered): string => message.result?.content?.[0]?.text ?? '';
const ruleOf = ({ message }: Answered): unknown => message.result?._meta?.['io.toolgate/decision']?.rule;

/** A registered server with an open policy and a grant. */
async function ready(more: Partial<ManagedServer> = {}): Promise<string> {
  await register('crm', more);
  await publish('crm', OPEN);
  await source.load();
  return mint('crm');
}

describe('a server that was registered', () => {
  it('is served from the next look on, under the policy that was published', async () => {
    await source.load();
    const token = await mint('crm');
    expect((await call('crm', token)).status).toBe(403);
    await register('crm');
    await publish('crm', { version: '1', default: 'deny', tools: { echo: {} } });
    await source.refresh();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    expect(ruleOf(await call('crm', token, 'pay'))).toBe('(default deny)');
    const [record] = await rig.records();
    expect(record).toMatchObject({ server: 'crm', policy: 'main', policyVersion: '1' });
  });

  it('is not read again while nothing has changed', async () => {
    const token = await ready();
    const all = vi.spyOn(control.servers, 'all');
    await source.refresh();
    await source.refresh();
    expect(all).not.toHaveBeenCalled();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
  });

  it('disappears when it is removed: its streams end, and its upstream is closed', async () => {
    const token = await ready();
    const headers = {
      ...JSON_HEADERS,
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    };
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { _meta, notifications: { toolsListChanged: true } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'subscriptions/listen', params });
    const stream = await fetch(rig.url.replace('/shop/', '/crm/'), { method: 'POST', headers, body });
    const text = stream.text();
    await expect.poll(() => servers['a']?.openStreams).toBe(1);
    await control.servers.remove(ORGANISATION, 'crm', at++);
    await source.refresh();
    expect(await text).toContain('"id":9');
    expect((await call('crm', token)).status).toBe(403);
    await expect.poll(() => opened.map(({ isClosed }) => isClosed), { timeout: 5_000 }).toEqual([true]);
    expect(rig.directory.hasPolicy('crm', 'main')).toBe(false);
  });

  it('is reached in the new way after its connection changed, and calls under way end in the old one', async () => {
    const token = await ready();
    const slow = call('crm', token, 'slow', { ms: 1_800 });
    await expect.poll(() => servers['a']?.calls.length).toBe(1);
    await edit('crm', { connectionSealed: 'b' });
    await source.refresh();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    expect(servers['b']?.calls).toHaveLength(1);
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([false, false]);
    expect(textOf(await slow)).toBe('slow: {"ms":1800}');
    await expect
      .poll(() => opened.map(({ isClosed }) => isClosed), { timeout: 5_000 })
      .toEqual([true, false]);
  });

  it('keeps its connection when only its name or its terms changed', async () => {
    const token = await ready();
    await edit('crm', { name: 'Another name' });
    await source.refresh();
    await edit('crm', { settings: JSON.stringify({ methods: { prompts: false }, capture: { days: 3 } }) });
    await source.refresh();
    expect(opened).toHaveLength(1);
    expect(rig.directory.server('crm')).toMatchObject({ methods: { prompts: false }, captures: true });
    expect(textOf(await call('crm', token))).toBe('echo: {}');
  });

  it('is not opened anew because its connection was encrypted with another key', async () => {
    await ready();
    await control.servers.reseal('crm', 'a', 'a sealed anew');
    await register('second');
    await source.refresh();
    expect(opened.map(({ connection }) => connection)).toEqual(['a', 'a']);
  });

  it('gets its own terms for held calls, or those of the installation', async () => {
    await register('plain');
    await register('own', { settings: JSON.stringify({ approvals: { ...APPROVALS, holdOpenMs: 5 } }) });
    await source.load();
    expect(rig.directory.server('plain')?.approvals).toMatchObject({ lifeMs: 900_000, holdOpenMs: 0 });
    expect(rig.directory.server('own')?.approvals).toEqual({ ...APPROVALS, holdOpenMs: 5 });
  });

  it('does not take the place of one that the configuration declares', async () => {
    const declared = rig.directory.server('shop');
    await register('shop');
    await source.load();
    await control.servers.remove(ORGANISATION, 'shop', at++);
    await source.refresh();
    expect(rig.directory.server('shop')).toBe(declared);
    expect(opened).toEqual([]);
    expect(logged.filter((text) => text.includes('declared one'))).toHaveLength(1);
  });

  it.each([
    ['is no JSON', 'nonsense'],
    ['holds a switch that is none', '{"methods":{"tasks":"no"}}'],
    ['is a list', '[]'],
  ])('is not served when what is set of it %s', async (_, settings) => {
    await register('crm', { settings });
    await register('fine');
    await source.load();
    expect(rig.directory.server('crm')).toBeUndefined();
    expect(rig.directory.server('fine')).toBeDefined();
  });

  it('that could not be opened is tried again, and meanwhile the one before is served', async () => {
    const time = { now: 0 };
    source = sourceOver(control, { now: () => time.now });
    const token = await ready();
    refuseToOpen = true;
    await edit('crm', { connectionSealed: 'b' });
    await source.refresh();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    expect(servers['b']?.calls).toEqual([]);
    refuseToOpen = false;
    time.now += 9_999;
    await source.refresh();
    expect(opened).toHaveLength(1);
    time.now += 1;
    await source.refresh();
    expect(opened).toHaveLength(2);
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    expect(servers['b']?.calls).toHaveLength(1);
  });

  it('blocks what was not accepted, from the next look on', async () => {
    const token = await ready({ onChange: 'block' });
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    const [echo] = (servers['a']?.tools ?? []) as { readonly name: string }[];
    const pin = { tool: 'echo', hash: definitionHash(echo ?? { name: '' }), definition: '{}', acceptedAt: 0 };
    await control.pins.replace(ORGANISATION, 'crm', [{ ...pin, acceptedBy: 'user:1' }]);
    await source.refresh();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    expect(ruleOf(await call('crm', token, 'pay'))).toBe('(new definition)');
    await edit('crm', { onChange: 'alert' });
    await source.refresh();
    expect(textOf(await call('crm', token, 'pay'))).toBe('pay: {}');
  });
});

describe('a policy that was published', () => {
  it('replaces the one before while the agent is connected', async () => {
    const token = await ready();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    await publish('crm', { version: '1', default: 'deny' }, 1);
    await source.refresh();
    expect(ruleOf(await call('crm', token))).toBe('(default deny)');
    expect((await rig.records()).map(({ policyVersion }) => policyVersion)).toEqual(['1', '2']);
  });

  it('that cannot be compiled any more denies every call', async () => {
    const token = await ready();
    await publish('crm', '{"version":"9","default":"allow"}', 1);
    await source.refresh();
    await source.refresh();
    expect(ruleOf(await call('crm', token))).toBe('(no policy)');
    expect(logged.filter((text) => text.includes('cannot be used'))).toHaveLength(1);
  });

  it('rules a declared server too, unless the configuration has one of that name', async () => {
    await publish('shop', { version: '1', default: 'deny' }, undefined, 'rules');
    await publish('shop', { version: '1', default: 'deny' }, undefined, 'main');
    await source.load();
    const token = await mint('shop');
    expect(ruleOf(await call('shop', token))).toBe('(default deny)');
    expect(textOf(await call('shop', await mint('shop', ORGANISATION, 'rules')))).toBe('echo: {}');
  });

  it('of another organisation rules nothing', async () => {
    const foreign = { id: 'org_2', name: 'Theirs', createdAt: 0 };
    await control.organisations.create(foreign, {
      user: 'u2',
      role: 'admin',
      isApprover: true,
      createdAt: 0,
    });
    await register('theirs', {}, 'org_2');
    const published = control.policies.published.bind(control.policies);
    const row = {
      server: 'theirs',
      name: 'main',
      version: 1,
      document: JSON.stringify(OPEN),
      note: '',
      createdAt: 0,
      createdBy: '',
    };
    source = sourceOver({
      ...control,
      revision: () => control.revision(),
      policies: {
        ...control.policies,
        published: async () => [...(await published()), { ...row, organisation: ORGANISATION }],
      },
    });
    await source.load();
    expect(rig.directory.hasPolicy('theirs', 'main')).toBe(false);
  });

  it('and a grant of another organisation opens nothing', async () => {
    await ready();
    expect((await call('crm', await mint('crm', 'org_2'))).status).toBe(403);
    await register('theirs', {}, 'org_2');
    await source.refresh();
    expect((await call('theirs', await mint('theirs', ORGANISATION))).status).toBe(403);
    expect((await call('theirs', await mint('theirs', 'org_2'))).status).toBe(200);
  });
});

describe('while the store cannot be read', () => {
  it('what was known stays in force, and it is told once', async () => {
    const token = await ready();
    const revision = vi.spyOn(control, 'revision').mockRejectedValue(new Error('the database is away'));
    await source.refresh();
    await source.refresh();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    expect(logged.filter((text) => text.includes('stays in force'))).toHaveLength(1);
    revision.mockRestore();
    await publish('crm', { version: '1', default: 'deny' }, 1);
    await source.refresh();
    expect(ruleOf(await call('crm', token))).toBe('(default deny)');
    expect(logged).toContain('the control plane can be read again');
  });

  it('a reading that fails half-way is made again', async () => {
    const token = await ready({ onChange: 'block' });
    const accepted = vi
      .spyOn(control.pins, 'accepted')
      .mockRejectedValueOnce(new Error('the database is away'));
    await publish('crm', { version: '1', default: 'deny' }, 1);
    await source.refresh();
    expect(textOf(await call('crm', token))).toBe('echo: {}');
    await source.refresh();
    expect(accepted).toHaveBeenCalled();
    expect(ruleOf(await call('crm', token))).toBe('(default deny)');
  });

  it('a gateway does not start', async () => {
    vi.spyOn(control, 'revision').mockRejectedValueOnce(new Error('the database is away'));
    await expect(source.load()).rejects.toThrow('away');
  });
});
