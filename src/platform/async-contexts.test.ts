import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { arePromisesWatched } from '../../test/support/watched-promises.ts';
import { AsyncContexts } from './async-contexts.ts';

function open() {
  const storage = new AsyncLocalStorage<string>();
  const contexts = new AsyncContexts(storage);
  const inside = (name: string, work: () => Promise<unknown>) =>
    contexts.during(() =>
      storage.run(name, async () => {
        await work();
        return storage.getStore();
      }),
    );
  return { storage, inside };
}

it('keeps a context for whoever is inside, also when others leave', async () => {
  const { storage, inside } = open();
  const first = inside('first', () => nextTurn());
  const second = inside('second', async () => {
    await first;
    await inside('within', () => nextTurn());
    await nextTurn();
  });
  expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  expect(storage.getStore()).toBeUndefined();
});

it('lets go of it when the last one leaves, however that ends', async () => {
  const { inside } = open();
  expect(await arePromisesWatched()).toBe(false);
  await Promise.all([inside('one', () => nextTurn()), inside('other', () => nextTurn())]);
  expect(await arePromisesWatched()).toBe(false);
  const failed = inside('one', () => Promise.reject(new Error('changed my mind')));
  await expect(failed).rejects.toThrow('changed my mind');
  expect(await arePromisesWatched()).toBe(false);
});
