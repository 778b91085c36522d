import type { CounterEntry } from '#store';

/** Rows of several processes stand in the order they were written, which is nearly that of their times. */
export const OUT_OF_ORDER_MS = 10_000;
/** So many windows are followed at a time: an agent can open sessions, each with windows of its own, without end. */
const MAX_WINDOWS = 20_000;
/** As many are open before it is worth looking which of them are over. */
const FIRST_SWEEP = 1000;
/** While as many as can be are open, it is looked again after so much of the log. */
const SWEEP_EVERY_MS = 5 * 60_000;

/** A grant that a window belongs to, where every grant has windows of its own. */
export interface WindowOwner {
  readonly id: string;
  readonly label: string;
}

/** A limit, which is told how full its windows were. */
export interface WindowListener {
  /** By the end of the bucket that begins at `bucket`, this share of the maximum was used up in the window that began at `start`. */
  filled(bucket: number, share: number, start: number, owner: WindowOwner | undefined): void;
}

/** One charge of one window. Times in milliseconds. */
export interface WindowCharge {
  readonly entry: CounterEntry;
  /** When the call was decided. */
  readonly at: number;
  readonly windowMs: number;
  /** What it really used up; 0 when it was refused. */
  readonly amountMicros: number;
  readonly owner: WindowOwner | undefined;
  /** The limit it counts for; undefined for one that shares the counter and is not asked about. */
  readonly listener: WindowListener | undefined;
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly owner: WindowOwner | undefined;
  /** Millionths that were used up, by bucket. */
  readonly amounts: Map<number, number>;
  /** Limits and their maxima: several policies may share a counter. */
  readonly listeners: Map<WindowListener, number>;
}

/**
 * The windows of counters, filled by charges that come nearly from the newest to the oldest. Limits hear of a window when
 * the charges have gone past it, and it is forgotten.
 */
export class LimitWindows {
  readonly #bucketMs: number;
  readonly #until: number;
  readonly #open = new Map<string, Window>();
  #sweepAt = FIRST_SWEEP;
  #sweptTo = Number.POSITIVE_INFINITY;

  /** Buckets of that length; nothing is said of what comes from `until` on. */
  constructor(bucketMs: number, until: number) {
    this.#bucketMs = bucketMs;
    this.#until = until;
  }

  /** Takes a charge in; one more window than can be followed is not. */
  add(charge: WindowCharge): void {
    const { entry, windowMs, owner, listener } = charge;
    const key = keyOf(entry);
    let window = this.#open.get(key);
    if (window === undefined) {
      if (!this.#hasRoom(charge.at)) return;
      const { windowStart: start } = entry;
      window = { start, end: start + windowMs, owner, amounts: new Map(), listeners: new Map() };
      this.#open.set(key, window);
    }
    this.#charge(window, charge.at, charge.amountMicros);
    if (listener !== undefined)
      window.listeners.set(listener, Math.max(entry.maxMicros, window.listeners.get(listener) ?? 0));
  }

  /** Takes in what was charged before the time that is asked about, where it fills a window of that time. */
  addEarlier(entry: CounterEntry, at: number): void {
    const window = this.#open.get(keyOf(entry));
    if (window !== undefined) this.#charge(window, at, entry.amountMicros);
  }

  /** When the earliest window began that is still followed; infinity without any. */
  earliest(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { start } of this.#open.values()) earliest = Math.min(earliest, start);
    return earliest;
  }

  /** Tells of all that are left. */
  close(): void {
    for (const window of this.#open.values()) this.#tell(window);
    this.#open.clear();
  }

  #hasRoom(at: number): boolean {
    if (this.#open.size < this.#sweepAt) return true;
    if (this.#open.size < MAX_WINDOWS || at <= this.#sweptTo - SWEEP_EVERY_MS) this.#sweep(at);
    return this.#open.size < MAX_WINDOWS;
  }

  #charge({ amounts }: Window, at: number, amountMicros: number): void {
    const bucket = this.#bucketOf(at);
    amounts.set(bucket, (amounts.get(bucket) ?? 0) + amountMicros);
  }

  /** Windows that began long enough after this moment are not charged any more. */
  #sweep(at: number): void {
    for (const [key, window] of this.#open) {
      if (window.start - OUT_OF_ORDER_MS <= at) continue;
      this.#tell(window);
      this.#open.delete(key);
    }
    this.#sweepAt = Math.min(MAX_WINDOWS, 2 * Math.max(FIRST_SWEEP, this.#open.size));
    this.#sweptTo = at;
  }

  /** What was used up stays so until the window ends, whether or not there are more calls. */
  #tell({ start, end, owner, amounts, listeners }: Window): void {
    let used = 0;
    const first = Math.min(...amounts.keys());
    const last = Math.max(...amounts.keys());
    for (let at = first; at <= last || at < Math.min(end, this.#until); at += this.#bucketMs) {
      used += amounts.get(at) ?? 0;
      for (const [limit, max] of listeners) limit.filled(at, max > 0 ? used / max : 1, start, owner);
    }
  }

  #bucketOf(at: number): number {
    return Math.floor(at / this.#bucketMs) * this.#bucketMs;
  }
}

function keyOf({ counter, windowStart }: CounterEntry): string {
  return `${windowStart} ${counter}`;
}
