import type { Problem } from '../problem.ts';

/** Keeps one organisation from having too much looked for at the same time: reading a long log takes seconds of work. */
export class Lanes {
  readonly #most: number;
  readonly #refusal: Problem;
  readonly #taken = new Map<string, number>();

  /** `most` pieces of work at a time for each organisation; `refusal` is what the next one gets. */
  constructor(most: number, refusal: Problem) {
    this.#most = most;
    this.#refusal = refusal;
  }

  /** What the work resolves to, or the refusal. Throws what the work throws. */
  async run<T>(organisation: string, work: () => Promise<T>): Promise<T | { readonly problem: Problem }> {
    const taken = this.#taken.get(organisation) ?? 0;
    if (taken >= this.#most) return { problem: this.#refusal };
    this.#taken.set(organisation, taken + 1);
    try {
      return await work();
    } finally {
      const left = (this.#taken.get(organisation) ?? 1) - 1;
      if (left > 0) this.#taken.set(organisation, left);
      else this.#taken.delete(organisation);
    }
  }
}
