import { executionAsyncId } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Whether every promise of this process has an id of its own, as it has while somebody follows async contexts (before Node 24). */
export async function arePromisesWatched(): Promise<boolean> {
  // whoever stops to follow them does so at the end of the turn
  await nextTurn();
  const idOfOne = (): Promise<number> => Promise.resolve().then(() => executionAsyncId());
  return (await idOfOne()) !== (await idOfOne());
}
