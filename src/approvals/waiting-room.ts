/** Decisions of other processes are seen after this time. */
const POLL_MS = 300;
/** Added to it for every call that waits, so that a thousand of them do not keep the store busy. */
const POLL_MS_EACH = 2;

/** Those who wait for a decision. Nobody waits long: they look again, and only a decision made here wakes them sooner. */
export interface WaitingRoom {
  /** Resolves when it is time to look again, or when `signal` aborts. */
  wait(id: string, signal: AbortSignal): Promise<void>;
  wake(id: string): void;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Set<() => void>>();
  let count = 0;
  return {
    wait: (id, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const here = waiting.get(id) ?? new Set();
        waiting.set(id, here.add(leave));
        count++;
        const timer = setTimeout(leave, POLL_MS + count * POLL_MS_EACH);
        signal.addEventListener('abort', leave);
        function leave(): void {
          if (!here.delete(leave)) return;
          if (here.size === 0) waiting.delete(id);
          count--;
          clearTimeout(timer);
          signal.removeEventListener('abort', leave);
          resolve();
        }
      }),
    wake(id) {
      for (const leave of waiting.get(id) ?? []) leave();
    },
  };
}
