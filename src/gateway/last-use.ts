import { messageOf, type Clock, type Log } from '#platform';
import type { Grant, GrantStore } from '#store';

const WRITE_MS = 60_000;

/** When grants were last used: noted for every request in memory, written once a minute and at the end. */
export class LastUse {
  readonly #store: Pick<GrantStore, 'touch'>;
  readonly #clock: Clock;
  readonly #log: Log;
  #uses = new Map<string, number>();
  #writtenAt: number;

  constructor(store: Pick<GrantStore, 'touch'>, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#writtenAt = clock.now();
  }

  note({ id }: Grant): void {
    this.#uses.set(id, this.#clock.now());
  }

  /** To be called now and then; writes what was noted when the last time is a minute ago. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#clock.now() - this.#writtenAt >= WRITE_MS) await this.close();
  }

  /** Writes what was noted. Never rejects: what could not be written is written with the next. */
  async close(): Promise<void> {
    this.#writtenAt = this.#clock.now();
    if (this.#uses.size === 0) return;
    const uses = this.#uses;
    this.#uses = new Map();
    try {
      await this.#store.touch(Array.from(uses, ([id, at]) => ({ id, at })));
    } catch (error) {
      this.#uses = new Map([...uses, ...this.#uses]);
      this.#log.warn({ err: messageOf(error) }, 'the last use of grants could not be written');
    }
  }
}
