import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  CounterEntry,
  DecisionRecord,
  RecordFilter,
  RecordStore,
  Store,
  StoredRecord,
} from './ports.ts';

/** A record as a call would leave it, with changes. */
export function record(id: string, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id,
    at: 1000,
    requestId: '7',
    server: 'fluentcrm',
    grantId: 'grant_1',
    grantLabel: 'newsletter agent',
    method: 'tools/call',
    tool: 'fluentcrm_pause_campaign',
    revision: '2025-11-25',
    transport: 'http',
    policy: 'main',
    policyVersion: '3',
    outcome: 'allow',
    enforced: true,
    rule: '/tools/fluentcrm_pause_campaign',
    message: '',
    argumentKeys: ['campaign_id', 'reason'],
    ...changes,
  };
}

const FINISHED = { result: 'ok', upstreamStatus: 200, latencyMicros: 12_345, quotaReturned: false } as const;
const UNREACHED = {
  result: 'unreachable',
  upstreamStatus: undefined,
  latencyMicros: 0,
  quotaReturned: true,
} as const;

/** What every driver's `RecordStore` must do. `open` gives a new, empty store. */
export function recordSuite(open: () => Store): void {
  describe('RecordStore', () => {
    let store: Store;
    let records: RecordStore;
    beforeEach(() => {
      store = open();
      records = store.records;
    });
    afterEach(() => store.close());

    const ids = async (filter: RecordFilter): Promise<readonly string[]> =>
      (await records.query(filter)).map((row) => row.id);

    it.each<[string, DecisionRecord]>([
      ['with every field', record('r1')],
      [
        'without the optional ones',
        record('r1', { tool: undefined, policy: undefined, policyVersion: undefined, argumentKeys: [] }),
      ],
      [
        'of a stdio call in observe mode',
        record('r1', { transport: 'stdio', enforced: false, outcome: 'deny' }),
      ],
      [
        'in any writing, quotes and control characters included',
        record('r1', {
          tool: 'pauză\'"; DROP TABLE x; --',
          message: 'łódź 活动 🚀\u001b[31m\n',
          argumentKeys: ['ключ', '\0'],
        }),
      ],
    ])('gives a record back %s', async (_name, given) => {
      await records.insert(given);
      expect(await records.query({})).toEqual([{ ...given, ending: undefined }]);
    });

    it('keeps how the call ended', async () => {
      await records.insert(record('r1'));
      await records.finish('r1', FINISHED);
      expect((await records.query({}))[0]?.ending).toEqual({
        result: 'ok',
        upstreamStatus: 200,
        latencyMs: 12.345,
        quotaReturned: false,
      });
    });

    it('keeps the ending of a call whose upstream was never reached', async () => {
      await records.insert(record('r1'));
      await records.finish('r1', UNREACHED);
      expect((await records.query({}))[0]?.ending).toEqual({
        result: 'unreachable',
        upstreamStatus: undefined,
        latencyMs: 0,
        quotaReturned: true,
      });
    });

    it('finishes nothing but the one call', async () => {
      await records.insert(record('r1'));
      await records.finish('r2', FINISHED);
      expect(await records.query({})).toEqual([{ ...record('r1'), ending: undefined }]);
    });

    it('gives the newest first, at most 100 unless told, and the oldest first when asked', async () => {
      const all = Array.from({ length: 105 }, (_, i) => `r${String(i).padStart(3, '0')}`);
      await Promise.all(all.map((id) => records.insert(record(id))));
      expect(await ids({})).toEqual(all.toReversed().slice(0, 100));
      expect(await ids({ limit: 2 })).toEqual(['r104', 'r103']);
      expect(await ids({ limit: 2, order: 'oldest' })).toEqual(['r000', 'r001']);
      expect(await ids({ limit: 0 })).toEqual([]);
      expect(await ids({ limit: -1 })).toEqual([]);
      expect(await ids({ order: 'oldest', afterId: 'r101' })).toEqual(['r102', 'r103', 'r104']);
    });

    it.each<[string, RecordFilter, readonly string[]]>([
      ['server', { server: 'github' }, ['r2']],
      ['grant id', { grant: 'grant_2' }, ['r3']],
      ['grant label', { grant: 'billing agent' }, ['r3']],
      ['tool', { tool: 'create_refund' }, ['r4']],
      ['no tool of that name', { tool: 'create_%' }, []],
      ['allowed', { outcome: 'allow' }, ['r1', 'r3', 'r4', 'r5']],
      ['refused', { outcome: 'deny' }, ['r2']],
      ['rule', { rule: '(default deny)' }, ['r2']],
      ['time, inclusive', { since: 2000 }, ['r5']],
      ['time, up to a moment that is not taken in', { until: 2000 }, ['r1', 'r2', 'r3', 'r4']],
      ['several servers', { servers: ['github', 'stripe'] }, ['r2']],
      ['no server at all', { servers: [] }, []],
      ['what sorts before an id', { beforeId: 'r3' }, ['r1', 'r2']],
      [
        'several at once',
        { server: 'fluentcrm', outcome: 'allow', since: 1000, afterId: 'r3' },
        ['r4', 'r5'],
      ],
    ])('finds records by %s', async (_name, filter, expected) => {
      await Promise.all([
        records.insert(record('r1')),
        records.insert(record('r2', { server: 'github', outcome: 'deny', rule: '(default deny)' })),
        records.insert(record('r3', { grantId: 'grant_2', grantLabel: 'billing agent' })),
        records.insert(record('r4', { tool: 'create_refund' })),
        records.insert(record('r5', { at: 2000 })),
      ]);
      expect(await ids({ ...filter, order: 'oldest' })).toEqual(expected);
    });

    it('is paged through, newest first, without a gap or a row given twice, also where rows were written late', async () => {
      const all = Array.from({ length: 57 }, (_, i) => `r${String(i).padStart(3, '0')}`);
      for (let i = 0; i < all.length; i += 3)
        for (const id of all.slice(i, i + 3).toReversed()) await records.insert(record(id));
      const paged: string[] = [];
      for (let page = await ids({ limit: 10 }); page.length > 0;) {
        paged.push(...page);
        page = await ids({ limit: 10, beforeId: page.at(-1) ?? '' });
      }
      expect(paged).toEqual(all.toReversed());
    });

    it('gives everything that matches to who scans it, with the endings', async () => {
      const all = Array.from({ length: 3000 }, (_, i) => `r${String(i).padStart(4, '0')}`);
      await Promise.all(all.map((id, i) => records.insert(record(id, { server: i % 2 ? 'github' : 'crm' }))));
      await records.finish('r0001', FINISHED);
      const seen: StoredRecord[] = [];
      for await (const batch of records.scan({ servers: ['github'] })) seen.push(...batch);
      expect(seen.map(({ id }) => id).toSorted()).toEqual(all.filter((_, i) => i % 2 === 1));
      expect(seen.find(({ id }) => id === 'r0001')?.ending?.latencyMs).toBe(12.345);
    });

    describe('scanned with what was charged', () => {
      const charge: CounterEntry = {
        counter: '["grant","o","fluentcrm","grant_1","budget",60]',
        windowStart: 0,
        expiresAt: 60_000,
        amountMicros: 1_000_000,
        maxMicros: 1_000_000,
      };
      const charged = async (): Promise<ReadonlyMap<string, readonly CounterEntry[]>> => {
        const seen = new Map<string, readonly CounterEntry[]>();
        for await (const batch of records.scanCharged({ since: 0 }))
          for (const row of batch) seen.set(row.id, row.charges);
        return seen;
      };

      it('gives what a call used up, and nothing for one that used nothing', async () => {
        await store.counters.reserve([charge], record('r1'));
        await store.counters.reserve([], record('r2'));
        expect(await charged()).toEqual(
          new Map<string, readonly CounterEntry[]>([
            ['r1', [charge]],
            ['r2', []],
          ]),
        );
        const seen: StoredRecord[] = [];
        for await (const batch of records.scan({})) seen.push(...batch);
        expect(seen).not.toContainEqual(expect.objectContaining({ charges: expect.anything() }));
      });

      it('leaves out what was given back', async () => {
        await store.counters.reserve([charge], record('r1'));
        await store.counters.giveBack([charge]);
        await records.finish('r1', UNREACHED);
        expect((await charged()).get('r1')).toEqual([]);
      });

      it('keeps what was refused or counted before, and charges nothing for it', async () => {
        await records.insert(record('r1', { outcome: 'deny' }), [charge]);
        expect((await charged()).get('r1')).toEqual([charge]);
        expect(await store.counters.used(charge.counter, 0)).toBe(0);
        expect(await store.counters.reserve([charge], record('r2'))).toEqual({ granted: true });
        await expect(records.insert(record('r3'), [{ ...charge, amountMicros: 0.5 }])).rejects.toThrow(
          RangeError,
        );
      });
    });

    it('forgets nothing that is not old', async () => {
      await records.insert(record('r1', { at: 5000 }));
      expect(await records.prune(5000)).toBe(0);
      expect(await ids({})).toEqual(['r1']);
    });
  });
}
