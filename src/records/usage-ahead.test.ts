import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type RecordStore, type Store } from '#store';
import { madeRecord } from './made-record.suite.ts';
import { createUsageAhead } from './usage-ahead.ts';

const MINUTE = 60_000;
const NOON = Date.parse('2026-11-22T12:00:00.000Z');

describe('counting usage ahead', () => {
  let now = NOON;
  const clock = { now: () => now };
  let store: Store;
  let counted: number[];
  /** The store's records, watched. */
  const records: Pick<RecordStore, 'scanCounted'> = {
    async *scanCounted(filter, bucketMs) {
      let calls = 0;
      for await (const batch of store.records.scanCounted(filter, bucketMs)) {
        for (const one of batch) calls += one.calls;
        yield batch;
      }
      counted.push(calls);
    },
  };
  beforeEach(async () => {
    now = NOON;
    counted = [];
    store = openStore({ dataDir: ':memory:', clock });
    await store.records.insert(madeRecord(NOON - 25 * 60 * MINUTE));
    await store.records.insert(madeRecord(NOON - MINUTE));
  });
  afterEach(() => store.close());

  it('counts the last day while somebody asks', async () => {
    const ahead = createUsageAhead(records, clock);
    ahead.noteQuestion();
    now += 15 * MINUTE;
    await ahead.count();
    expect(counted).toEqual([1]);
  });

  it('counts nothing before anybody asks, and nothing when all have left', async () => {
    const ahead = createUsageAhead(records, clock);
    await ahead.count();
    ahead.noteQuestion();
    now += 15 * MINUTE + 1;
    await ahead.count();
    expect(counted).toEqual([]);
  });

  it('counts once at a time', async () => {
    const ahead = createUsageAhead(records, clock);
    ahead.noteQuestion();
    await Promise.all([ahead.count(), ahead.count()]);
    expect(counted).toHaveLength(1);
    await ahead.count();
    expect(counted).toHaveLength(2);
  });

  it('counts again after it failed', async () => {
    let isBroken = true;
    const flaky: typeof records = {
      scanCounted: (filter, bucketMs) => {
        if (isBroken) throw new Error('the disk is gone');
        return records.scanCounted(filter, bucketMs);
      },
    };
    const ahead = createUsageAhead(flaky, clock);
    ahead.noteQuestion();
    await expect(ahead.count()).rejects.toThrow('the disk is gone');
    isBroken = false;
    await ahead.count();
    expect(counted).toEqual([1]);
  });
});
