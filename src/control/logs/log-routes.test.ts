import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId, silentLog } from '#platform';
import type { LimitDemand } from '#policy';
import { createQuota, type QuotaOwner } from '#quota';
import { createRecords } from '#records';
import type { DecisionRecord } from '#store';
import { keyWith, openTestApi, START, type TestApi } from '../api.suite.ts';
import { logRoutes } from './log-routes.ts';

const HOUR = 3_600_000;

function recordAt(at: number, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id: newId('dec', at),
    at,
    requestId: 'req_1',
    server: 'crm',
    grantId: 'grant_1',
    grantLabel: 'newsletter',
    method: 'tools/call',
    tool: 'pause_campaign',
    revision: '2025-11-25',
    transport: 'http',
    policy: 'main',
    policyVersion: '3',
    outcome: 'deny',
    enforced: true,
    rule: '(default deny)',
    message: 'No.',
    argumentKeys: ['campaign'],
    ...changes,
  };
}

const LIMIT: LimitDemand = {
  rule: '/tools/pause_campaign/limits/rate',
  counter: 'rate',
  scope: 'session',
  windowSeconds: 60,
  maxMicros: 3_000_000,
  amountMicros: 1_000_000,
  message: 'Enough.',
  onUnavailable: 'deny',
};

interface List {
  readonly items: readonly { readonly id: string; readonly server: string }[];
  readonly next?: string;
}

describe('the decision log in the API', () => {
  let test: TestApi;
  let servers: Record<string, readonly string[]>;
  let isAllowed: boolean;
  let open: AbortController;
  let closing: AbortController;
  beforeEach(() => {
    servers = { acme: ['crm', 'shop'], other: ['theirs'] };
    isAllowed = true;
    open = new AbortController();
    closing = new AbortController();
    test = openTestApi(({ store }) =>
      logRoutes({
        records: createRecords({ store: store.records, clock: { now: Date.now }, log: silentLog }),
        serverIds: async (organisation) => servers[organisation] ?? [],
        stillAllowed: async () => isAllowed,
        closing: closing.signal,
        times: { recheckMs: 40, heartbeatMs: 25 },
      }),
    );
  });
  afterEach(() => open.abort());

  async function insert(at: number, changes: Partial<DecisionRecord> = {}): Promise<string> {
    const record = recordAt(at, changes);
    await test.store.records.insert(record);
    return record.id;
  }
  /** A call that takes one of the three that a limit allows in a minute. */
  async function spend(
    at: number,
    owner: Partial<QuotaOwner> = {},
    changes: Partial<DecisionRecord> = {},
  ): Promise<string> {
    const quota = createQuota({ counters: test.store.counters, clock: { now: () => at } });
    const whole = {
      organisation: 'acme',
      server: 'crm',
      grant: 'grant_1',
      session: 'secret-session',
      ...owner,
    };
    const record = recordAt(at, { outcome: 'allow', ...changes });
    const reserved = await quota.reserve([LIMIT], whole, record);
    if (!reserved.granted && !reserved.unavailable) {
      const { rule } = LIMIT;
      await test.store.records.insert({ ...record, outcome: 'deny', rule }, [reserved.entry]);
    }
    return record.id;
  }
  const list = async (query: string): Promise<List> => (await test.ask('GET', `/logs${query}`)).body as List;
  const idsOf = ({ items }: List): string[] => items.map(({ id }) => id);

  it('gives decisions newest first, in pages, each once', async () => {
    const all: string[] = [];
    for (let i = 0; i < 25; i++) all.push(await insert(START + i));
    const paged: string[] = [];
    let next: string | undefined;
    do {
      const page = await list(`?limit=10${next === undefined ? '' : `&cursor=${next}`}`);
      paged.push(...idsOf(page));
      next = page.next;
    } while (next !== undefined);
    expect(paged).toEqual(all.toReversed());
  });

  it('shows a whole decision, and that it was only observed', async () => {
    const id = await insert(START, { enforced: false, tool: undefined });
    await test.store.records.finish(id, {
      result: 'ok',
      upstreamStatus: undefined,
      latencyMicros: 1_500,
      quotaReturned: false,
    });
    const expected = {
      id,
      at: '2023-11-14T22:13:20.000Z',
      outcome: 'deny',
      enforced: false,
      server: 'crm',
      method: 'tools/call',
      rule: '(default deny)',
      message: 'No.',
      grant: { id: 'grant_1', label: 'newsletter' },
      policy: 'main',
      policyVersion: '3',
      argumentKeys: ['campaign'],
      requestId: 'req_1',
      revision: '2025-11-25',
      transport: 'http',
      ending: { result: 'ok', latencyMs: 1.5, quotaReturned: false },
    };
    expect((await list('')).items).toEqual([expected]);
    expect(await test.ask('GET', `/logs/${id}`)).toMatchObject({ status: 200, body: expected });
  });

  it.each([
    ['server=shop', 1],
    ['server=theirs', 0],
    ['grant=billing', 1],
    ['grant=grant_1', 4],
    ['tool=refund', 1],
    ['outcome=allow', 1],
    ['rule=/tools/refund', 1],
    ['since=2023-11-14T22:13:21Z', 1],
    ['until=2023-11-14T22:13:21Z', 3],
    ['since=2023-11-14T23:13:20.500%2B01:00&until=2023-11-14T23:13:21%2B01:00', 0],
  ])('narrows by %s', async (query, count) => {
    await insert(START);
    await insert(START, { server: 'shop', grantLabel: 'billing' });
    await insert(START, { tool: 'refund', outcome: 'allow', rule: '/tools/refund' });
    await insert(START + 1000);
    await insert(START, { server: 'theirs', grantLabel: 'billing' });
    expect((await list(`?${query}`)).items).toHaveLength(count);
  });

  it("never shows what is another organisation's, on any path", async () => {
    const taken = { outcome: 'allow', server: 'theirs', tool: 'their_secret_tool' } as const;
    const id = await spend(START, { organisation: 'other', server: 'theirs' }, taken);
    const seen = [
      await test.ask('GET', '/logs'),
      await test.ask('GET', '/logs?server=theirs'),
      await test.ask('GET', `/logs/${id}`),
      await test.ask('GET', '/logs/export'),
      await test.ask('GET', '/logs/export?format=csv&server=theirs'),
      await test.ask('GET', '/usage?since=2023-11-14T00:00:00Z&until=2023-11-15T00:00:00Z'),
      await test.ask('GET', '/usage/limits?since=2023-11-14T00:00:00Z&until=2023-11-15T00:00:00Z'),
      await test.ask('GET', '/usage/limits?server=theirs'),
    ];
    expect(JSON.stringify(seen.map(({ body }) => body))).not.toContain('their');
    expect(seen[2]?.status).toBe(404);
    const own = await test.ask('GET', `/logs/${id}`, { as: { organisation: 'other', role: 'viewer' } });
    expect(own.status).toBe(200);
  });

  it.each(['dec_', 'nothing', '__proto__', 'dec_zzzzzzzzz000AAAAAAAAAA', '%00'])(
    'knows no decision %s',
    async (id) => {
      expect(await test.ask('GET', `/logs/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    },
  );

  it.each(['?limit=0', '?outcome=maybe', '?since=yesterday', '?nothing=1', `?tool=${'x'.repeat(301)}`])(
    'refuses %s',
    async (query) => {
      expect((await test.ask('GET', `/logs${query}`)).status).toBe(422);
    },
  );

  it('is read by an organisation eight times over at most', async () => {
    await insert(START);
    const answers = await Promise.all(Array.from({ length: 9 }, () => test.ask('GET', '/usage')));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toMatchObject([{ status: 429, body: { code: 'logs.too_many_reads' } }]);
    expect((await test.ask('GET', '/usage')).status).toBe(200);
  });

  it('refuses a cursor of another list', async () => {
    expect(await test.ask('GET', '/logs?cursor=WzFd')).toMatchObject({
      status: 400,
      body: { code: 'usage.cursor' },
    });
  });

  it.each(['/logs', '/logs/dec_1', '/logs/follow', '/logs/export', '/usage', '/usage/limits'])(
    'gives %s to viewers and keys of its scope alone',
    async (path) => {
      for (const [as, status] of [
        ['nobody', 401],
        [keyWith('grants:read'), 403],
      ] as const)
        expect((await test.ask('GET', path, { as })).status).toBe(status);
    },
  );

  describe('usage', () => {
    it('counts a span by hours or days', async () => {
      await insert(START);
      await insert(START + HOUR, { outcome: 'allow' });
      await insert(START + 2 * HOUR, { outcome: 'hold', server: 'shop' });
      const span = 'since=2023-11-14T00:00:00Z&until=2023-11-16T00:00:00Z';
      const { body } = await test.ask('GET', `/usage?${span}&bucket=day`);
      expect(body).toMatchObject({
        complete: true,
        countedSince: '2023-11-14T00:00:00.000Z',
        total: { calls: 3, allowed: 1, denied: 1, held: 1 },
        buckets: [
          { start: '2023-11-14T00:00:00.000Z', calls: 2 },
          { start: '2023-11-15T00:00:00.000Z', calls: 1 },
        ],
        servers: [
          { server: 'crm', calls: 2 },
          { server: 'shop', calls: 1 },
        ],
        rules: [{ server: 'crm', policy: 'main', rule: '(default deny)', denied: 1 }],
        tools: [{ tool: 'pause_campaign', calls: 2 }, {}],
      });
      expect((await test.ask('GET', `/usage?${span}&server=shop`)).body).toMatchObject({
        total: { calls: 1 },
      });
    });

    it('is of the last day when nothing is said', async () => {
      await insert(START - 25 * HOUR);
      await insert(START - HOUR);
      expect((await test.ask('GET', '/usage')).body).toMatchObject({ bucket: 'hour', total: { calls: 1 } });
    });

    it('says how full limits were, whom they refused, and by which rule', async () => {
      for (let i = 0; i < 5; i++) await spend(START + i);
      await spend(START - 2 * HOUR, { grant: 'grant_2', session: undefined });
      const { status, body } = await test.ask('GET', '/usage/limits?until=2023-11-14T22:14:00Z');
      expect(status).toBe(200);
      expect(body).toEqual({
        since: '2023-11-13T22:14:00.000Z',
        until: '2023-11-14T22:14:00.000Z',
        bucket: 'hour',
        complete: true,
        countedSince: '2023-11-13T22:14:00.000Z',
        limits: [
          {
            server: 'crm',
            policy: 'main',
            scope: 'session',
            counter: 'rate',
            windowSeconds: 60,
            max: 3,
            counts: 'calls',
            used: 4,
            share: 1,
            refused: 2,
            rules: [{ rule: LIMIT.rule, refused: 2 }],
            fullest: {
              start: '2023-11-14T22:13:00.000Z',
              grant: { id: 'grant_1', label: 'newsletter' },
            },
            buckets: [
              { start: '2023-11-14T20:00:00.000Z', used: 1, share: 0.3333, refused: 0 },
              { start: '2023-11-14T22:00:00.000Z', used: 3, share: 1, refused: 2 },
            ],
          },
        ],
      });
      expect(JSON.stringify(body)).not.toContain('secret-session');
    });

    it('says it of one server, where that is asked', async () => {
      await spend(START);
      await spend(START, { server: 'shop' }, { server: 'shop' });
      const { body } = await test.ask('GET', '/usage/limits?server=shop&until=2023-11-14T22:14:00Z');
      expect(body).toMatchObject({ limits: [{ server: 'shop', used: 1 }] });
    });

    it('draws the buckets of the ten fullest limits alone', async () => {
      for (let i = 0; i < 12; i++) await spend(START, { session: `session ${i}` }, { policy: `policy ${i}` });
      const { body } = await test.ask('GET', '/usage/limits?until=2023-11-14T22:14:00Z');
      const { limits } = body as { limits: readonly { readonly buckets: readonly unknown[] }[] };
      expect(limits.map(({ buckets }) => buckets.length)).toEqual([...Array<number>(10).fill(1), 0, 0]);
    });

    it.each([
      'since=2023-11-15T00:00:00Z&until=2023-11-14T00:00:00Z',
      'since=2023-09-01T00:00:00Z&until=2023-11-14T00:00:00Z',
    ])('refuses the span %s', async (span) => {
      for (const path of ['/usage', '/usage/limits'])
        expect(await test.ask('GET', `${path}?${span}`)).toMatchObject({
          status: 422,
          body: { code: 'logs.span' },
        });
    });
  });

  describe('export', () => {
    it('gives everything that matches as NDJSON or CSV, as a file', async () => {
      for (let i = 0; i < 1500; i++) await insert(START + i);
      await insert(START, { tool: '=cmd()', outcome: 'allow' });
      const ndjson = await test.ask('GET', '/logs/export?outcome=deny');
      expect(ndjson.headers.get('content-type')).toContain('application/x-ndjson');
      expect(ndjson.headers.get('content-disposition')).toBe('attachment; filename="decisions.ndjson"');
      expect(String(ndjson.body).trimEnd().split('\n')).toHaveLength(1500);
      const csv = await test.ask('GET', '/logs/export?format=csv&outcome=allow');
      expect(csv.headers.get('content-type')).toContain('text/csv');
      expect(String(csv.body).split('\r\n')).toEqual([
        expect.stringMatching(/^id,at,/),
        expect.stringContaining(",'=cmd(),"),
        '',
      ]);
    });
  });

  describe('follow', () => {
    interface Stream {
      readonly response: Response;
      text(): string;
      readonly ended: Promise<void>;
    }
    async function follow(query = '', organisation = 'acme'): Promise<Stream> {
      const caller = {
        kind: 'user',
        id: 'ada',
        label: 'Ada',
        organisation,
        role: 'viewer',
        isApprover: false,
      };
      const response = await test.api.fetch(
        new Request(`http://gateway.test/api/v1/logs/follow${query}`, {
          headers: { 'test-caller': JSON.stringify(caller) },
          signal: open.signal,
        }),
      );
      let text = '';
      const read = async (): Promise<void> => {
        for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString('utf8');
      };
      const ended = response.status === 200 ? read() : Promise.resolve();
      return { response, text: () => text, ended };
    }
    const eventsIn = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');

    it('begins with the newest, goes on with each new one, and gives signs of life', async () => {
      const first = await insert(Date.now());
      const stream = await follow('?limit=1');
      expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
      await vi.waitFor(() => expect(eventsIn(stream.text())).toEqual([first]));
      await insert(Date.now(), { server: 'theirs' });
      const second = await insert(Date.now(), { message: 'two\nlines' });
      await vi.waitFor(() => expect(eventsIn(stream.text())).toEqual([first, second]), { timeout: 5000 });
      expect(stream.text()).toContain(': still here\n\n');
      const data = /^data: (.*)\n\n/m.exec(stream.text().slice(stream.text().indexOf(second)));
      expect(JSON.parse(data?.[1] ?? '')).toMatchObject({ id: second, message: 'two\nlines' });
    });

    it('ends when the rights of the caller do', async () => {
      const stream = await follow();
      isAllowed = false;
      await stream.ended;
      expect(stream.text()).toContain('retry: 3000');
    });

    it('ends when the organisation has other servers than before', async () => {
      const stream = await follow();
      servers = { acme: ['crm'] };
      await stream.ended;
    });

    it('ends when the client goes', async () => {
      const stream = await follow();
      open.abort();
      await stream.ended;
    });

    it('ends when the gateway wants to stop, and is not begun then', async () => {
      const stream = await follow();
      closing.abort();
      await stream.ended;
      await (
        await follow()
      ).ended;
    });

    it('is given to twenty at a time in an organisation, and again when one has gone', async () => {
      const streams = await Promise.all(Array.from({ length: 21 }, () => follow()));
      expect(streams.map(({ response }) => response.status).filter((status) => status === 200)).toHaveLength(
        20,
      );
      const refused = streams.find(({ response }) => response.status !== 200)?.response;
      expect(await refused?.json()).toMatchObject({ status: 429, code: 'logs.too_many_streams' });
      expect(refused?.headers.get('retry-after')).toBe('30');
      expect((await follow('', 'other')).response.status).toBe(200);
      open.abort();
      await Promise.all(streams.map(({ ended }) => ended));
      open = new AbortController();
      expect((await follow()).response.status).toBe(200);
    });
  });
});
