import type { Clock } from '#platform';
import type { RecordStore } from '#store';
import { countUsage } from './usage.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** For so long after the last question another one is expected. */
const IN_USE_MS = 15 * 60 * 1000;

export interface UsageAhead {
  /** Somebody asks something of the control plane. */
  noteQuestion(): void;
  /** Counts the last day's decisions when somebody is there who may want to know: what the store knows then need not be counted while he waits. */
  count(): Promise<void>;
}

/** Counting before anybody asks, but never for nobody: where no one looks it costs nothing. */
export function createUsageAhead(store: Pick<RecordStore, 'scanCounted'>, clock: Clock): UsageAhead {
  let askedAt = Number.NEGATIVE_INFINITY;
  let isCounting = false;
  return {
    noteQuestion() {
      askedAt = clock.now();
    },
    async count() {
      const now = clock.now();
      if (isCounting || now - askedAt > IN_USE_MS) return;
      isCounting = true;
      try {
        await countUsage(store, { filter: {}, since: now - DAY_MS, bucketMs: HOUR_MS });
      } finally {
        isCounting = false;
      }
    },
  };
}
