import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Telemetry } from '#gateway';
import { createMetricsPage, Metrics } from '#platform';
import { GatewayRig } from '../support/gateway-rig.ts';
import { parsePrometheusText, type Sample } from '../support/prometheus-text.ts';

const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    echo: { limits: [{ counter: 'echoes', window: 'hour', max: 2 }] },
    hang_up: {},
    slow: {},
    delete_all: { action: 'deny', reason: 'Never.' },
  },
};

const rigs: GatewayRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function start(audience: 'loopback' | 'any' = 'loopback', callMs = 150): Promise<GatewayRig> {
  const meter = new Metrics();
  const rig = await GatewayRig.start({
    policy: POLICY,
    upstream: { sessions: true },
    limits: { callMs },
    telemetry: new Telemetry({ meter, timeOneIn: 1 }),
    metrics: { page: createMetricsPage(meter, '1.2.3'), audience },
  });
  rigs.push(rig);
  return rig;
}

function initialize(protocolVersion: string): string {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 't', version: '1' } };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
}

async function scrape(rig: GatewayRig): Promise<Sample[]> {
  const response = await fetch(new URL('/metrics', rig.url));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parsePrometheusText(await response.text());
}

function valuesOf(samples: readonly Sample[], name: string): Record<string, number> {
  const own = samples.filter((sample) => sample.name === name);
  return Object.fromEntries(own.map(({ labels, value }) => [Object.values(labels).join(' '), value]));
}

/** A page asked for with raw headers, over a connection of its own. */
function ask(rig: GatewayRig, headers: Record<string, string>, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(rig.url);
    request({ hostname, port, path: '/metrics', method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });
}

describe('the metrics page after a scripted hour', () => {
  it('shows exactly what happened', async () => {
    const rig = await start();
    await rig.call('echo', { text: 'a' });
    await rig.modern('tools/call', { name: 'echo', arguments: { text: 'b' } });
    await rig.call('echo', { text: 'c' }); // the third of two
    await rig.call('delete_all');
    await rig.call('status');
    await rig.call('nonsense');
    await rig.call('nonsense-2');
    await rig.call('hang_up');
    await rig.call('slow', { ms: 2_000 });
    await rig.post('{ this is no JSON');
    await rig.post('{}', { authorization: 'Bearer wrong' });
    await rig.post('{}', { authorization: undefined });
    const list = await rig.modern('tools/list');
    expect(list.status).toBe(200);
    await rig.upstream.stop();
    await rig.call('hang_up');

    const samples = await scrape(rig);
    expect(valuesOf(samples, 'toolgate_decisions_total')).toEqual({
      'shop allow /tools/echo': 2,
      'shop allow /tools/hang_up': 2,
      'shop allow /tools/slow': 1,
      'shop deny /tools/echo/limits/echoes': 1,
      'shop deny /tools/delete_all/action': 1,
      'shop deny (default deny)': 1,
      'shop deny (unknown tool)': 2,
      'shop refused (protocol)': 1,
    });
    expect(valuesOf(samples, 'toolgate_quota_refusals_total')).toEqual({ 'shop echoes': 1 });
    expect(valuesOf(samples, 'toolgate_upstream_errors_total')).toEqual({
      'shop broken': 1,
      'shop timeout': 1,
      'shop unreachable': 1,
    });
    expect(valuesOf(samples, 'toolgate_turned_away_total')).toEqual({ '401': 2 });
    expect(valuesOf(samples, 'toolgate_open_streams')).toEqual({ shop: 0 });
    expect(valuesOf(samples, 'toolgate_requests_in_flight')).toEqual({ '': 0 });
    // 12 answered by the pipeline: all but the two that were turned away
    expect(valuesOf(samples, 'toolgate_request_duration_seconds_count')).toEqual({ shop: 12 });
    expect(valuesOf(samples, 'toolgate_step_duration_seconds_count')).toEqual({
      read: 11, // not the one that could not be read
      find_tool: 10,
      decide: 10,
      admit: 11,
      upstream: 3, // two echoes and the list
      inspect: 3,
    });
    expect(valuesOf(samples, 'toolgate_build_info')).toEqual({ [`1.2.3 ${process.version}`]: 1 });
    expect(samples.some(({ name }) => name === 'process_cpu_seconds_total')).toBe(true);
  });

  it('counts streams while they are open, and calls while they run', async () => {
    const rig = await start();
    const opened = await rig.post(initialize('2025-11-25'));
    const session = opened.headers.get('mcp-session-id') ?? '';
    const away = new AbortController();
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${rig.token}`,
      'mcp-session-id': session,
    };
    const stream = await fetch(rig.url, { headers, signal: away.signal });
    expect(stream.status).toBe(200);
    const slow = rig.call('slow', { ms: 100 });

    await expect
      .poll(async () => {
        const samples = await scrape(rig);
        const open = valuesOf(samples, 'toolgate_open_streams');
        return { ...open, inFlight: valuesOf(samples, 'toolgate_requests_in_flight')[''] };
      })
      .toEqual({ shop: 1, inFlight: 1 });
    await slow;
    away.abort();
    await expect.poll(async () => valuesOf(await scrape(rig), 'toolgate_open_streams')).toEqual({ shop: 0 });
    const samples = await scrape(rig);
    // how long a stream was open is no duration of a request
    expect(valuesOf(samples, 'toolgate_request_duration_seconds_count')).toEqual({ shop: 2 });
    expect(valuesOf(samples, 'toolgate_requests_in_flight')).toEqual({ '': 0 });
  });

  it.each([
    ['a call', false],
    ['a batch of two', true],
  ])('counts %s whose agent went away as over', async (_, isBatch) => {
    const rig = await start('loopback', 5_000);
    const away = new AbortController();
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'slow', arguments: { ms: 3_000 } },
    });
    const opened = await rig.post(initialize('2025-03-26'));
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${rig.token}`,
      'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    };
    const text = isBatch ? `[${body},${body.replace('"id":1', '"id":2')}]` : body;
    const gone = fetch(rig.url, { method: 'POST', body: text, headers, signal: away.signal }).catch(
      () => 'gone',
    );
    await expect.poll(() => rig.upstream.calls.length).toBe(isBatch ? 2 : 1);
    expect(valuesOf(await scrape(rig), 'toolgate_requests_in_flight')[''] ?? 0).toBe(isBatch ? 3 : 1);
    away.abort();
    expect(await gone).toBe('gone');
    await expect
      .poll(async () => valuesOf(await scrape(rig), 'toolgate_requests_in_flight'))
      .toEqual({ '': 0 });
  });
});

describe('who may read the metrics page', () => {
  it.each([
    ['a program on this machine', { host: 'localhost' }, 200],
    ['one that sends a worthless token', { host: '127.0.0.1', authorization: 'Bearer x' }, 200],
    ['a page that rebound its name', { host: 'evil.example' }, 403],
    ['somebody behind a proxy on this machine', { host: 'localhost', 'x-forwarded-for': '10.0.0.9' }, 403],
    ['the same with the standard header', { host: 'localhost', forwarded: 'for=10.0.0.9' }, 403],
  ])('%s', async (_, headers, status) => {
    expect(await ask(await start(), headers as unknown as Record<string, string>)).toBe(status);
  });

  it('everybody who reaches the port by an allowed name, where that is wanted', async () => {
    const rig = await start('any');
    expect(await ask(rig, { host: 'localhost', 'x-forwarded-for': '10.0.0.9' })).toBe(200);
    expect(await ask(rig, { host: 'evil.example' })).toBe(403);
  });

  it('by GET and HEAD only', async () => {
    const rig = await start();
    expect(await ask(rig, { host: 'localhost' }, 'HEAD')).toBe(200);
    expect(await ask(rig, { host: 'localhost' }, 'POST')).toBe(405);
  });

  it('nobody, where it is not offered', async () => {
    const rig = await GatewayRig.start({ policy: POLICY });
    rigs.push(rig);
    expect(await ask(rig, { host: 'localhost' })).toBe(404);
  });
});
