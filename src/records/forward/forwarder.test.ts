import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore, type Store } from '#store';
import { FINISHED, madeRecord } from '../made-record.suite.ts';
import { createForwarder, type Forwarder, type ForwardTarget } from './forwarder.ts';
import { postForward, type ForwardPost } from './post.ts';
import { forwardStateIn } from './state.ts';

const START = Date.parse('2026-11-22T12:00:00.000Z');
const HOUR = 3_600_000;
const SETTLED = 6000;
const SECRET = 'a secret of sixteen';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('createForwarder', () => {
  let folder: string;
  let store: Store;
  let target: Server;
  let url: string;
  let now: number;
  let status: number;
  let received: Received[];
  let logged: { readonly what: unknown; readonly facts: unknown }[];
  const stop = new AbortController();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'toolgate-forward-'));
    store = openStore({ dataDir: ':memory:' });
    now = START;
    status = 200;
    received = [];
    logged = [];
    target = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        if (status < 300) received.push({ headers: request.headers, body });
        response.writeHead(status).end();
      });
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/in?key=canary`;
  });
  afterEach(async () => {
    target.close();
    target.closeAllConnections();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function forwarder(changes: Partial<ForwardTarget> = {}, post: ForwardPost = postForward): Forwarder {
    const note = (...[facts, what]: unknown[]) => void logged.push({ what, facts });
    return createForwarder({
      records: store.records,
      target: { url, format: 'ndjson', ...changes },
      state: forwardStateIn(folder),
      clock: { now: () => now },
      log: { info: note, warn: note },
      post,
    });
  }
  async function insert(count = 1): Promise<string[]> {
    const records = Array.from({ length: count }, () => madeRecord(now));
    await Promise.all(records.map((record) => store.records.insert(record)));
    return records.map(({ id }) => id);
  }
  const deliver = (one: Forwarder): Promise<number> => one.deliver(stop.signal);
  const ids = (): string[] =>
    received.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    );

  it('begins with what is recorded from then on, and sends it once it has settled, with its ending', async () => {
    await insert();
    now += HOUR;
    const one = forwarder();
    await deliver(one);
    now += 10_000;
    const [id = ''] = await insert();
    await deliver(one);
    expect(received).toEqual([]);
    await store.records.finish(id, FINISHED);
    now += SETTLED + 1;
    await deliver(one);
    await deliver(one);
    expect(ids()).toEqual([id]);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      tool: 'pause_campaign',
      ending: { result: 'ok' },
    });
  });

  it('sends everything in order, in batches, in each only what comes next', async () => {
    const one = forwarder();
    await deliver(one);
    const all: string[] = [];
    for (let i = 0; i < 3; i++) {
      now += 7 * HOUR;
      all.push(...(await insert(700)));
    }
    now += SETTLED + 1;
    await deliver(one);
    expect(ids()).toEqual(all);
    expect(received.map(({ body }) => body.split('\n').length - 1)).toEqual([500, 200, 500, 200, 500, 200]);
  });

  it.each([500, 429, 404, 302])(
    'lets records wait while the target answers %i, and drops none',
    async (answer) => {
      const one = forwarder();
      await deliver(one);
      now += 1;
      status = answer;
      const first = await insert(3);
      now += SETTLED + 1;
      const waits = [await deliver(one), await deliver(one), await deliver(one)];
      expect(waits).toEqual([1000, 2000, 4000]);
      now += 30 * HOUR;
      const later = await insert(2);
      status = 200;
      now += SETTLED + 1;
      await deliver(one);
      expect(ids()).toEqual([...first, ...later]);
      expect(logged.map(({ what }) => what)).toEqual([
        'decision records were not taken; they wait',
        'decision records were not taken; they wait',
        'decision records were not taken; they wait',
        'decision records are forwarded again',
      ]);
    },
  );

  it('goes on in another process where the first was stopped, also when nobody listened', async () => {
    await deliver(forwarder());
    now += 1;
    const all = await insert(2);
    target.close();
    target.closeAllConnections();
    now += SETTLED + 1;
    await deliver(forwarder());
    expect(JSON.stringify(logged)).not.toContain('canary');
    target.listen(Number(new URL(url).port), '127.0.0.1');
    await once(target, 'listening');
    now += 61_000; // the right of the first has run out
    await deliver(forwarder());
    expect(ids()).toEqual(all);
  });

  it('delivers from one process only, as long as that goes on', async () => {
    const [one, two] = [forwarder(), forwarder()];
    await deliver(one);
    now += 1;
    await insert(5);
    now += SETTLED + 1;
    await Promise.all([deliver(one), deliver(two), deliver(two)]);
    expect(ids()).toHaveLength(5);
  });

  it('halves what is too much at once', async () => {
    const post: ForwardPost = async (to, headers, body, signal) =>
      body.split('\n').length > 100 ? { status: 413 } : postForward(to, headers, body, signal);
    const one = forwarder({}, post);
    await deliver(one);
    now += 1;
    const all = await insert(600);
    now += SETTLED + 1;
    await deliver(one);
    expect(ids()).toEqual(all);
  });

  it('signs what it sends, and sends the headers it was given', async () => {
    const one = forwarder({ secret: SECRET, headers: { authorization: 'Bearer x' } });
    await deliver(one);
    now += 1;
    await insert();
    now += SETTLED + 1;
    await deliver(one);
    const { headers, body } = received[0] as Received;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const hash = createHmac('sha256', SECRET).update(signed).digest('base64');
    expect(headers).toMatchObject({
      authorization: 'Bearer x',
      'content-type': 'application/x-ndjson',
      'webhook-signature': `v1,${hash}`,
    });
  });

  it('speaks OTLP where that is asked for', async () => {
    const one = forwarder({ format: 'otlp' });
    await deliver(one);
    now += 1;
    await store.records.insert(
      madeRecord(now, { outcome: 'deny', rule: '(default deny)', policy: undefined }),
    );
    now += SETTLED + 1;
    await deliver(one);
    expect(received[0]?.headers['content-type']).toBe('application/json');
    const { resourceLogs } = JSON.parse(received[0]?.body ?? '') as {
      resourceLogs: [{ scopeLogs: [{ logRecords: [Record<string, unknown>] }] }];
    };
    const [record] = resourceLogs[0].scopeLogs[0].logRecords;
    expect(record).toMatchObject({
      timeUnixNano: `${START + 1}000000`,
      severityText: 'WARN',
      body: { stringValue: 'deny pause_campaign by (default deny)' },
    });
    expect(record['attributes']).toEqual(
      expect.arrayContaining([
        { key: 'toolgate.server', value: { stringValue: 'crm' } },
        { key: 'toolgate.enforced', value: { boolValue: true } },
        { key: 'toolgate.argument_keys', value: { arrayValue: { values: [{ stringValue: 'campaign' }] } } },
      ]),
    );
    expect(JSON.stringify(record)).not.toContain('toolgate.policy"');
  });

  it('begins anew, from now, when its cursor is damaged', async () => {
    const one = forwarder();
    await deliver(one);
    now += 1;
    await insert();
    writeFileSync(join(folder, 'forward-cursor.json'), '{"at":');
    now += HOUR;
    await deliver(one);
    const later = await insert();
    now += SETTLED + 1;
    await deliver(one);
    expect(ids()).toEqual(later);
  });

  it('goes on until it is told to stop, whatever the store does', async () => {
    const end = new AbortController();
    let isAway = true;
    const query: Store['records']['query'] = (filter) =>
      isAway ? Promise.reject(new Error('away')) : store.records.query(filter);
    const one = createForwarder({
      records: { query },
      target: { url, format: 'ndjson' },
      state: forwardStateIn(folder),
      clock: { now: () => now },
      log: { info: () => {}, warn: () => void (isAway = false) },
      post: postForward,
    });
    await deliver(one);
    now += 1;
    const all = await insert();
    now += SETTLED + 1;
    const running = one.run(end.signal);
    await vi.waitFor(() => expect(ids()).toEqual(all), { timeout: 5000 });
    end.abort();
    await running;
  });
});
