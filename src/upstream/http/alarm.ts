/**
 * A timer that is set for every call and hardly ever rings: as long as it is put off, no more is done than to note until when. It does not keep
 * the process alive.
 */
export class Alarm {
  readonly #onRing: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer looks next whether to ring; by `performance.now()`, as all moments here. */
  #looksAt = 0;
  #ringsAt: number | undefined;

  constructor(onRing: () => void) {
    this.#onRing = onRing;
  }

  /** Rings once, `ms` from now, instead of when it would have rung. */
  set(ms: number): void {
    this.#ringsAt = performance.now() + ms;
    if (this.#timer === undefined || this.#ringsAt < this.#looksAt) this.#lookIn(ms);
  }

  /** Does not ring until it is set again. */
  clear(): void {
    this.#ringsAt = undefined;
  }

  /** The same, for good. */
  stop(): void {
    this.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#looksAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#ringsAt === undefined) return;
    const left = this.#ringsAt - performance.now();
    if (left > 0) return this.#lookIn(left);
    this.#ringsAt = undefined;
    this.#onRing();
  }
}
