import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createKeyRing,
  editKeyFile,
  keyFileOf,
  keyNameOf,
  newKeyEntry,
  openKeyRing,
  systemClock,
} from '#platform';
import { openStore, type Approval, type ManagedServer, type Store, type Webhook } from '#store';
import { createCredentialVault, type CredentialVault } from '#upstream/oauth';
import { CheckFailed } from './check-failed.ts';
import { keysCommand } from './keys.ts';
import { countByKey, resealAll, type ResealParts } from './reseal.ts';

const SECRET = 'canary-of-the-rotation';
const DAY_MS = 86_400_000;

describe('toolgate keys', () => {
  let dataDir: string;
  let store: Store;
  let vault: CredentialVault;
  let out: string;
  let err: string;
  beforeEach(async () => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-keys-')), 'data');
    out = err = '';
    vi.stubEnv('TOOLGATE_KEY', '');
    vi.stubEnv('TOOLGATE_DATABASE_URL', '');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
    store = openStore({ dataDir });
    await store.ready();
    await fill(openKeyRing(dataDir));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await store.close();
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  const run = async (...args: string[]): Promise<void> => {
    out = err = '';
    await keysCommand(0).parseAsync(['node', 'keys', ...args, '--data', dataDir]);
  };
  const parts = (keys = openKeyRing(dataDir)): ResealParts => ({
    store,
    keys,
    vault,
    clock: systemClock,
  });
  const used = async (): Promise<string[]> => [...(await countByKey(parts())).keys()];

  /** One of everything that is sealed, in two organisations. */
  async function fill(keys: ReturnType<typeof openKeyRing>): Promise<void> {
    vault = createCredentialVault(store.credentials, keys, systemClock);
    const server: ManagedServer = {
      id: 'crm-abc123',
      name: 'CRM',
      kind: 'stdio',
      display: '{}',
      settings: '{}',
      onChange: 'alert',
      connectionSealed: keys.seal(SECRET, 'server:crm-abc123'),
      catalogueSlug: undefined,
      createdAt: 0,
      updatedAt: 0,
    } as const;
    await store.control.servers.insert('acme', server);
    const client = { id: 'c', source: 'registered', redirectUri: 'http://127.0.0.1/' } as const;
    const record = { client, server: { url: 'https://i/', issuer: 'https://i/' }, stepUps: 0 };
    const tokens = { access: SECRET, givenAt: 0 };
    for (const id of ['crm-abc123', 'declared']) await vault.replace(id, { ...record, tokens }, 0);
    for (const [organisation, id] of [
      ['acme', 'a1'],
      ['default', 'a2'],
    ] as const) {
      const approval: Approval = {
        id,
        server: 'crm-abc123',
        grantId: 'g',
        grantLabel: 'g',
        tool: 't',
        policy: 'p',
        policyVersion: '1',
        rule: '/',
        reason: '',
        fingerprint: id,
        argumentsSealed: keys.seal(SECRET, `approval:${id}`),
        status: 'pending',
        requestedAt: 0,
        expiresAt: 4e12,
        decidedAt: undefined,
        decidedBy: undefined,
        note: '',
        usedAt: undefined,
        asked: 1,
      };
      await store.control.approvals.ask(organisation, approval, 0);
    }
    const webhook: Webhook = {
      id: 'w1',
      label: 'w',
      url: 'https://w.example/',
      secretSealed: keys.seal(SECRET, 'webhook:w1'),
      events: ['*'],
      format: 'toolgate',
      isActive: true,
      createdAt: 0,
      createdBy: 'user:ada',
    };
    await store.control.webhooks.insert('acme', webhook);
  }

  /** Everything, opened with the keys that there are now. */
  async function opened(): Promise<string[]> {
    const keys = openKeyRing(dataDir);
    const { servers, approvals, webhooks } = store.control;
    const fresh = createCredentialVault(store.credentials, keys, systemClock);
    return [
      ...(await servers.all()).map((one) => keys.open(one.connectionSealed, `server:${one.id}`)),
      ...(await Promise.all(['crm-abc123', 'declared'].map((id) => fresh.find(id)))).map(
        (kept) => kept?.record.tokens?.access ?? '',
      ),
      ...(await Promise.all(['acme', 'default'].map((o) => approvals.list(o, { limit: 9 }, 0))))
        .flat()
        .map((one) => keys.open(one.argumentsSealed, `approval:${one.id}`)),
      ...(await webhooks.list('acme')).map((one) => keys.open(one.secretSealed, `webhook:${one.id}`)),
    ];
  }

  it('lists the keys by name with what they encrypt, and shows none', async () => {
    await run('list');
    expect(out).toMatch(/^NAME\s+STATE\s+ENCRYPTED WITH IT\nk1\s+encrypts\s+6\n$/);
    await run('list', '--json');
    expect(JSON.parse(out)).toEqual([{ name: 'k1', state: 'encrypts', sealed: 6 }]);
    const [, key = 'no key'] = readFileSync(keyFileOf(dataDir), 'utf8').trim().split(':');
    expect(out + err).not.toContain(key);
  });

  it('encrypts everything with a new key; gateways that run open it without a restart', async () => {
    const running = openKeyRing(dataDir);
    await run('rotate');
    expect(out).toBe('');
    expect(err).toContain('Encrypted anew: 1 servers, 2 credentials, 2 approvals, 1 webhooks.');
    const [name = ''] = await used();
    expect(name).toMatch(/^k\d{14}$/);
    expect(await used()).toHaveLength(1);
    expect(await opened()).toEqual(Array(6).fill(SECRET));
    const [server] = await store.control.servers.all();
    expect(running.open(server?.connectionSealed ?? '', 'server:crm-abc123')).toBe(SECRET);
  });

  it('goes on where it was interrupted, with the key that it had begun with', async () => {
    editKeyFile(keyFileOf(dataDir), (text) => `${newKeyEntry('half')}\n${text}`);
    await run('rotate');
    expect(err).toContain('is not finished; it goes on');
    expect(await used()).toEqual(['half']);
  });

  it('removes old keys once nothing needs them, and not before', async () => {
    await run('rotate');
    await expect(run('rotate', '--drop-old')).rejects.toMatchObject({ code: 'key.young' });
    const file = keyFileOf(dataDir);
    const yesterday = (Date.now() - DAY_MS - 1_000) / 1_000;
    utimesSync(file, yesterday, yesterday);
    await run('rotate', '--drop-old');
    expect(err).toContain('Removed: k1.');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(await opened()).toEqual(Array(6).fill(SECRET));
    await run('rotate', '--drop-old');
    expect(err).toContain('There is no old key.');
  });

  it('waits for captured arguments as long as a server keeps them', async () => {
    await store.control.servers.update('acme', 'crm-abc123', { settings: '{"capture":{"days":7}}' }, 1);
    await run('rotate');
    const before = (days: number): void => {
      const at = (Date.now() - days * DAY_MS - 1_000) / 1_000;
      utimesSync(keyFileOf(dataDir), at, at);
    };
    before(6);
    await expect(run('rotate', '--drop-old')).rejects.toMatchObject({ code: 'key.young' });
    before(7);
    await run('rotate', '--drop-old');
    expect(openKeyRing(dataDir).names()).not.toContain('k1');
    await run('rotate');
    await run('rotate', '--drop-old', '--now');
    expect(openKeyRing(dataDir).names()).toHaveLength(1);
  });

  it('seals what was sealed with a key that it drops, before it drops it', async () => {
    editKeyFile(keyFileOf(dataDir), (text) => `${newKeyEntry('k2')}\n${text}`);
    await run('rotate', '--drop-old', '--now');
    expect(openKeyRing(dataDir).names()).toEqual(['k2']);
    expect(await opened()).toEqual(Array(6).fill(SECRET));
  });

  it('names what cannot be opened, leaves it alone and ends with a failure', async () => {
    const foreign = createKeyRing(newKeyEntry('lost'), 'the test').seal(SECRET, 'server:crm-abc123');
    const [server] = await store.control.servers.all();
    await store.control.servers.reseal('crm-abc123', server?.connectionSealed ?? '', foreign);
    await expect(run('rotate')).rejects.toBeInstanceOf(CheckFailed);
    expect(err).toMatch(/servers crm-abc123: The key "lost"/);
    expect((await store.control.servers.all())[0]?.connectionSealed).toBe(foreign);
    await run('list', '--json');
    expect(JSON.parse(out)).toContainEqual({ name: 'lost', state: 'missing', sealed: 1 });
  });

  it('says what to do where the keys are in the environment', async () => {
    const old = readFileSync(keyFileOf(dataDir), 'utf8').trim();
    vi.stubEnv('TOOLGATE_KEY', old);
    await run('rotate');
    const entry = out.trim();
    expect(entry).toMatch(/^k\d{14}:[\w+/]{43}=$/);
    expect(readFileSync(keyFileOf(dataDir), 'utf8').trim()).toBe(old);
    vi.stubEnv('TOOLGATE_KEY', `${entry},${old}`);
    await run('rotate');
    expect(err).toContain('Encrypted anew: 1 servers');
    await run('rotate', '--drop-old');
    expect(err).toContain('Take out of TOOLGATE_KEY, and restart the gateways: k1');
  });

  it('loses no change that a gateway makes meanwhile', async () => {
    editKeyFile(keyFileOf(dataDir), (text) => `${newKeyEntry('k2')}\n${text}`);
    const gateway = openKeyRing(dataDir);
    const edit = async (): Promise<void> => {
      const connectionSealed = gateway.seal('edited', 'server:crm-abc123');
      await store.control.servers.update('acme', 'crm-abc123', { connectionSealed }, 1);
    };
    await Promise.all([resealAll(parts()), edit(), resealAll(parts())]);
    await resealAll(parts());
    const [server] = await store.control.servers.all();
    expect(gateway.open(server?.connectionSealed ?? '', 'server:crm-abc123')).toBe('edited');
    expect(keyNameOf(server?.connectionSealed ?? '')).toBe('k2');
  });

  it('leaves a credential alone that a gateway is renewing, and finishes later', async () => {
    editKeyFile(keyFileOf(dataDir), (text) => `${newKeyEntry('k2')}\n${text}`);
    const stored = await store.credentials.find('declared');
    const until = Date.now() + 60_000;
    expect(stored && (await store.credentials.claim(stored, 'a gateway', Date.now(), until))).toBe(true);
    const rotated = createCredentialVault(store.credentials, openKeyRing(dataDir), systemClock);
    const first = await resealAll({ ...parts(), vault: rotated });
    expect([...first.use.keys()].sort()).toEqual(['k1', 'k2']);
    if (stored) await store.credentials.release(stored, 'a gateway');
    expect([...(await resealAll({ ...parts(), vault: rotated })).use.keys()]).toEqual(['k2']);
  });
});
