import { messageOf, type Clock, type Log } from '#platform';
import type { RecordStore } from '#store';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Lets the decision log forget what is old. */
export interface Retention {
  /**
   * Forgets decisions of more than so many days ago, as far as the store can (see `RecordStore.prune`); resolves to how many parts
   * of the log went. A failure is logged, never thrown: it is tried again next time. To be called every hour or so, by any number
   * of processes.
   */
  run(days: number): Promise<number>;
}

export interface RetentionParts {
  readonly store: Pick<RecordStore, 'prune'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'error'>;
}

/** Retention over a store of records. See `Retention`. */
export function createRetention({ store, clock, log }: RetentionParts): Retention {
  return {
    async run(days) {
      if (!(days > 0)) return 0; // a fault in the settings must not empty the log
      try {
        const removed = await store.prune(clock.now() - days * DAY_MS);
        if (removed > 0) log.info({ days, removed }, 'old decision records were removed');
        return removed;
      } catch (error) {
        log.error({ error: messageOf(error) }, 'old decision records could not be removed');
        return 0;
      }
    },
  };
}
