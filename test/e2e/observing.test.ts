import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newGrantToken } from '#platform';
import { Collector } from '../support/collector.ts';
import { freePort, ROOT, serve, throwAwayFolder, type Served } from '../support/command.ts';
import { JSON_HEADERS, modernMessage } from '../support/gateway-rig.ts';
import { parsePrometheusText } from '../support/prometheus-text.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/** The built `serve` with every kind of secret in use: what it logs, measures and traces holds none of them. */
const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    echo: { limits: [{ counter: 'echoes', window: 'hour', max: 2 }] },
    hang_up: {},
    slow: {},
    status: {},
    delete_all: { action: 'deny', reason: 'Never.' },
  },
};
const SECRET = {
  bearer: 'remote-bearer-5f2c9d71',
  apiKey: 'k"ey/with+odd=chars\\4711',
  query: 'query-key-83b1e0',
  child: 'child-secret-77aa12',
  argument: 'argument-value-0c9e4d',
  inline: 'inline-credential-aa8812',
  foreignToken: newGrantToken(),
  cookie: 'session=cookie-value-19cc',
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function upstream(): Promise<RecordingUpstream> {
  const server = new RecordingUpstream({ sessions: true });
  cleanups.push(() => server.stop());
  await server.start();
  return server;
}

async function redirecting(): Promise<string> {
  const server: Server = createServer((request, response) => {
    request.resume();
    response.writeHead(302, { location: `http://127.0.0.1:1/?${SECRET.query}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

async function start(
  servers: object,
  grants: readonly object[],
  env: Record<string, string>,
  more: object = {},
) {
  const folder = throwAwayFolder();
  const config = join(folder, 'toolgate.json');
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(POLICY));
  writeFileSync(config, JSON.stringify({ servers, grants, ...more }));
  const data = join(folder, 'data');
  mkdirSync(data);
  const served = await serve(data, ['--config', config], { env });
  cleanups.push(() => served.command.stop());
  return { folder, config, data, served };
}

const post = (
  { base, tokens }: Served,
  server: string,
  message: object | string,
  headers: Record<string, string> = {},
) =>
  fetch(`${base}/mcp/${server}/`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, authorization: `Bearer ${tokens.get(server) ?? ''}`, ...headers },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });

const call = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

interface Line {
  readonly msg: string;
  readonly level: number;
  readonly [field: string]: unknown;
}
const linesOf = (served: Served): Line[] =>
  served.command.stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

const grantFor = (server: string) => ({
  label: server,
  server,
  policy: 'rules',
  token: { file: `${server}.token` },
});

describe('whatever goes wrong at TOOLGATE_LOG=debug', () => {
  it('leaves no secret in log, metrics and traces', async () => {
    const remote = await upstream();
    const collector = new Collector();
    const endpoint = await collector.start();
    cleanups.push(() => collector.stop());
    const policies = { rules: 'policy.json' };
    const headers = { Authorization: 'Bearer ${REMOTE_KEY}', 'X-Api-Key': '${REMOTE_API_KEY}' };
    const limits = { callMs: 400, firstByteMs: 400, startMs: 2_000 };
    const env = { CHILD_SECRET: '${CHILD_SECRET}' };
    const leak = "console.error('started with ' + process.env.CHILD_SECRET); process.exit(1)";
    const servers = {
      remote: {
        url: `http://127.0.0.1:${remote.port}/mcp?key=${SECRET.query}`,
        headers,
        limits,
        policies,
      },
      down: { url: `http://127.0.0.1:${await freePort()}/mcp`, headers, limits, policies },
      redirecting: { url: await redirecting(), headers, limits, policies },
      leaky: { command: process.execPath, args: ['-e', leak], env, limits, policies },
      local: {
        command: process.execPath,
        args: [join(ROOT, 'test/fixtures/stdio/server.mjs')],
        env,
        limits,
        policies,
      },
    };
    const { folder, config, data, served } = await start(servers, Object.keys(servers).map(grantFor), {
      TOOLGATE_LOG: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      REMOTE_KEY: SECRET.bearer,
      REMOTE_API_KEY: SECRET.apiKey,
      CHILD_SECRET: SECRET.child,
    });

    const opened = await post(served, 'remote', {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    });
    const session = opened.headers.get('mcp-session-id') ?? '';
    expect(session).toMatch(/^tgs1\./);
    const inSession = { 'mcp-session-id': session, cookie: SECRET.cookie };
    const args = { text: SECRET.argument };
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };
    const results = [
      await post(served, 'remote', call('echo', args), inSession),
      await post(served, 'remote', modernMessage('tools/call', { name: 'echo', arguments: args }), {
        ...modern,
        'mcp-name': 'echo',
      }),
      await post(served, 'remote', call('echo', args)), // over the limit
      await post(served, 'remote', call('delete_all', args)),
      await post(served, 'remote', call(SECRET.foreignToken, args)), // an agent mixes up its fields
      await post(served, 'remote', call('hang_up', args)),
      await post(served, 'remote', call('slow', { ms: 2_000 })),
      await post(served, 'remote', call('status', { status: 500 })),
      await post(served, 'remote', call('status', { status: 401 })),
      await post(served, 'remote', call('echo', args), { 'mcp-session-id': `${session}x` }),
      await post(served, 'remote', `{"${SECRET.argument}`),
      await post(served, 'remote', call('echo'), { authorization: `Bearer ${SECRET.foreignToken}` }),
      await post(served, 'down', call('echo', args)),
      await post(served, 'redirecting', call('echo', args)),
      await post(served, 'leaky', call('echo', args)),
      await post(served, 'local', call('echo', args)),
    ];
    expect(results.map(({ status }) => status)).toEqual([
      200, 200, 200, 200, 200, 200, 200, 200, 200, 404, 400, 401, 200, 200, 200, 200,
    ]);
    writeFileSync(join(folder, 'policy.json'), `{ "version": "1", "default": "perhaps" }`);
    await served.command.shows(/policy not reloaded/);
    const faulty = {
      remote: { url: 'x', headers: { Authorization: SECRET.inline }, limits: { callMs: 'x' } },
    };
    writeFileSync(config, JSON.stringify({ servers: faulty }));
    await served.command.shows(/configuration not reloaded/);
    const metrics = await (await fetch(`${served.base}/metrics`)).text();
    await served.command.stop();

    // the traffic did show, so that the silence below means something
    const lines = linesOf(served);
    const seen = lines.filter(({ msg }) => msg === 'request');
    expect(new Set(seen.map(({ decision }) => decision))).toEqual(
      new Set([undefined, 'allow', 'deny', 'refused']),
    );
    expect(new Set(seen.map(({ failure }) => failure))).toEqual(
      new Set([undefined, 'broken', 'timeout', 'refused_credentials', 'unreachable', 'redirect']),
    );
    expect(lines.find(({ stderr }) => stderr)).toMatchObject({ stderr: 'started with [hidden]' });
    expect(collector.spans.length).toBeGreaterThan(10);
    expect(parsePrometheusText(metrics).length).toBeGreaterThan(50);

    const key = readFileSync(join(data, 'session.key'));
    const secrets = {
      ...SECRET,
      apiKeyInJson: JSON.stringify(SECRET.apiKey).slice(1, -1),
      session,
      signature: session.split('.').at(-1) ?? '',
      upstreamSession: 'upstream-session-1',
      keyText: key.toString('latin1').trim(),
      keyHex: key.toString('hex'),
      keyBase64: key.toString('base64'),
      ...Object.fromEntries(served.tokens),
    };
    const places = { log: served.command.stderr, metrics, traces: collector.bodies.join('\n') };
    for (const [place, text] of Object.entries(places)) {
      for (const [name, secret] of Object.entries(secrets)) {
        expect(text.includes(secret), `${name} in ${place}`).toBe(false);
      }
    }
  });
});

describe('"metrics" in the configuration', () => {
  it.each([
    [{}, 200],
    [{ metrics: 'any' }, 200],
    [{ metrics: 'off' }, 404],
  ])('%j answers %i to a program on this machine', async (more, status) => {
    const { served } = await start({}, [], {}, more);
    expect((await fetch(`${served.base}/metrics`)).status).toBe(status);
  });
});

describe('one line a request', () => {
  const remoteOnly = async (env: Record<string, string>) => {
    const remote = await upstream();
    const servers = {
      remote: { url: `http://127.0.0.1:${remote.port}/mcp`, policies: { rules: 'policy.json' } },
    };
    return (await start(servers, [grantFor('remote')], env)).served;
  };

  it('tells the decision and bears the id that the agent got', async () => {
    const served = await remoteOnly({ TOOLGATE_LOG: 'info' });
    await post(served, 'remote', call('echo'));
    const denied = await post(served, 'remote', call('delete_all'));
    const away = await post(served, 'remote', call('echo'), { authorization: 'Bearer nothing' });
    await served.command.shows(/turned away/);
    expect(linesOf(served)).toMatchObject([
      {
        msg: 'request',
        level: 30,
        request: denied.headers.get('x-request-id'),
        server: 'remote',
        grant: 'declared:remote/remote',
        label: 'remote',
        method: 'tools/call',
        tool: 'delete_all',
        decision: 'deny',
        rule: '/tools/delete_all/action',
        policy: 'rules',
        status: 200,
      },
      { msg: 'request turned away', request: away.headers.get('x-request-id'), status: 401 },
    ]);
  });

  it('is written for the wanted share of allowed calls, evenly', async () => {
    const served = await remoteOnly({ TOOLGATE_LOG: 'info', TOOLGATE_LOG_SAMPLE: '0.25' });
    for (let i = 0; i < 8; i++) await post(served, 'remote', { jsonrpc: '2.0', id: i, method: 'ping' });
    await expect.poll(() => linesOf(served).length).toBe(2);
  });

  it('is not begun with a share that is none', async () => {
    await expect(remoteOnly({ TOOLGATE_LOG_SAMPLE: '2' })).rejects.toThrow(/share between 0/);
  });
});

describe('traces', () => {
  const traced = async (env: Record<string, string>) => {
    const remote = await upstream();
    const servers = {
      remote: { url: `http://127.0.0.1:${remote.port}/mcp`, policies: { rules: 'policy.json' } },
    };
    const { served } = await start(servers, [grantFor('remote')], env);
    return { served, remote };
  };

  it('are sent to the collector that the environment names, before the process ends', async () => {
    const collector = new Collector();
    const endpoint = await collector.start();
    cleanups.push(() => collector.stop());
    const { served, remote } = await traced({ TOOLGATE_LOG: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    await post(served, 'remote', call('echo'));
    await served.command.stop();
    const [client, server] = collector.spans;
    expect(server).toMatchObject({ name: 'tools/call echo', service: 'toolgate' });
    expect(client).toMatchObject({ name: 'tools/call echo', parentSpanId: server?.spanId });
    expect(remote.arrivals.at(-1)?.headers['traceparent']).toBe(`00-${client?.traceId}-${client?.spanId}-01`);
    expect(linesOf(served).find(({ tool }) => tool === 'echo')?.['trace']).toBe(server?.traceId);
  });

  it('are missed, not needed, where their packages are not installed', async () => {
    const hook = join(ROOT, 'test/fixtures/without-tracing-packages.mjs');
    const { served } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      NODE_OPTIONS: `--import ${hook}`,
    });
    const [line] = linesOf(served);
    expect(line?.msg).toContain('npm install @opentelemetry/sdk-trace-base');
    expect((await post(served, 'remote', call('echo'))).status).toBe(200);
  });
});
