import type { CounterEntry, CounterStore } from '../ports.ts';
import type { Database } from './engine.ts';
import type { WriteQueue } from './write-queue.ts';

/** Counters as one row per counter and window; see `CounterStore` for what each method promises. */
export function createCounters(database: Database, queue: WriteQueue): CounterStore {
  const select = database.prepare('SELECT used FROM counters WHERE counter = ? AND window_start = ?');
  // The cap keeps observed counts within what a JavaScript number holds exactly.
  const add = database.prepare(`
    INSERT INTO counters (counter, window_start, used, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET used = min(used + excluded.used, ${Number.MAX_SAFE_INTEGER})`);
  const subtract = database.prepare(
    'UPDATE counters SET used = max(used - ?, 0) WHERE counter = ? AND window_start = ?',
  );
  const forget = database.prepare('DELETE FROM counters WHERE expires_at < ?');

  const readUsed = (counter: string, windowStart: number): number =>
    Number(select.get(counter, windowStart)?.['used'] ?? 0);
  const addEntry = (entry: CounterEntry): unknown =>
    add.run(entry.counter, entry.windowStart, entry.amountMicros, entry.expiresAt);
  const subtractEntry = (entry: CounterEntry): unknown =>
    subtract.run(entry.amountMicros, entry.counter, entry.windowStart);

  return {
    async reserve(entries) {
      entries.forEach(assertExact);
      return queue.write(() => {
        for (const [index, entry] of entries.entries()) {
          const usedMicros = readUsed(entry.counter, entry.windowStart);
          if (entry.amountMicros > entry.maxMicros - usedMicros) {
            entries.slice(0, index).forEach(subtractEntry);
            return { granted: false, index, usedMicros };
          }
          addEntry(entry);
        }
        return { granted: true };
      });
    },
    async count(entries) {
      entries.forEach(assertExact);
      return queue.write(() => entries.forEach(addEntry));
    },
    async giveBack(entries) {
      entries.forEach(assertExact);
      return queue.write(() => entries.forEach(subtractEntry));
    },
    used: (counter, windowStart) => queue.read(() => readUsed(counter, windowStart)),
    prune: (now) => queue.write(() => forget.run(now)),
  };
}

/** A fraction, a negative amount or a maximum that is no number would corrupt a budget: nothing is counted then. */
function assertExact({ counter, amountMicros, maxMicros }: CounterEntry): void {
  if (!Number.isSafeInteger(amountMicros) || amountMicros < 0 || !Number.isSafeInteger(maxMicros)) {
    throw new RangeError(
      `counter ${counter}: amount ${amountMicros} and maximum ${maxMicros} must be whole and not negative`,
    );
  }
}
