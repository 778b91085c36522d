/**
 * Bounds the work that one decision may cost, so that neither a hostile argument nor a hostile schema can hold
 * up the process. One unit is about 40 ns in the worst case that was measured.
 */
export class Meter {
  readonly #budget: number;
  #left: number;

  constructor(budget: number) {
    this.#budget = budget;
    this.#left = budget;
  }

  /** Fills the meter for the next decision. */
  reset(): void {
    this.#left = this.#budget;
  }

  /** Takes units out; false when there were not enough, and then nothing more may be done. */
  spend(units: number): boolean {
    this.#left -= units;
    return this.#left >= 0;
  }
}
