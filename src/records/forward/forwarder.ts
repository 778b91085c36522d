import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, newId, type Clock, type Log } from '#platform';
import type { RecordStore, StoredRecord } from '#store';
import { batchBody, CONTENT_TYPES, signature, type ForwardFormat } from './batch.ts';
import type { ForwardPost, Posted } from './post.ts';
import type { ForwardCursor, ForwardState } from './state.ts';

/** A record waits so long, for its ending and for records that other processes write late. */
const SETTLE_MS = 6000;
/** So much of the log is looked through at a time, at most; less where many records are behind, so that each is read once or twice. */
const LONGEST_SPAN_MS = 60 * 60 * 1000;
const MAX_FOUND = 20_000;
const MAX_BATCH = 500;
const POLL_MS = 1000;
const LEASE_MS = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/** Where records go. */
export interface ForwardTarget {
  readonly url: string;
  readonly format: ForwardFormat;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs every delivery when it is there; see `signature`. */
  readonly secret?: string;
}

/**
 * Sends every decision record to one address, in order, at least once. The cursor goes on only when a batch was taken, so
 * whatever the target misses waits in the log; calls never wait for it. Who receives a record twice knows it by its id.
 */
export interface Forwarder {
  /** Delivers until the signal aborts. Any number of processes may run it: one delivers, the others stand by. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Delivers what is due, if no other process does; resolves to how long to wait before the next time, in milliseconds.
   */
  deliver(signal: AbortSignal): Promise<number>;
}

export interface ForwarderParts {
  readonly records: Pick<RecordStore, 'query'>;
  readonly target: ForwardTarget;
  readonly state: ForwardState;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'info'>;
  readonly post: ForwardPost;
}

/** A forwarder for one target. See `Forwarder`. The first time, it begins with what is recorded from then on. */
export function createForwarder(parts: ForwarderParts): Forwarder {
  const delivery = new Delivery(parts);
  return {
    deliver: (signal) => delivery.deliver(signal),
    async run(signal) {
      while (!signal.aborted) {
        const wait = await delivery.deliver(signal);
        await sleep(wait, undefined, { signal }).catch(() => {});
      }
    },
  };
}

class Delivery {
  readonly #parts: ForwarderParts;
  readonly #holder = newId('fwd');
  /** Records in one post; halved when the target finds them too many. */
  #batchSize = MAX_BATCH;
  #spanMs = LONGEST_SPAN_MS;
  #failures = 0;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  async deliver(signal: AbortSignal): Promise<number> {
    try {
      if (!(await this.#holds())) return POLL_MS;
      const isDone = await this.#deliverDue(signal);
      return isDone || signal.aborted ? POLL_MS : this.#waitAfterFailure();
    } catch (error) {
      this.#parts.log.warn({ error: messageOf(error) }, 'decision records could not be forwarded');
      this.#failures++;
      return this.#waitAfterFailure();
    }
  }

  #holds(): Promise<boolean> {
    const { state, clock } = this.#parts;
    const now = clock.now();
    return state.hold(this.#holder, now, now + LEASE_MS);
  }

  #waitAfterFailure(): number {
    return Math.min(FIRST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 16), LONGEST_WAIT_MS);
  }

  /** False when the target did not take something. */
  async #deliverDue(signal: AbortSignal): Promise<boolean> {
    const { records, state, clock } = this.#parts;
    const due = clock.now() - SETTLE_MS;
    let cursor = await state.cursor();
    if (cursor === undefined) {
      await state.save({ at: due, id: '' });
      return true;
    }
    while (cursor.at < due && !signal.aborted) {
      const until = Math.min(due, cursor.at + this.#spanMs);
      const found = await records.query({
        since: cursor.at,
        until,
        ...(cursor.id !== '' && { afterId: cursor.id }),
        order: 'oldest',
        limit: MAX_FOUND,
      });
      for (let start = 0; start < found.length;) {
        const batch = found.slice(start, start + this.#batchSize);
        const reached = await this.#send(batch, signal);
        if (reached === undefined) return false;
        if (reached === 'smaller') continue;
        cursor = reached;
        start += batch.length;
        if (!(await this.#holds())) return true;
      }
      if (found.length === MAX_FOUND) {
        this.#spanMs = Math.max(this.#spanMs / 2, POLL_MS);
        continue;
      }
      if (found.length < MAX_FOUND / 4) this.#spanMs = Math.min(this.#spanMs * 2, LONGEST_SPAN_MS);
      cursor = { at: until, id: cursor.id };
      await state.save(cursor);
    }
    return true;
  }

  /** The cursor behind a batch that was taken; undefined when it was not. */
  async #send(
    batch: readonly StoredRecord[],
    signal: AbortSignal,
  ): Promise<ForwardCursor | 'smaller' | undefined> {
    const { target, state, clock, post } = this.#parts;
    const last = batch.at(-1);
    if (last === undefined) return undefined;
    const body = batchBody(batch, target.format);
    const id = `${last.id}-${batch.length}`;
    const headers = {
      ...target.headers,
      'content-type': CONTENT_TYPES[target.format],
      'webhook-id': id,
      ...(target.secret !== undefined && signature(target.secret, id, body, clock.now())),
    };
    const posted = await post(target.url, headers, body, signal);
    if ('status' in posted && posted.status === 413 && batch.length > 1) {
      this.#batchSize = Math.ceil(batch.length / 2);
      return 'smaller';
    }
    if (!('status' in posted) || posted.status < 200 || posted.status > 299) {
      if (!signal.aborted) this.#report(posted);
      return undefined;
    }
    if (this.#failures > 0)
      this.#parts.log.info({ records: batch.length }, 'decision records are forwarded again');
    this.#failures = 0;
    const cursor = { at: last.at, id: last.id };
    await state.save(cursor);
    return cursor;
  }

  #report(posted: Posted): void {
    this.#failures++;
    this.#parts.log.warn(
      { ...posted, failures: this.#failures },
      'decision records were not taken; they wait',
    );
  }
}
