import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADA, ApiClient, callOnce, type Called } from '../support/api.ts';
import { CLIENTS, connectClient } from '../support/clients.ts';
import { ROOT, run, serve, throwAwayFolder, TOOLGATE, type Served } from '../support/command.ts';
import { startPostgres } from '../support/postgres.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/** The control plane of built gateways, from an empty data folder, over nothing but its API. */
const WALKTHROUGH = join(ROOT, 'examples/control-plane.mjs');
const DECISION = 'io.toolgate/decision';
const WAIT = { timeout: 15_000, interval: 50 };
/** As many new connections reach every worker: the port hands them out in turn. */
const ALL_WORKERS = 8;

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const opened: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.stop();
});

async function served(dataDir: string, args: readonly string[] = [], env = {}): Promise<Served> {
  const gateway = await serve(dataDir, args, { env });
  opened.push(gateway.command);
  return gateway;
}

interface Items<T> {
  readonly items: readonly T[];
}
interface Decision {
  readonly id: string;
  readonly tool?: string;
  readonly outcome: string;
  readonly rule: string;
  readonly policyVersion?: string;
}
interface Server {
  readonly id: string;
  readonly managed: boolean;
  readonly path: string;
}

/** What the walkthrough leaves, as the person sees it who signed up in it. */
async function expectLeftBehind(api: ApiClient): Promise<void> {
  const servers = await api.get<Items<Server>>('/servers');
  const own = servers.items.find(({ managed }) => managed)?.id ?? '';
  const log = await api.get<Items<Decision>>(`/logs?server=${own}&limit=200`);
  const rows = log.items.toReversed().map((row) => [row.outcome, row.rule, row.policyVersion]);
  expect(rows).toEqual([
    ['allow', '/tools/fluentcrm_pause_campaign', '1'],
    ['deny', '(default deny)', '1'],
    ['deny', '/arguments', '1'],
    ['deny', '/tools/fluentcrm_pause_campaign/action', '2'],
    ['hold', '/tools/fluentcrm_resume_campaign/action', '3'],
    ['hold', '/tools/fluentcrm_resume_campaign/action', '3'],
    ['allow', '/tools/fluentcrm_resume_campaign/action', '3'],
    ['hold', '/tools/fluentcrm_resume_campaign/action', '3'],
  ]);
  const versions = await api.get<Items<{ version: number; note: string }>>(
    `/servers/${own}/policies/main/versions`,
  );
  expect(versions.items.map(({ version, note }) => [version, note])).toEqual([
    [3, 'Resuming, with a yes'],
    [2, 'Sale'],
    [1, 'Pausing only'],
  ]);
  expect(await api.get('/audit/verify')).toMatchObject({ ok: true, head: expect.stringMatching(/^9:/) });
}

/** What the commands say of the same data. */
async function expectCommandsAgree(dataDir: string, env: Record<string, string>): Promise<void> {
  const toolgate = (...args: string[]) => run(TOOLGATE, [...args, '--data', dataDir], { env });
  const audit = await toolgate('audit', 'verify');
  expect([audit.code, audit.stdout]).toEqual([0, expect.stringContaining('default: 9 events')]);
  const listed = await toolgate('approvals', 'list', '--status', 'all', '--json');
  const approvals = JSON.parse(listed.stdout) as { status: string; tool: string }[];
  expect(approvals.map(({ status, tool }) => [status, tool])).toEqual([
    ['pending', 'fluentcrm_resume_campaign'],
    ['used', 'fluentcrm_resume_campaign'],
  ]);
  const waiting = await toolgate('approvals', 'list');
  expect(waiting.stdout.match(/apr_\w+/g)).toHaveLength(1);
  expect((await toolgate('check')).code).toBe(0);
}

const STORES: [string, () => Promise<Record<string, string>>][] = [
  ['SQLite', () => Promise.resolve({})],
  ['PostgreSQL', async () => ({ TOOLGATE_DATABASE_URL: (await postgres?.createDatabase()) ?? '' })],
];

for (const [store, environment] of STORES) {
  describe.skipIf(store === 'PostgreSQL' && postgres === undefined)(`the walkthrough, over ${store}`, () => {
    it.each(['1', '2'])('with %s workers', { timeout: 120_000 }, async (workers) => {
      const dataDir = throwAwayFolder();
      const env = await environment();
      const { base } = await served(dataDir, ['--workers', workers], env);
      const { code, stdout, stderr } = await run(WALKTHROUGH, [base]);
      expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/All is as it should be\.\n$/);
      const [, password = ''] = /with the password (\S+)/.exec(stdout) ?? [];
      await expectLeftBehind(await ApiClient.signIn(base, { email: ADA.email, password }));
      await expectCommandsAgree(dataDir, env);
    });
  });
}

it('the walkthrough fails where it is not the first to sign up', { timeout: 60_000 }, async () => {
  const { base } = await served(throwAwayFolder());
  await ApiClient.signUp(base);
  const { code, stderr } = await run(WALKTHROUGH, [base]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Signing up is closed.')]);
});

const OPEN = { version: '1', default: 'allow' };
const SHUT = { version: '1', default: 'deny', tools: { echo: { action: 'deny', reason: 'Not now.' } } };

describe('with two workers', () => {
  const upstream = new RecordingUpstream();
  let api: ApiClient;
  let url: string;
  let server: string;
  let token: string;
  beforeEach(async () => {
    const { base } = await served(throwAwayFolder(), ['--workers', '2']);
    api = await ApiClient.signUp(base);
    server = await api.register('Shop', { kind: 'streamable-http', url: await upstream.start() });
    opened.push(upstream);
    await api.publish(server, 'main', OPEN);
    ({ token } = await api.mint(server, 'agent', 'main'));
    url = `${base}/mcp/${server}/`;
    await vi.waitFor(async () => {
      for (const { status } of await everyWorker()) expect(status).toBe(200);
    }, WAIT);
  });

  const everyWorker = (): Promise<Called[]> =>
    Promise.all(Array.from({ length: ALL_WORKERS }, () => callOnce(url, token, 'echo', { text: 'x' })));

  const passes = ({ body }: Called): boolean => body.result?._meta?.[DECISION] === undefined;

  /** How long after an edit the last worker still decided as before, in milliseconds. */
  async function followedAfter(document: object, isAsWanted: (call: Called) => boolean): Promise<number> {
    await api.publish(server, 'main', document);
    const published = performance.now();
    let last = 0;
    await vi.waitFor(
      async () => {
        const asked = performance.now() - published;
        const calls = await everyWorker();
        if (!calls.every(isAsWanted)) last = asked;
        expect(calls.every(isAsWanted)).toBe(true);
      },
      { timeout: 15_000, interval: 20 },
    );
    return last;
  }

  it('an edit is in force in every worker within a second', { timeout: 60_000 }, async () => {
    const times: number[] = [];
    for (let edit = 0; edit < 3; edit++) {
      times.push(await followedAfter(SHUT, (call) => !passes(call)));
      times.push(await followedAfter(OPEN, passes));
    }
    // one of them may meet a machine that is busy with something else
    const [, secondSlowest = 0] = times.toSorted((a, b) => b - a);
    expect(secondSlowest, `milliseconds: ${times.map(Math.round).join(' ')}`).toBeLessThan(1_000);
  });

  it('a grant that is revoked opens nothing in any worker', { timeout: 60_000 }, async () => {
    const { items } = await api.get<Items<{ id: string; managed: boolean }>>('/grants');
    const grant = items.find(({ managed }) => managed);
    await api.call('POST', `/grants/${grant?.id}/revoke`);
    await vi.waitFor(async () => {
      for (const { status } of await everyWorker()) expect(status).toBe(401);
    }, WAIT);
  });

  it.each(CLIENTS)('a denial is seen by %s, connected since before', { timeout: 60_000 }, async (kind) => {
    const client = await connectClient(kind, { url, token });
    const before = await client.callTool('echo', { text: 'x' });
    expect(before.content[0]?.text).toMatch(/^echo: /);
    await followedAfter(SHUT, (call) => !passes(call));
    const after = await client.callTool('echo', { text: 'x' });
    expect([after.isError, after.content[0]?.text]).toEqual([true, '[POLICY DENIED] Not now.']);
    expect(after._meta?.[DECISION]).toMatchObject({ rule: '/tools/echo/action', version: '2' });
    await client.close();
  });
});

describe('in one process, what was answered is in force', () => {
  const upstream = new RecordingUpstream({ sessions: true });
  let base: string;
  let api: ApiClient;
  let server: string;
  beforeEach(async () => {
    ({ base } = await served(throwAwayFolder()));
    api = await ApiClient.signUp(base);
    server = await api.register('Shop', { kind: 'streamable-http', url: await upstream.start() });
    opened.push(upstream);
  });

  const url = (): string => `${base}/mcp/${server}/`;
  const echo = (token: string): Promise<Called> => callOnce(url(), token, 'echo', { text: 'x' });
  const ruleOf = ({ body }: Called): string | undefined => body.result?._meta?.[DECISION]?.rule;

  it('without a moment between, again and again', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 5; round++) {
      await api.publish(server, 'main', OPEN);
      const { id, token } = await api.mint(server, `agent ${round}`, 'main');
      expect([(await echo(token)).status, ruleOf(await echo(token))]).toEqual([200, undefined]);
      await api.publish(server, 'main', SHUT);
      expect(ruleOf(await echo(token))).toBe('/tools/echo/action');
      await api.call('PATCH', `/grants/${id}`, { policy: null });
      expect(ruleOf(await echo(token))).toBe('(no policy)');
      const rotated = await api.call<{ token: string }>('POST', `/grants/${id}/rotate`, {
        overlapSeconds: 0,
      });
      expect([(await echo(token)).status, (await echo(rotated.token)).status]).toEqual([401, 200]);
      await api.call('POST', `/grants/${id}/revoke`);
      expect((await echo(rotated.token)).status).toBe(401);
    }
  });

  it('for the connection of a server, and for its end', async () => {
    await api.publish(server, 'main', OPEN);
    const { token } = await api.mint(server, 'agent', 'main');
    const elsewhere = new RecordingUpstream();
    opened.push(elsewhere);
    await echo(token);
    await api.call('PATCH', `/servers/${server}`, { connection: { url: await elsewhere.start() } });
    await echo(token);
    expect(elsewhere.calls).toHaveLength(1);
    await api.call('DELETE', `/servers/${server}`);
    expect((await echo(token)).status).toBe(401);
  });

  it.each<[string, (grant: string) => Promise<unknown>]>([
    ['its grant is revoked', (grant) => api.call('POST', `/grants/${grant}/revoke`)],
    ['its server is removed', () => api.call('DELETE', `/servers/${server}`)],
  ])('and an open stream ends when %s', async (_name, end) => {
    await api.publish(server, 'main', OPEN);
    const { id, token } = await api.mint(server, 'agent', 'main');
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const accept = 'application/json, text/event-stream';
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    const opening = await fetch(url(), {
      method: 'POST',
      headers: { ...headers, accept },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    });
    const session = opening.headers.get('mcp-session-id') ?? '';
    await opening.text();
    const stream = await fetch(url(), {
      headers: { ...headers, accept: 'text/event-stream', 'mcp-session-id': session },
    });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const ended = stream.text();
    await end(id);
    // it ends by itself: nobody reads it again, and nothing is sent on it
    expect(typeof (await ended)).toBe('string');
    expect((await echo(token)).status).toBe(401);
  });
});

it('a declared server belongs to the first organisation, to see and not to change', async () => {
  const { base, tokens } = await served(throwAwayFolder());
  const api = await ApiClient.signUp(base);
  const { items } = await api.get<Items<Server>>('/servers');
  expect(items.map(({ id, managed }) => [id, managed])).toEqual([['fluentcrm', false]]);
  const policies = await api.get<Items<{ name: string; managed: boolean }>>('/servers/fluentcrm/policies');
  expect(policies.items.map(({ name, managed }) => [name, managed])).toEqual([
    ['hide-delete', false],
    ['pause-only', false],
  ]);
  expect((await api.ask('PATCH', '/servers/fluentcrm', { name: 'Mine' })).status).toBe(409);
  expect((await api.ask('DELETE', '/servers/fluentcrm')).status).toBe(409);

  const called = await callOnce(
    `${base}/mcp/fluentcrm/`,
    tokens.get('demo') ?? '',
    'fluentcrm_list_tags',
    {},
  );
  expect(called.body.result?._meta?.[DECISION]?.rule).toBe('(default deny)');
  const log = await api.get<Items<Decision>>('/logs');
  expect(log.items.map(({ tool, rule }) => [tool, rule])).toEqual([
    ['fluentcrm_list_tags', '(default deny)'],
  ]);
});

it('people stay signed in when the gateway is started again', async () => {
  const dataDir = throwAwayFolder();
  const first = await served(dataDir);
  const api = await ApiClient.signUp(first.base);
  await first.command.stop();
  const { base } = await served(dataDir);
  expect(await api.at(base).get('/me')).toMatchObject({ user: { email: ADA.email } });
  expect((await api.at(base).ask('PATCH', '/organisation', { name: 'Acme & Sons' })).status).toBe(200);
  expect((await ApiClient.withCookie(base, 'toolgate.session_token=made-up').ask('GET', '/me')).status).toBe(
    401,
  );
});

/** What was seen last is of the gateway that saw it. */
const OF_THE_MOMENT = new Set(['lastAsked', 'lastUsedAt', 'tools', 'risk']);

/** An answer without what changes from one moment to the next. */
function lasting(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => (OF_THE_MOMENT.has(key) ? undefined : value)),
  );
}

describe('a backup', () => {
  const upstream = new RecordingUpstream();

  it('made under load and restored elsewhere gives the same answers', { timeout: 120_000 }, async () => {
    const dataDir = throwAwayFolder();
    const gateway = await served(dataDir);
    const api = await ApiClient.signUp(gateway.base);
    const server = await api.register('Shop', {
      kind: 'streamable-http',
      url: await upstream.start(),
      headers: { authorization: 'Bearer of-the-shop' },
    });
    opened.push(upstream);
    await api.publish(server, 'main', {
      ...OPEN,
      tools: { echo: { action: 'require_approval', reason: 'Somebody must agree.' } },
    });
    const { token } = await api.mint(server, 'agent', 'main');
    const echo = (base: string): Promise<Called> =>
      callOnce(`${base}/mcp/${server}/`, token, 'echo', { text: 'hello' });
    const id = (await echo(gateway.base)).body.result?._meta?.['io.toolgate/approval']?.id ?? '';
    expect(id).toMatch(/^apr_/);
    await api.call('POST', `/approvals/${id}/approve`, {});
    const paths = ['/servers', '/members', '/audit', '/approvals'].concat(
      `/servers/${server}/policies/main/versions`,
    );
    const answersOf = (from: ApiClient): Promise<unknown[]> =>
      Promise.all(paths.map(async (path) => lasting(await from.get(path))));
    const before = await answersOf(api);

    const ended = new AbortController();
    let passed = 0;
    const load = (async () => {
      for (; !ended.signal.aborted; passed++)
        await callOnce(`${gateway.base}/mcp/${server}/`, token, 'delete_all', {});
    })();
    const backup = join(throwAwayFolder(), 'backup');
    const made = await run(TOOLGATE, ['backup', backup, '--with-key', '--data', dataDir]);
    ended.abort();
    await load;
    expect([made.code, passed > 0], made.stderr).toEqual([0, true]);

    const elsewhere = join(throwAwayFolder(), 'data');
    const restored = await run(TOOLGATE, ['restore', backup, '--data', elsewhere]);
    expect(restored.code, restored.stderr).toBe(0);
    const copy = await served(elsewhere);
    expect(await answersOf(api.at(copy.base))).toEqual(before);

    // the yes is in the copy too, and so is the credential of the server
    expect((await echo(copy.base)).body.result?.content?.[0]?.text).toBe('echo: {"text":"hello"}');
    expect(upstream.arrivals.at(-1)?.headers['authorization']).toBe('Bearer of-the-shop');
    expect((await echo(copy.base)).body.result?.content?.[0]?.text).toContain('[APPROVAL REQUIRED]');
  });
});
