import { messageOf, type Log } from '#platform';

/** Work that is done again and again while a process runs. What fails is logged, and tried again in its next round. */
export class Rounds {
  readonly #log: Log;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Begins with the first pause; a round that takes longer than its pause does not keep the next one back. */
  every(pauseMs: number, failure: string, work: () => Promise<unknown>): void {
    this.#timers.push(setInterval(() => this.#do(failure, work), pauseMs).unref());
  }

  /** No round begins any more; resolves when those under way have ended. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#underWay);
  }

  #do(failure: string, work: () => Promise<unknown>): void {
    const round = work().then(
      () => {},
      (error: unknown) => this.#log.error({ err: messageOf(error) }, failure),
    );
    this.#underWay.add(round);
    void round.finally(() => this.#underWay.delete(round));
  }
}
