import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Connection, ConsentEvent } from '#control';
import { createKeyRing, newKeyEntry, silentLog, systemClock } from '#platform';
import { knowListedTool } from '#policy';
import { openStore, type ManagedServer } from '#store';
import {
  createAddressGuard,
  createHttpUpstream,
  createLegacySseUpstream,
  createStdioUpstream,
} from '#upstream';
import {
  beginLogin,
  createCredentialVault,
  createOAuthCredential,
  createOutboundFetch,
} from '#upstream/oauth';
import { fixture } from '../../test/fixtures/stdio/probe.ts';
import { LegacySseServer } from '../../test/support/legacy-sse-server.ts';
import { followLogin, ProtectedServer } from '../../test/support/protected-server.ts';
import { RecordingUpstream, type RecordingUpstreamOptions } from '../../test/support/recording-upstream.ts';
import type { Compose } from './assembly.ts';
import { createManagedUpstreams, type ManagedUpstreamOptions } from './managed-upstreams.ts';

const SECRET = 'CANARY-of-the-check';
const keys = createKeyRing(newKeyEntry(), 'the test');
const HERE = { allow: ['127.0.0.0/8'] };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** As the composition puts upstreams together. */
const createUpstream: Compose['createUpstream'] = async (serverId, target, _limits, parts = {}) => {
  const shared = { serverId, log: silentLog, clock: systemClock, knowTool: knowListedTool };
  if (!('url' in target)) return createStdioUpstream({ ...shared, ...target });
  const { vault, addresses: rules, consent } = parts;
  const limits = {
    connectMs: 1_000,
    firstByteMs: 2_000,
    callMs: 2_000,
    startMs: 2_000,
    answerBytes: 1_000_000,
  };
  const options = { ...shared, ...target, limits, addresses: createAddressGuard(rules ?? 'any') };
  if (target.transport === 'sse') return createLegacySseUpstream({ ...options, version: '1' });
  if (!target.oauth || !vault) return createHttpUpstream(options);
  const about = { serverId, serverUrl: target.url, headers: target.headers, settings: target.oauth, consent };
  const credential = createOAuthCredential({
    ...about,
    vault: await vault(),
    addresses: rules,
    clock: systemClock,
    log: silentLog,
  });
  return createHttpUpstream({ ...options, credential });
};

function managed(changes: Partial<ManagedUpstreamOptions> = {}): ReturnType<typeof createManagedUpstreams> {
  const store = openStore({ dataDir: ':memory:' });
  closing.push(() => store.close());
  const vault = createCredentialVault(store.credentials, keys, systemClock);
  return createManagedUpstreams({
    compose: { createUpstream },
    keys,
    vault: () => Promise.resolve(vault),
    addresses: HERE,
    allowCommands: true,
    origin: () => 'https://gateway.example.com',
    notify: () => Promise.resolve(),
    ...changes,
  });
}

async function server(
  options: RecordingUpstreamOptions = {},
): Promise<{ url: string; behind: RecordingUpstream }> {
  const behind = new RecordingUpstream(options);
  const url = await behind.start();
  closing.push(() => behind.stop());
  return { url, behind };
}

const http = (url: string, headers = {}): Connection => ({ kind: 'streamable-http', url, headers });
const stdio = (script: string, more: object = {}): Connection => ({
  kind: 'stdio',
  command: process.execPath,
  args: [fixture(script)],
  env: {},
  ...more,
});

describe('a check', () => {
  it('tells what a modern server is', async () => {
    const { url } = await server({
      answers: ({ method, id }) =>
        method === 'server/discover'
          ? {
              jsonrpc: '2.0',
              id,
              result: {
                resultType: 'complete',
                supportedVersions: ['2026-07-28'],
                capabilities: { tools: {} },
                _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'new\u202eone', version: '7' } },
              },
            }
          : undefined,
    });
    const outcome = await managed().probe(http(url));
    expect(outcome).toMatchObject({
      ok: true,
      era: 'modern',
      revision: '2026-07-28',
      server: { name: 'new one', version: '7' },
    });
    expect(outcome.ok && outcome.tools.length).toBe(12);
    expect(outcome.latencyMs).toBeGreaterThan(0);
  });

  it('tells what a legacy server is, with its credential shown, and ends the session that it opened', async () => {
    const { url, behind } = await server({ legacyOnly: true, sessions: true });
    const outcome = await managed().probe(http(url, { 'x-api-key': SECRET }));
    expect(outcome).toMatchObject({
      ok: true,
      era: 'legacy',
      revision: '2025-11-25',
      server: { name: 'recording-upstream', version: '1' },
    });
    expect(new Set(behind.arrivals.map(({ headers }) => headers['x-api-key']))).toEqual(new Set([SECRET]));
    const opened = behind.arrivals.filter(({ body }) => body.includes('"initialize"')).length;
    await expect.poll(() => behind.arrivals.filter(({ verb }) => verb === 'DELETE').length).toBe(opened);
  });

  it('tells what a server over HTTP with SSE is', async () => {
    const old = new LegacySseServer();
    const url = await old.start();
    closing.push(() => old.stop());
    expect(await managed().probe({ kind: 'sse', url, headers: {} })).toMatchObject({
      ok: true,
      era: 'legacy',
      revision: '2024-11-05',
    });
  });

  it('tells what a command is, whatever era it speaks', async () => {
    const { probe } = managed();
    expect(await probe(stdio('server.mjs'))).toMatchObject({
      ok: true,
      era: 'legacy',
      revision: '2025-06-18',
      server: { name: 'fixture' },
    });
    expect(await probe(stdio('modern-only.mjs'))).toMatchObject({
      ok: true,
      era: 'modern',
      revision: '2026-07-28',
    });
  });

  it.each([
    [
      'nobody listens',
      http('http://127.0.0.1:9/mcp'),
      /no connection|refused|reach/i,
      /can be reached from the machine/,
    ],
    ['the address is not allowed', http('http://10.0.0.1/mcp'), /may not be used/, /upstreamAddresses/],
    ['there is no such program', stdio('', { command: 'no-such-program-here' }), /ENOENT/, /no such program/],
  ])('says why it fails when %s, and what to do', async (_, connection, reason, hint) => {
    const outcome = await managed().probe(connection);
    expect(outcome).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    });
  });

  it('says that what answers there is no MCP server, that it leads elsewhere, or wants another credential', async () => {
    for (const [status, hint] of [
      [404, /no MCP server of this kind/],
      [401, /another credential/],
      [307, /it leads to/],
    ] as const) {
      const outcome = await managed().probe(http(await answering(status)));
      expect(outcome).toMatchObject({ ok: false, hint: expect.stringMatching(hint) });
    }
  });

  it('says of a server that wants OAuth that a person must consent', async () => {
    const behind = await ProtectedServer.start();
    closing.push(() => behind.stop());
    const outcome = await managed().probe({ ...http(behind.url), oauth: {} } as Connection);
    expect(outcome).toMatchObject({
      ok: false,
      reason: 'The gateway is not logged in to it (an admin connects it in Toolgate).',
      hint: expect.stringContaining('a person must consent'),
    });
  });

  it('repeats nothing that was given to a program that fails', async () => {
    const script =
      'console.error(`Error: bad token ${process.env.TOKEN} and ${process.argv[1]}`); process.exit(1)';
    const outcome = await managed().probe({
      kind: 'stdio',
      command: process.execPath,
      args: ['-e', script, SECRET],
      env: { TOKEN: `${SECRET}-2` },
    });
    expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('bad token •••') });
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
  });

  it('starts no command where none may run', async () => {
    const { probe } = managed({ allowCommands: false });
    expect(await probe(stdio('server.mjs'))).toMatchObject({
      ok: false,
      reason: 'Commands may not run here.',
    });
  });

  it('is made of few servers at once, and of every one', async () => {
    let running = 0;
    let most = 0;
    const counting: Compose['createUpstream'] = async (...args) => {
      most = Math.max(most, ++running);
      const upstream = await createUpstream(...args);
      const close = upstream.close.bind(upstream);
      return Object.assign(upstream, { close: () => close().finally(() => running--) });
    };
    const { url } = await server();
    const { probe } = managed({ compose: { createUpstream: counting } });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => probe(http(url))));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(30);
    expect([most, running]).toEqual([8, 0]);
  });
});

describe('a stored server', () => {
  const row = (connection: Connection): ManagedServer & { organisation: string } => ({
    id: 'crm-abc123',
    name: 'CRM',
    organisation: 'acme',
    kind: connection.kind,
    display: '{}',
    settings: '{}',
    connectionSealed: keys.seal(JSON.stringify(connection), 'server:crm-abc123'),
    onChange: 'alert',
    catalogueSlug: undefined,
    createdAt: 0,
    updatedAt: 0,
  });

  it('is opened with everything that was sealed', async () => {
    const { url, behind } = await server();
    const upstream = await managed().open(row(http(url, { 'x-api-key': SECRET })));
    closing.push(() => upstream.close());
    expect((await upstream.tools()).has('echo')).toBe(true);
    expect(behind.arrivals[0]?.headers['x-api-key']).toBe(SECRET);
  });

  it('tells people, once and in one process, that only a consent helps', async () => {
    const behind = await ProtectedServer.start();
    closing.push(() => behind.stop());
    const store = openStore({ dataDir: ':memory:' });
    closing.push(() => store.close());
    const vault = createCredentialVault(store.credentials, keys, systemClock);
    const connection = { ...http(behind.url), oauth: {} } as Connection;
    const login = await beginLogin({
      serverId: 'crm-abc123',
      serverUrl: behind.url,
      headers: [],
      settings: {},
      vault,
      clock: systemClock,
      redirectUri: 'http://127.0.0.1:1/callback',
      fetch: createOutboundFetch(behind.url),
    });
    await login.finish((await followLogin(login.authorizationUrl.href, behind.issuer)).searchParams);
    const told: ConsentEvent[] = [];
    const notify = (event: ConsentEvent): Promise<void> => Promise.resolve(void told.push(event));
    const processes = [0, 1].map(() => managed({ vault: () => Promise.resolve(vault), notify }));
    await behind.endConsent();
    const outcomes = await Promise.allSettled(
      processes.map(async ({ open }) => {
        const upstream = await open(row(connection));
        closing.push(() => upstream.close());
        return upstream.tools();
      }),
    );
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining('connects it in Toolgate') },
      });
    expect(told).toMatchObject([
      {
        event: 'server.consent_needed',
        organisation: 'acme',
        url: 'https://gateway.example.com/app/servers/crm-abc123',
      },
    ]);
  });

  it('is not opened as a command where none may run, nor for another server’s id', async () => {
    const { open } = managed({ allowCommands: false });
    await expect(open(row(stdio('server.mjs')))).rejects.toMatchObject({ code: 'server.commands_off' });
    await expect(open({ ...row(http('http://127.0.0.1/')), id: 'other-123456' })).rejects.toMatchObject({
      code: 'key.refused',
    });
  });

  it('lies where it may, by the rules for servers that people register', async () => {
    await expect(
      managed({ addresses: 'public' }).open(row(http('http://127.0.0.1:1/'))),
    ).rejects.toMatchObject({
      code: 'upstream.address_not_allowed',
    });
  });
});

/** A server that answers everything with one status. */
async function answering(status: number): Promise<string> {
  const plain = createServer((_, response) =>
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(),
  );
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => plain.close(resolve)));
  const address = plain.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`;
}
