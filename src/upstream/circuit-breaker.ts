import type { Clock } from '#platform';

export interface BreakerLimits {
  /** Failures in a row that open it; 0 means never. */
  readonly failures: number;
  /** Milliseconds within which they must fall. */
  readonly windowMs: number;
  /** The first pause; it doubles with each attempt that fails. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

export const DEFAULT_BREAKER: BreakerLimits = {
  failures: 5,
  windowMs: 60_000,
  firstPauseMs: 1_000,
  maxPauseMs: 30_000,
};

/** `go` while all is well; `probe` for the one call that finds out; else how long to wait. */
export type Admission = 'go' | 'probe' | { readonly retryInMs: number };

/**
 * Keeps calls from a server that fails again and again, so that they fail at once instead of holding memory and sockets
 * until their time limits. After a pause one call is let through: its success closes the circuit, its failure doubles
 * the pause. A probe that takes longer than the pause does not keep the next one waiting.
 */
export class CircuitBreaker {
  readonly #limits: BreakerLimits;
  readonly #clock: Clock;
  /** From 0 to 1: pauses differ, so that many gateways do not come back at the same moment. */
  readonly #random: () => number;
  #failures = 0;
  #firstFailureAt = 0;
  /** When the next attempt is due; undefined while the circuit is closed. */
  #dueAt: number | undefined;
  #pauseMs = 0;

  constructor(limits: BreakerLimits, clock: Clock, random: () => number = Math.random) {
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
  }

  get isOpen(): boolean {
    return this.#dueAt !== undefined;
  }

  /** Whether a call may be made now. What becomes of it must be told, a probe's end in any case. */
  admit(): Admission {
    if (this.#dueAt === undefined) return 'go';
    const retryInMs = this.#dueAt - this.#clock.now();
    if (retryInMs > 0) return { retryInMs };
    this.#pause();
    return 'probe';
  }

  /** How long a call would have to wait; 0 when one may be made. Admits nothing. */
  waitMs(): number {
    return this.#dueAt === undefined ? 0 : Math.max(0, this.#dueAt - this.#clock.now());
  }

  /** The server answered, however unwelcome the answer. */
  succeeded(): void {
    if (this.#failures === 0 && this.#dueAt === undefined) return;
    this.#failures = 0;
    this.#dueAt = undefined;
  }

  /** The server could not be reached, was too slow, or hung up. True when that opened the circuit. */
  failed(wasProbe: boolean): boolean {
    const { failures, windowMs, firstPauseMs, maxPauseMs } = this.#limits;
    if (this.#dueAt !== undefined) {
      // calls that were under way when the circuit opened tell nothing new
      if (!wasProbe) return false;
      this.#pauseMs = Math.min(this.#pauseMs * 2, maxPauseMs);
      this.#pause();
      return false;
    }
    const now = this.#clock.now();
    if (this.#failures === 0 || now - this.#firstFailureAt > windowMs) {
      this.#failures = 0;
      this.#firstFailureAt = now;
    }
    this.#failures++;
    if (failures === 0 || this.#failures < failures) return false;
    this.#pauseMs = firstPauseMs;
    this.#pause();
    return true;
  }

  /** A probe ended without telling anything (its agent left): the next call is one. */
  probeEnded(): void {
    if (this.#dueAt !== undefined) this.#dueAt = this.#clock.now();
  }

  #pause(): void {
    this.#dueAt = this.#clock.now() + this.#pauseMs * (0.75 + this.#random() / 2);
  }
}
