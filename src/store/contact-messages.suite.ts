import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactMessage } from './catalogue-ports.ts';
import type { Store } from './ports.ts';

const message = (id: string, at: number): ContactMessage => ({
  id,
  at,
  name: 'Ana',
  email: 'ana@example.com',
  text: 'Is <b>this</b> tool safe?\nThank you!',
});

/** What every driver's `ContactStore` must do. `open` gives a new, empty store. */
export function contactSuite(open: () => Store | Promise<Store>): void {
  describe('ContactStore', () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it('gives messages back as they were written, the newest first', async () => {
      for (const [id, at] of [
        ['b', 1],
        ['a', 3],
        ['c', 2],
        ['d', 2],
      ] as const) {
        await store.contactMessages.insert(message(id, at));
      }
      expect(await store.contactMessages.list(10)).toEqual(
        [['a', 3] as const, ['d', 2] as const, ['c', 2] as const, ['b', 1] as const].map(([id, at]) =>
          message(id, at),
        ),
      );
      expect(await store.contactMessages.list(1)).toEqual([message('a', 3)]);
    });

    it('keeps the first of two messages with one id', async () => {
      await store.contactMessages.insert(message('a', 1));
      await expect(store.contactMessages.insert(message('a', 2))).rejects.toMatchObject({
        code: 'store.failed',
      });
      expect(await store.contactMessages.list(10)).toEqual([message('a', 1)]);
    });
  });
}
