import { GrantSource, LastUse } from '#gateway';
import { hashGrantToken, newGrantToken, silentLog } from '#platform';
import type { Grant, StoredGrant } from '#store';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig, JSON_HEADERS, type RigOptions } from '../support/gateway-rig.ts';

let rig: GatewayRig;
let grants: GrantSource;
const time = { now: 1_000_000 };
afterEach(() => rig.close());

async function start(options: RigOptions = {}): Promise<void> {
  time.now = 1_000_000;
  const clock = { now: () => time.now };
  rig = await GatewayRig.start({ policy: { version: '1', default: 'allow' }, clock, ...options });
  grants = new GrantSource(rig.directory, rig.store.grants, silentLog);
}

async function mint(more: Partial<StoredGrant> = {}): Promise<string> {
  const token = newGrantToken();
  await rig.store.grants.insert({
    id: 'g1',
    label: 'agent',
    server: 'shop',
    policy: 'rules',
    createdAt: 0,
    expiresAt: undefined,
    revokedAt: undefined,
    organisation: 'default',
    tokenHash: hashGrantToken(token),
    ...more,
  });
  await grants.refresh();
  return token;
}

const statusOf = async (token: string, headers: Record<string, string> = {}): Promise<number> =>
  (
    await rig.post('{"jsonrpc":"2.0","id":1,"method":"ping"}', {
      authorization: `Bearer ${token}`,
      ...headers,
    })
  ).status;

/** A stream that the agent keeps open; its text is there when the gateway ends it. */
async function listen(token: string): Promise<{ readonly text: Promise<string> }> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { _meta, notifications: { toolsListChanged: true } };
  const open = rig.upstream.openStreams;
  const response = await fetch(rig.url, {
    method: 'POST',
    headers: {
      ...JSON_HEADERS,
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'listen', method: 'subscriptions/listen', params }),
  });
  await expect.poll(() => rig.upstream.openStreams).toBe(open + 1);
  return { text: response.text() };
}

describe('a grant that was given a new token', () => {
  async function rotated(overlapMs: number): Promise<{ readonly before: string; readonly after: string }> {
    const before = await mint();
    const after = newGrantToken();
    await rig.store.grants.rotate('default', 'g1', hashGrantToken(after), time.now + overlapMs);
    await grants.refresh();
    return { before, after };
  }

  it('is taken with both until the overlap is over, and then with the new one alone', async () => {
    await start();
    const { before, after } = await rotated(5_000);
    expect([await statusOf(before), await statusOf(after)]).toEqual([200, 200]);
    time.now += 4_999;
    expect([await statusOf(before), await statusOf(after)]).toEqual([200, 200]);
    time.now += 1;
    expect([await statusOf(before), await statusOf(after)]).toEqual([401, 200]);
  });

  it('is the same grant under both: one id in the records and in the counters', async () => {
    const limits = [{ counter: 'c', window: 'day', max: 1 }];
    await start({ policy: { version: '1', default: 'allow', tools: { echo: { limits } } } });
    const { before, after } = await rotated(5_000);
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}';
    const first = await rig.post(body, { authorization: `Bearer ${before}` });
    const second = await rig.post(body, { authorization: `Bearer ${after}` });
    expect(first.message.result?.isError).toBeUndefined();
    expect(second.message.result?.isError).toBe(true);
    expect((await rig.records()).map(({ grantId }) => grantId)).toEqual(['g1', 'g1']);
  });

  it('ends at its own end, though the overlap is longer', async () => {
    await start();
    const before = await mint({ expiresAt: time.now + 1_000 });
    await rig.store.grants.rotate('default', 'g1', hashGrantToken(newGrantToken()), time.now + 60_000);
    await grants.refresh();
    time.now += 1_000;
    expect(await statusOf(before)).toBe(401);
  });

  it('ends the streams that the old token opened, at once when there is no overlap', async () => {
    await start();
    const before = await mint();
    const stream = await listen(before);
    await rig.store.grants.rotate('default', 'g1', hashGrantToken(newGrantToken()), time.now);
    await grants.refresh();
    expect(await stream.text).toContain('"id":"listen"');
  });

  it('ends the streams that the old token opened when the overlap is over', async () => {
    await start();
    const before = await mint();
    const stream = await listen(before);
    await rig.store.grants.rotate('default', 'g1', hashGrantToken(newGrantToken()), time.now + 150);
    await grants.refresh();
    expect(rig.upstream.openStreams).toBe(1);
    time.now += 150;
    expect(await stream.text).toContain('"id":"listen"');
  });
});

describe('a grant that was changed', () => {
  it('rules the streams that are open by its new policy', async () => {
    await start();
    const token = await mint({ policy: undefined });
    const stream = await listen(token);
    await rig.store.grants.change('default', 'g1', { policy: 'rules' });
    await grants.refresh();
    rig.directory.setGrants(new Map());
    expect(await stream.text).toContain('notifications/tools/list_changed');
  });
});

describe('a grant of somebody else', () => {
  it('makes nobody list again when it is minted', async () => {
    await start();
    const stream = await listen(await mint());
    await mint({ id: 'g2', label: 'another' });
    rig.directory.setGrants(new Map());
    expect(await stream.text).not.toContain('list_changed');
  });
});

describe('a grant that is bound to addresses', () => {
  it.each([
    ['the loopback range', ['10.0.0.0/8', '127.0.0.0/8'], 200],
    ['the very address', ['127.0.0.1'], 200],
    ['other ranges', ['10.0.0.0/8', '::1'], 401],
    ['nothing that is an address', ['localhost'], 401],
    ['an empty list', [], 401],
  ])('%s', async (_, addresses, status) => {
    await start();
    expect(await statusOf(await mint({ addresses }))).toBe(status);
  });

  it('is refused elsewhere just as one that nobody knows', async () => {
    await start();
    const token = await mint({ addresses: ['10.0.0.0/8'] });
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const bound = await rig.post(body, { authorization: `Bearer ${token}` });
    const unknown = await rig.post(body, { authorization: `Bearer ${newGrantToken()}` });
    expect(bound.text).toBe(unknown.text);
    expect(bound.headers.get('www-authenticate')).toBe(unknown.headers.get('www-authenticate'));
    const elsewhere = rig.url.replace('/shop/', '/other/');
    const wrongServer = await fetch(elsewhere, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${token}` },
      body,
    });
    expect(wrongServer.status).toBe(401);
  });

  it('does not believe a client about its address', async () => {
    await start();
    const token = await mint({ addresses: ['10.0.0.0/8'] });
    expect(await statusOf(token, { 'x-forwarded-for': '10.0.0.1' })).toBe(401);
  });

  it('believes a trusted proxy, and of what it tells only what it has seen itself', async () => {
    await start({ trustedProxies: ['127.0.0.1'] });
    const token = await mint({ addresses: ['10.0.0.0/8'] });
    expect(await statusOf(token, { 'x-forwarded-for': '10.0.0.1' })).toBe(200);
    expect(await statusOf(token, { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' })).toBe(401);
    expect(await statusOf(token, { 'x-forwarded-for': '203.0.113.9, 10.0.0.1' })).toBe(200);
    expect(await statusOf(token, { 'x-forwarded-for': 'nonsense' })).toBe(401);
  });

  it('can be used from elsewhere as soon as it is freed', async () => {
    await start();
    const token = await mint({ addresses: ['10.0.0.0/8'] });
    expect(await statusOf(token)).toBe(401);
    await rig.store.grants.change('default', 'g1', { addresses: null });
    await grants.refresh();
    expect(await statusOf(token)).toBe(200);
  });
});

describe('the last use of a grant', () => {
  const used = async (): Promise<Grant | undefined> =>
    (await rig.store.grants.list()).find(({ id }) => id === 'g1');

  it('is written a minute later, and nothing is read again because of it', async () => {
    let touch: LastUse | undefined;
    const lastUse = { note: (grant: Grant) => touch?.note(grant) } as LastUse;
    await start({ lastUse });
    touch = new LastUse(rig.store.grants, { now: () => time.now }, silentLog);
    const token = await mint();
    const revision = await rig.store.grants.revision();
    time.now += 59_999;
    await statusOf(token);
    await statusOf(newGrantToken());
    await touch.refresh();
    expect((await used())?.lastUsedAt).toBeUndefined();
    time.now += 1;
    await touch.refresh();
    expect((await used())?.lastUsedAt).toBe(1_059_999);
    expect(await rig.store.grants.revision()).toBe(revision);
  });
});
