export interface BackoffLimits {
  /** Wait before the first restart, in milliseconds; doubles with every further one. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** A server that lived this long counts as healthy: the next wait is the first one again. */
  readonly healthyMs: number;
}

export const DEFAULT_BACKOFF: BackoffLimits = { firstMs: 250, maxMs: 30_000, healthyMs: 60_000 };

/** How long to wait before a dead connection is started again. */
export class Backoff {
  readonly #limits: BackoffLimits;
  #nextMs: number;

  constructor(limits: BackoffLimits) {
    this.#limits = limits;
    this.#nextMs = limits.firstMs;
  }

  /** The wait in milliseconds after a server that served for `servedMs` (0 when it never came up). */
  next(servedMs: number): number {
    if (servedMs >= this.#limits.healthyMs) this.#nextMs = this.#limits.firstMs;
    const wait = Math.min(this.#nextMs, this.#limits.maxMs);
    this.#nextMs = Math.min(wait * 2, this.#limits.maxMs);
    return wait;
  }
}
