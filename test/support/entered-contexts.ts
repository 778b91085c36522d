import { AsyncLocalStorage } from 'node:async_hooks';
import { vi } from 'vitest';

/**
 * How often `work` enters an async context. Before Node 24 one that was entered once makes every async function of the process slower for
 * good, so whatever a gateway does by itself enters none.
 */
export async function contextsEntered(work: () => Promise<unknown>): Promise<number> {
  const spies = [
    vi.spyOn(AsyncLocalStorage.prototype, 'run'),
    vi.spyOn(AsyncLocalStorage.prototype, 'enterWith'),
  ];
  try {
    await work();
    return spies.reduce((count, spy) => count + spy.mock.calls.length, 0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
