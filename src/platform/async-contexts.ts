import type { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Async contexts that are let go whenever nobody is inside. Before Node 24 one that is in use has every promise of the process watched, from
 * its first use on: each call of an agent would cost a fifth more because somebody once opened the dashboard.
 */
export class AsyncContexts {
  readonly #contexts: readonly Pick<AsyncLocalStorage<unknown>, 'disable'>[];
  #inside = 0;

  constructor(...contexts: readonly Pick<AsyncLocalStorage<unknown>, 'disable'>[]) {
    this.#contexts = contexts;
  }

  /** Does work that enters the contexts. What it leaves behind finds them empty. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
      if (this.#inside === 0) for (const context of this.#contexts) context.disable();
    }
  }
}
