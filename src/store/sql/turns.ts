import { ToolgateError } from '#platform';

/** Far more than any queue of short transactions takes: who waits longer waits for itself. */
const PATIENCE_MS = 30_000;

interface Waiter {
  readonly begin: () => void;
  readonly timer: NodeJS.Timeout;
}

/** One thing that one at a time may use, in the order in which they asked. */
export class Turns {
  readonly #patienceMs: number;
  readonly #waiting: Waiter[] = [];
  #isTaken = false;

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** Resolves when it is the caller's turn, which lasts until `give`. Rejects with `store.busy` when it does not come. */
  take(): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(
          new ToolgateError('store.busy', 'The store stayed busy with a transaction that does not end.'),
        );
      };
      const waiter: Waiter = { begin: resolve, timer: setTimeout(leave, this.#patienceMs) };
      this.#waiting.push(waiter);
    });
  }

  /** Ends the turn; the next one begins. */
  give(): void {
    const next = this.#waiting.shift();
    this.#isTaken = next !== undefined;
    if (next === undefined) return;
    clearTimeout(next.timer);
    next.begin();
  }
}
