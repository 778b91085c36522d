/** An upstream that was just replaced may still be asked by calls that were judged a moment ago. */
const GRACE_MS = 1_000;
/** Longer than any call should take; what is under way then is given up. */
const LONGEST_MS = 10 * 60_000;

/** Counts the exchanges that are under way with one upstream, so that it can be closed after the last of them. */
export class UpstreamUse {
  #open = 0;
  #whenIdle: (() => void) | undefined;

  begin(): void {
    this.#open++;
  }

  end(): void {
    this.#open--;
    if (this.#open === 0) this.#whenIdle?.();
  }

  /** Calls `close` once, when nothing has been under way after a short grace, or after ten minutes in any case. */
  retire(close: () => void): void {
    const limit = setTimeout(() => finish(), LONGEST_MS).unref();
    const finish = (): void => {
      clearTimeout(limit);
      this.#whenIdle = undefined;
      close();
    };
    setTimeout(() => {
      if (this.#open === 0) finish();
      else this.#whenIdle = finish;
    }, GRACE_MS).unref();
  }
}
