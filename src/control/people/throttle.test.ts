import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '#store';
import { Throttle } from './throttle.ts';

let store: Store;
const clock = { at: 0, now: () => clock.at };
beforeEach(async () => {
  clock.at = Date.parse('2026-11-22T12:00:00Z');
  store = openStore({ dataDir: ':memory:' });
  await store.ready();
});
afterEach(() => store.close());

/** As another process has it: what it knows is in the database. */
function throttle(): Throttle {
  return new Throttle(store.control.identity, clock);
}

describe('a throttle', () => {
  it('lets exactly as many pass in a window, of any number at once and in any process', async () => {
    const turns = await Promise.all(
      Array.from({ length: 20 }, () => throttle().consume('k', { window: 60, max: 7 })),
    );
    expect(turns.filter(({ allowed }) => allowed)).toHaveLength(7);
  });

  it('says when the window ends, and counts anew after it', async () => {
    const rule = { window: 60, max: 1 };
    await throttle().consume('k', rule);
    clock.at += 20_000;
    expect(await throttle().consume('k', rule)).toEqual({ allowed: false, retryAfter: 40 });
    clock.at += 40_000;
    expect(await throttle().consume('k', rule)).toEqual({ allowed: true, retryAfter: null });
    expect((await throttle().consume('other', rule)).allowed).toBe(true);
  });

  it('makes attempts on an account wait longer and longer, up to a minute', async () => {
    for (let i = 0; i < 5; i++) expect((await throttle().attempt('a')).allowed).toBe(true);
    const waits = [];
    for (let i = 0; i < 9; i++) {
      const turn = await throttle().attempt('a');
      expect(turn.allowed).toBe(false);
      waits.push(turn.retryAfter);
      clock.at += (turn.retryAfter ?? 0) * 1000;
      expect((await throttle().attempt('a')).allowed).toBe(true);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('does not let waiting grow by asking while one has to wait', async () => {
    for (let i = 0; i < 5; i++) await throttle().attempt('a');
    for (let i = 0; i < 50; i++) await throttle().attempt('a');
    clock.at += 1000;
    const turns = await Promise.all(Array.from({ length: 5 }, () => throttle().attempt('a')));
    expect(turns.filter(({ allowed }) => allowed)).toHaveLength(1);
  });

  it('forgets attempts after a right one, and after an hour', async () => {
    for (let i = 0; i < 6; i++) await throttle().attempt('a');
    await throttle().forget('a');
    expect((await throttle().attempt('a')).allowed).toBe(true);
    for (let i = 0; i < 6; i++) await throttle().attempt('a');
    clock.at += 3_600_000;
    for (let i = 0; i < 5; i++) expect((await throttle().attempt('a')).allowed).toBe(true);
  });

  it('keeps no address, and no row for longer than it counts', async () => {
    const one = throttle();
    await one.attempt('sign-in|ada@example.com');
    const db = store.control.identity.db as Kysely<unknown>;
    const rows = async () => (await sql<{ key: string }>`SELECT * FROM "rate_limits"`.execute(db)).rows;
    expect(JSON.stringify(await rows())).not.toContain('ada');
    clock.at += 3_600_000;
    await one.consume('other', { window: 60, max: 1 });
    expect(await rows()).toHaveLength(1);
  });
});
