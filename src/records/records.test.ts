import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore, type DecisionRecord, type Store, type StoredRecord } from '#store';
import { createRecords, type Records } from './records.ts';
import { FINISHED, OK } from './made-record.suite.ts';

function record(id: string, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id,
    at: Date.now(),
    requestId: '7',
    server: 'fluentcrm',
    grantId: 'grant_1',
    grantLabel: 'newsletter',
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
    argumentKeys: ['campaign_id'],
    ...changes,
  };
}

const deny = (id: string, changes: Partial<DecisionRecord> = {}): DecisionRecord =>
  record(id, { outcome: 'deny', rule: '(default deny)', ...changes });

describe('createRecords', () => {
  let store: Store;
  let records: Records;
  let logged: unknown[];
  let now: number;
  beforeEach(() => {
    store = openStore({ dataDir: ':memory:' });
    logged = [];
    now = Date.now();
    const log = { error: (...line: unknown[]) => void logged.push(line) };
    records = createRecords({ store: store.records, clock: { now: () => now }, log });
  });
  afterEach(() => store.close());

  it('keeps the record of a call before it leaves, and its ending after', async () => {
    const given = record('r1');
    await records.begin(given);
    expect(await records.query({})).toEqual([{ ...given, ending: undefined }]);
    await records.finish('r1', FINISHED);
    expect(await records.query({})).toEqual([{ ...given, ending: OK }]);
  });

  it('rejects when the record of a call that would leave cannot be kept', async () => {
    await store.close();
    await expect(records.begin(record('r1'))).rejects.toMatchObject({ code: 'store.closed' });
  });

  it('logs, and does not throw, when a refusal or an ending cannot be kept', async () => {
    await store.close();
    await records.deny(deny('r1'));
    await records.finish('r2', FINISHED);
    expect(logged).toEqual([
      [{ record: 'r1', error: 'The store is closed.' }, 'a refused call could not be recorded'],
      [{ record: 'r2', error: 'The store is closed.' }, 'the ending of a call could not be recorded'],
    ]);
  });

  it('keeps what an agent sent short, and in full sight', async () => {
    await records.deny(
      deny('r1', { tool: `allowed\0${'x'.repeat(1_000_000)}`, message: 'Unknown tool: \u001b[2J\ud800' }),
    );
    const [kept] = await records.query({});
    expect(kept?.tool).toMatch(/^allowed\\u\{0\}x+…$/);
    expect(kept?.tool).toHaveLength(256);
    expect(kept?.message).toBe('Unknown tool: \\u{1b}[2J\\u{d800}');
  });

  describe('follow', () => {
    let stop: AbortController;
    let seen: StoredRecord[];
    let following: Promise<void>;
    beforeEach(() => {
      stop = new AbortController();
      seen = [];
    });
    afterEach(async () => {
      stop.abort();
      await following;
    });

    function follow(filter: Parameters<Records['follow']>[0]): void {
      following = (async () => {
        for await (const each of records.follow(filter, stop.signal)) seen.push(each);
      })();
    }
    const shows = (...ids: string[]): Promise<void> =>
      vi.waitFor(() => expect(seen.map((each) => each.id)).toEqual(ids), { timeout: 5000, interval: 20 });

    it('gives the newest records, oldest first, then each new one once', async () => {
      await Promise.all(['r1', 'r2', 'r3'].map((id) => records.deny(deny(id))));
      follow({ limit: 2 });
      await shows('r2', 'r3');
      await records.deny(deny('r4'));
      await shows('r2', 'r3', 'r4');
      await records.deny(deny('r5'));
      await shows('r2', 'r3', 'r4', 'r5');
    });

    it('gives only new ones when none of the old are wanted, and only those of the filter', async () => {
      await records.deny(deny('r1'));
      follow({ limit: 0, server: 'fluentcrm' });
      await nextPoll();
      await records.deny(deny('r2', { server: 'github' }));
      await records.deny(deny('r3'));
      await shows('r3');
    });

    it('gives a record whose id sorts before one that was seen already', async () => {
      follow({});
      await records.deny(deny('r5'));
      await shows('r5');
      await records.deny(deny('r4'));
      await shows('r5', 'r4');
    });

    it('gives an allowed call once it has ended, with its ending', async () => {
      await records.begin(record('r1'));
      follow({});
      await records.deny(deny('r2'));
      await shows('r2');
      await records.finish('r1', FINISHED);
      await shows('r2', 'r1');
      expect(seen[1]?.ending).toEqual(OK);
    });

    it('gives an allowed call that does not end after a while, once', async () => {
      await records.begin(record('r1', { at: now }));
      follow({});
      await nextPoll();
      expect(seen).toEqual([]);
      now += 3000;
      await shows('r1');
      await records.finish('r1', FINISHED);
      now += 60_000;
      await records.deny(deny('r2', { at: now }));
      await shows('r1', 'r2');
    });

    it('misses nothing while the reader was stopped for long', async () => {
      follow({});
      await nextPoll();
      await records.deny(deny('r1', { at: now + 1000 }));
      now += 3_600_000;
      await shows('r1');
    });

    it('reads on past one page of new records', async () => {
      follow({ limit: 0 });
      await nextPoll();
      const ids = Array.from({ length: 2500 }, (_, i) => `r${String(i).padStart(4, '0')}`);
      await Promise.all(ids.map((id) => records.deny(deny(id))));
      await vi.waitFor(() => expect(seen).toHaveLength(2500), { timeout: 5000, interval: 20 });
      expect(new Set(seen.map((each) => each.id)).size).toBe(2500);
    });

    /** Waits until the follower has looked at the store once more. */
    async function nextPoll(): Promise<void> {
      const query = vi.spyOn(store.records, 'query');
      await vi.waitFor(() => expect(query).toHaveBeenCalled(), { timeout: 5000, interval: 5 });
      await query.mock.results[0]?.value;
      query.mockRestore();
    }
  });
});
