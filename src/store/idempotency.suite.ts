import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdempotencyStore, KeptAnswer } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;
const FRESH: KeptAnswer = { requestHash: 'hash', status: undefined, bodySealed: undefined, createdAt: NOW };

/** What every driver's `IdempotencyStore` must do; `open` as for `organisationSuite`. */
export function idempotencySuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('IdempotencyStore', () => {
    let stores: readonly [Store, Store];
    let answers: IdempotencyStore;
    let elsewhere: IdempotencyStore;
    beforeEach(async () => {
      stores = await open();
      [answers, elsewhere] = [stores[0].control.idempotency, stores[1].control.idempotency];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    it('lets one of many repeated requests begin', async () => {
      const begun = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? answers : elsewhere).begin('user:ada', 'key', {
            ...FRESH,
            requestHash: `hash ${i}`,
          }),
        ),
      );
      expect(begun.filter((kept) => kept === undefined)).toHaveLength(1);
      const first = `hash ${begun.indexOf(undefined)}`;
      expect(new Set(begun.map((kept) => kept?.requestHash))).toEqual(new Set([undefined, first]));
    });

    it('gives the answer of the first request to those that repeat it', async () => {
      await answers.begin('user:ada', 'key', FRESH);
      expect(await elsewhere.begin('user:ada', 'key', FRESH)).toEqual(FRESH);
      await answers.finish('user:ada', 'key', 201, 'sealed');
      const kept = { ...FRESH, status: 201, bodySealed: 'sealed' };
      expect(await elsewhere.begin('user:ada', 'key', { ...FRESH, requestHash: 'x' })).toEqual(kept);
    });

    it('keeps the keys of each principal apart', async () => {
      await answers.begin('user:ada', 'key', FRESH);
      expect(await answers.begin('key:1', 'key', FRESH)).toBeUndefined();
      await answers.finish('key:1', 'key', 200, 'for the key');
      await answers.abandon('key:2', 'key');
      expect(await answers.begin('user:ada', 'key', FRESH)).toEqual(FRESH);
    });

    it('frees the key of a request that failed, and of no other', async () => {
      await answers.begin('user:ada', 'failed', FRESH);
      await answers.begin('user:ada', 'done', FRESH);
      await answers.finish('user:ada', 'done', 200, 'sealed');
      await answers.abandon('user:ada', 'failed');
      await answers.abandon('user:ada', 'done');
      expect(await elsewhere.begin('user:ada', 'failed', FRESH)).toBeUndefined();
      expect(await elsewhere.begin('user:ada', 'done', FRESH)).toMatchObject({ status: 200 });
    });

    it('keeps the first answer', async () => {
      await answers.begin('user:ada', 'key', FRESH);
      await answers.finish('user:ada', 'key', 200, 'first');
      await answers.finish('user:ada', 'key', 500, 'second');
      expect(await answers.begin('user:ada', 'key', FRESH)).toMatchObject({
        status: 200,
        bodySealed: 'first',
      });
    });

    it('gives a key to one of those who race for one that is being freed', async () => {
      for (let round = 0; round < 20; round++) {
        await answers.begin('user:ada', 'key', FRESH);
        const [, one, two] = await Promise.all([
          answers.abandon('user:ada', 'key'),
          answers.begin('user:ada', 'key', FRESH),
          elsewhere.begin('user:ada', 'key', FRESH),
        ]);
        expect([one, two].filter((kept) => kept === undefined).length).toBeLessThanOrEqual(1);
        await answers.abandon('user:ada', 'key');
      }
    });

    it('forgets those that are older than a time', async () => {
      await answers.begin('user:ada', 'old', { ...FRESH, createdAt: NOW - 1 });
      await answers.begin('user:ada', 'new', FRESH);
      expect(await answers.prune(NOW)).toBe(1);
      expect(await answers.begin('user:ada', 'old', FRESH)).toBeUndefined();
      expect(await answers.begin('user:ada', 'new', FRESH)).toEqual(FRESH);
    });

    it('refuses text that a store would cut, so that two keys never become one', async () => {
      await answers.begin('user:ada', 'key', FRESH);
      const odd = answers.begin('user:ada', 'key\0', FRESH);
      await expect(odd).rejects.toMatchObject({ code: 'store.text' });
    });
  });
}
