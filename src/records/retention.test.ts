import { describe, expect, it } from 'vitest';
import { openStore } from '#store';
import { madeRecord } from './made-record.suite.ts';
import { createRetention } from './retention.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T12:00:00.000Z');

describe('createRetention', () => {
  it('forgets what is old, keeps what is young, and says so in the log', async () => {
    let now = NOW;
    const clock = { now: () => now };
    const store = openStore({ dataDir: ':memory:', clock });
    const logged: unknown[] = [];
    const log = {
      info: (line: unknown) => void logged.push(line),
      error: (line: unknown) => void logged.push(line),
    };
    const retention = createRetention({ store: store.records, clock, log });
    await store.records.insert(madeRecord(NOW));
    expect(await retention.run(7)).toBe(0);
    now += 8 * DAY;
    await store.records.insert(madeRecord(now));
    expect(await retention.run(7)).toBe(0); // the old row shares its part of the log with a young one
    now += 8 * DAY;
    await store.records.insert(madeRecord(now));
    expect(await retention.run(7)).toBe(1);
    expect(await store.records.query({})).toHaveLength(1);
    expect(logged).toEqual([{ days: 7, removed: 1 }]);
    await store.close();
  });

  it.each([0, -1, Number.NaN])('forgets nothing for %s days', async (days) => {
    const store = { prune: () => Promise.reject(new Error('must not be called')) };
    const log = { info: () => {}, error: () => expect.unreachable() };
    expect(await createRetention({ store, clock: { now: () => NOW }, log }).run(days)).toBe(0);
  });

  it('logs, and does not throw, when the store fails', async () => {
    const logged: unknown[] = [];
    const store = { prune: () => Promise.reject(new Error('away')) };
    const log = { info: () => {}, error: (line: unknown) => void logged.push(line) };
    expect(await createRetention({ store, clock: { now: () => NOW }, log }).run(7)).toBe(0);
    expect(logged).toEqual([{ error: 'away' }]);
  });
});
