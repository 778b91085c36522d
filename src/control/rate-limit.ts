import type { Clock } from '#platform';

/** Callers that are remembered before those with a full bucket are forgotten for the first time. */
const MANY_CALLERS = 10_000;
const MINUTE_MS = 60_000;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A bucket of tokens for every caller, in the memory of this process: `perMinute` at once, and as many again in a minute. It keeps one
 * busy script from taking the place of the others; what must be exact is counted in the store.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #room = MANY_CALLERS;

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Takes a token: undefined, or the seconds until there is one again. */
  take(caller: string): number | undefined {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#perMinute, at: now };
    bucket.tokens = this.#tokensAt(bucket, now);
    bucket.at = now;
    if (!this.#buckets.has(caller)) this.#makeRoom(now);
    this.#buckets.set(caller, bucket);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * MINUTE_MS) / this.#perMinute / 1000);
    bucket.tokens -= 1;
    return undefined;
  }

  #tokensAt({ tokens, at }: Bucket, now: number): number {
    const grown = (Math.max(0, now - at) * this.#perMinute) / MINUTE_MS;
    return Math.min(this.#perMinute, tokens + grown);
  }

  /** A full bucket says nothing that a new one would not say. Looked for each time that there are twice as many. */
  #makeRoom(now: number): void {
    if (this.#buckets.size < this.#room) return;
    for (const [caller, bucket] of this.#buckets) {
      if (this.#tokensAt(bucket, now) >= this.#perMinute) this.#buckets.delete(caller);
    }
    this.#room = Math.max(MANY_CALLERS, 2 * this.#buckets.size);
  }
}
