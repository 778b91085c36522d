import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing } from '#platform';
import { openStore, type Store } from '#store';
import { createCapture, type Capture } from './capture.ts';

const DAY = 86_400_000;
const keys = createKeyRing(`k1:${'ab'.repeat(32)}`, 'the test');

describe('createCapture', () => {
  let store: Store;
  let capture: Capture;
  let now: number;
  let warned: unknown[];
  beforeEach(() => {
    now = 1_700_000_000_000;
    warned = [];
    store = openStore({ dataDir: ':memory:' });
    const log = { warn: (...line: unknown[]) => void warned.push(line) };
    capture = createCapture({ store: store.control.captures, keys, clock: { now: () => now }, log });
  });
  afterEach(() => store.close());

  it('keeps arguments encrypted, and gives them back', async () => {
    capture.keep('dec_1', 'crm', { amount: 5, note: 'canary' });
    capture.keep('dec_2', 'crm', undefined);
    capture.keep('dec_3', 'crm', { big: 1e300 }, true);
    await capture.settled();
    const stored = await store.control.captures.ofRecords(['dec_1']);
    expect(stored).toMatchObject([{ record: 'dec_1', server: 'crm', at: now }]);
    expect(JSON.stringify(stored)).not.toContain('canary');
    expect([...(await capture.open(['dec_1', 'dec_2', 'dec_3', 'dec_4']))]).toEqual([
      ['dec_1', { arguments: { amount: 5, note: 'canary' }, hasLossyNumber: false }],
      ['dec_2', { arguments: undefined, hasLossyNumber: false }],
      ['dec_3', { arguments: { big: 1e300 }, hasLossyNumber: true }],
    ]);
  });

  it('leaves out what is too large, and says how much that was', async () => {
    capture.keep('dec_1', 'crm', { text: 'x'.repeat(64 * 1024) });
    capture.keep('dec_2', 'crm', { text: 'x'.repeat(60 * 1024) });
    await capture.settled();
    expect([...(await capture.open(['dec_1', 'dec_2'])).keys()]).toEqual(['dec_2']);
    expect(warned).toEqual([[{ calls: 1 }, 'calls came too fast, or were too large, to be captured']]);
  });

  it('never lets more wait than a little, and never makes a caller wait', async () => {
    for (let i = 0; i < 5000; i++) capture.keep(`dec_${i}`, 'crm', { i });
    await capture.settled();
    const kept = await capture.open(Array.from({ length: 500 }, (_, i) => `dec_${i}`));
    expect(kept.size).toBe(256);
    expect(warned).toEqual([[{ calls: 4744 }, expect.any(String)]]);
  });

  it('goes on after the store has failed, and tells no value', async () => {
    const log = { warn: (...line: unknown[]) => void warned.push(line) };
    const failing = {
      ...store.control.captures,
      insert: () => Promise.reject(new Error('away')),
    };
    const broken = createCapture({ store: failing, keys, clock: { now: () => now }, log });
    broken.keep('dec_1', 'crm', { note: 'canary' });
    await broken.settled();
    broken.keep('dec_2', 'crm', { note: 'canary' });
    await broken.settled();
    expect(warned).toHaveLength(2);
    expect(JSON.stringify(warned)).not.toContain('canary');
  });

  it('leaves out what cannot be decrypted, or was captured for another record', async () => {
    capture.keep('dec_1', 'crm', { a: 1 });
    await capture.settled();
    const [stored] = await store.control.captures.ofRecords(['dec_1']);
    const argumentsSealed = stored?.argumentsSealed ?? '';
    await store.control.captures.insert({ record: 'dec_2', server: 'crm', at: now, argumentsSealed });
    expect([...(await capture.open(['dec_1', 'dec_2'])).keys()]).toEqual(['dec_1']);
  });

  it('forgets what was captured of a server too long ago', async () => {
    capture.keep('dec_1', 'crm', {});
    capture.keep('dec_2', 'other', {});
    await capture.settled();
    now += 3 * DAY;
    capture.keep('dec_3', 'crm', {});
    await capture.settled();
    expect(await capture.prune('crm', 2)).toBe(1);
    expect([...(await capture.open(['dec_1', 'dec_2', 'dec_3'])).keys()].toSorted()).toEqual([
      'dec_2',
      'dec_3',
    ]);
  });
});
