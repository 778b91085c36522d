import { ToolgateError, messageOf } from '#platform';
import type { CounterEntry, ReserveOutcome } from '../ports.ts';
import { CounterTable } from './counter-table.ts';
import { readEffect, writeEnd, writeLine, type LineKind } from './line.ts';
import { isGone, type Segment, type Segments } from './segments.ts';

/** A segment that has grown by this much is ended; starting reads one segment at most. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Endings may wait this long for a call whose line they can share a write with. */
const LAZY_MS = 20;
const LINE_FEED = 10;
const CELLS_A_LINE = 100;

/** What a reader sees before anything was written. */
const EMPTY: Segment = { number: 0, append() {}, read: () => 0, size: () => 0, close() {} };

export interface LedgerOptions {
  readonly segments: Segments;
  readonly access: 'append' | 'read';
  readonly segmentBytes?: number;
  readonly now: () => number;
}

interface Job {
  readonly kind: LineKind;
  readonly id: string;
  readonly charges: readonly CounterEntry[];
  readonly text: string;
  readonly resolve: (outcome: ReserveOutcome) => void;
  readonly reject: (error: unknown) => void;
}

const GRANTED: ReserveOutcome = { granted: true };

/**
 * Counters and decisions as one append-only log that any number of processes share.
 *
 * Every process appends its lines and reads those of the others. The order in the file decides: a line that charges
 * counters holds if there is room for it after all lines before it, and since all processes read the same lines in the
 * same order, all come to the same counts. No process waits for a lock, and none of them is special.
 *
 * - Lines of one turn of the event loop share one write. What resolved is in the file and survives `kill -9`.
 * - A limit that is full according to what was read is looked at again after reading on, and then refused without a line.
 * - A line that loses a race for the last room is followed by a `V` line, so that its record does not count.
 * - A segment that is full is ended by an `S` line; the next one begins with the counters as they stood there. Several may
 *   end it at once: the first such line is its end.
 * - Whoever has read a segment to its end goes on in the newest one there is, so those in between may be taken away.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #table = new CounterTable();
  #segment: Segment | undefined;
  /** Up to here the lines of the segment are in the table. */
  #position = 0;
  /** Bytes of the counters that the segment began with. However many they are, a segment has room for lines of its own. */
  #begunBytes = 0;
  #jobs: Job[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #lazy: NodeJS.Timeout | undefined;
  #closed = false;
  /** What is written stands here until it is in the file. */
  #outgoing = Buffer.allocUnsafe(16 * 1024);
  /** What has been written is read into this; grows to hold at least one line. */
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Appends one line soon; resolves when it is in the file, to whether its charges found room. */
  append(
    kind: LineKind,
    id: string,
    charges: readonly CounterEntry[],
    body: string,
  ): Promise<ReserveOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closedError());
      this.#jobs.push({ kind, id, charges, text: writeLine(kind, id, charges, body), resolve, reject });
      if (kind === 'F' && charges.length === 0) this.#flushLater();
      else this.#flushSoon();
    });
  }

  /** Used so far, over all processes. Throws `store.closed`. */
  used(counter: string, windowStart: number): number {
    this.flush();
    this.#readOn();
    return this.#table.usedOf(counter, windowStart);
  }

  /** Forgets counters that expired before `now`, here; the next segment begins without them. */
  prune(now: number): number {
    this.flush();
    this.#readOn();
    return this.#table.prune(now);
  }

  /** Ends the segment, if it is still that one, so that it can be taken away some day. Throws `store.closed` and `store.failed`. */
  endSegment(number: number): void {
    this.assertWritable();
    this.flush();
    this.#readOn();
    if (this.#segment?.number === number) this.#end(this.#segment);
  }

  /** Writes what waits. Throws `store.closed`. */
  flush(): void {
    if (this.#closed) throw closedError();
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const jobs = this.#jobs;
    if (jobs.length === 0) return;
    this.#jobs = [];
    try {
      this.#write(jobs);
    } catch (error) {
      const failure = asStoreError(error);
      // who was answered already does not hear of it
      for (const job of jobs) job.reject(failure);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    clearTimeout(this.#lazy);
    this.#segment?.close();
  }

  #flushSoon(): void {
    this.#immediate ??= setImmediate(() => this.flush());
  }

  /** A timer that runs already is left to run: what waits is written the sooner. */
  #flushLater(): void {
    if (this.#immediate !== undefined) return;
    this.#lazy ??= setTimeout(() => {
      this.#lazy = undefined;
      this.flush();
    }, LAZY_MS);
  }

  /** Throws `store.closed`, and `store.failed` in a folder that was opened to read only. */
  assertWritable(): void {
    if (this.#closed) throw closedError();
    if (this.#options.access === 'append') return;
    throw new ToolgateError('store.failed', 'The data folder was opened to read only.');
  }

  #write(all: readonly Job[]): void {
    this.assertWritable();
    this.#open();
    for (let waiting = all; ;) {
      waiting = this.#take(waiting);
      if (waiting.length === 0) return;
      if (this.#appendAll(waiting)) break;
      // the segment had ended: once more, in the next one
    }
    const isFull = this.#position - this.#begunBytes >= (this.#options.segmentBytes ?? SEGMENT_BYTES);
    if (isFull && this.#segment) this.#end(this.#segment);
  }

  #end(segment: Segment): void {
    segment.append(Buffer.from(`\n${writeEnd(this.#position)}`));
    this.#readOn();
  }

  /** Charges what has room, expecting that no other process gets in between; answers those that find none. */
  #take(jobs: readonly Job[]): readonly Job[] {
    this.#table.settle();
    let refused = this.#chargeAll(jobs);
    if (refused === undefined) return jobs;
    // another process may have given something back: read on, and look once more
    this.#table.rollBack();
    this.#readOn();
    refused = this.#chargeAll(jobs);
    if (refused === undefined) return jobs;
    for (const [job, outcome] of refused) job.resolve(outcome);
    return jobs.filter((job) => !refused?.has(job));
  }

  /** The jobs that find no room, when there are any. */
  #chargeAll(jobs: readonly Job[]): Map<Job, ReserveOutcome> | undefined {
    let refused: Map<Job, ReserveOutcome> | undefined;
    for (const job of jobs) {
      const outcome = this.#charge(job);
      if (!outcome.granted) (refused ??= new Map()).set(job, outcome);
    }
    return refused;
  }

  /** False when the segment ended before the lines: they do not count, and nothing is charged for them. */
  #appendAll(jobs: readonly Job[]): boolean {
    const segment = this.#open();
    let text = '\n'; // ends a line that a full disk may have torn
    for (const job of jobs) text += job.text;
    const bytes = this.#encode(text);
    try {
      segment.append(bytes);
    } catch (error) {
      this.#table.rollBack();
      throw error;
    }
    const found = this.#unreadOf(segment);
    if (found.length !== bytes.length) return this.#settleBehindOthers(found, bytes, jobs);
    // nobody else has written in between: bytes are only ever added
    this.#position += bytes.length;
    for (const job of jobs) job.resolve(GRANTED);
    return true;
  }

  /** All that stands behind the position; overwritten by the next reading. */
  #unreadOf(segment: Segment): Buffer {
    const found = this.#chunk.subarray(0, segment.read(this.#position, this.#chunk));
    if (found.length < this.#chunk.length) return found;
    // this process has been silent for long; so much room is not kept
    const unread = Buffer.allocUnsafe(segment.size() - this.#position);
    return unread.subarray(0, segment.read(this.#position, unread));
  }

  #encode(text: string): Buffer {
    const most = text.length * 3; // bytes that a UTF-16 unit can become
    if (this.#outgoing.length < most) this.#outgoing = Buffer.allocUnsafe(most);
    return this.#outgoing.subarray(0, this.#outgoing.write(text));
  }

  /** Others wrote first, or right after: what came first counts before ours, whose charges are looked at again in the order of the file. */
  #settleBehindOthers(found: Buffer, bytes: Buffer, jobs: readonly Job[]): boolean {
    this.#table.rollBack();
    const ours = found.indexOf(bytes);
    if (ours < 0) throw new Error('the file is not what was written to it');
    if (!this.#apply(found.subarray(0, ours))) return false;
    this.#position += bytes.length;
    for (const job of jobs) {
      const outcome = this.#charge(job);
      if (!outcome.granted && job.kind === 'A') this.append('V', job.id, [], '').catch(() => {});
      job.resolve(outcome);
    }
    return true;
  }

  #charge({ kind, charges }: Pick<Job, 'kind' | 'charges'>): ReserveOutcome {
    switch (kind) {
      case 'A':
      case 'R':
        return this.#table.take(charges);
      case 'C':
      case 'W':
        this.#table.add(charges);
        return GRANTED;
      case 'F':
      case 'G':
        this.#table.giveBack(charges);
        return GRANTED;
      case 'D':
      case 'V':
      case 'S':
        return GRANTED;
    }
  }

  /** Takes in what other processes have written since. */
  #readOn(): void {
    for (;;) {
      const segment = this.#open();
      const found = this.#chunk.subarray(0, segment.read(this.#position, this.#chunk));
      const lines = found.subarray(0, found.lastIndexOf(LINE_FEED) + 1);
      if (lines.length > 0) {
        if (!this.#apply(lines) && this.#segment === segment) return;
      } else if (found.length < this.#chunk.length) return;
      else this.#chunk = Buffer.allocUnsafe(this.#chunk.length * 2); // one line is longer than all that
    }
  }

  /** Applies whole lines at the position; false when the segment ended among them, and the next one is open now. */
  #apply(bytes: Buffer): boolean {
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, start);
      if (end < 0) break; // torn by a full disk
      const effect = readEffect(bytes, start, end);
      if (effect?.kind === 'S') {
        this.#advance();
        return false;
      }
      if (effect) this.#charge(effect);
      if (effect?.kind === 'W') this.#begunBytes += end + 1 - start;
      start = end + 1;
    }
    this.#table.settle();
    this.#position += bytes.length;
    return true;
  }

  #open(): Segment {
    if (this.#segment) return this.#segment;
    const { segments, access } = this.#options;
    if (segments.list().length === 0) {
      if (access === 'read') return EMPTY;
      segments.create(1, new Uint8Array(0));
    }
    this.#segment = this.#openNewest();
    this.#readOn();
    return this.#segment;
  }

  /** The segment has ended: on to the newest, which began with all that counted then. */
  #advance(): void {
    const { segments, access, now } = this.#options;
    const ended = this.#segment?.number ?? 0;
    let begunBytes = 0;
    if ((segments.list().at(-1) ?? 0) <= ended) {
      if (access === 'read') return; // a writer will make the next one
      const snapshot = this.#snapshot(now());
      if (segments.create(ended + 1, snapshot)) begunBytes = snapshot.length;
    }
    this.#segment?.close();
    this.#segment = this.#openNewest();
    if (this.#segment.number !== ended + 1) begunBytes = 0;
    // what this process began it with is what its table holds: with many counters, reading that back would be felt
    if (begunBytes === 0) this.#table.clear();
    this.#table.settle();
    this.#position = this.#begunBytes = begunBytes;
    this.#readOn();
  }

  /**
   * Opens the segment with the highest number, and looks again. Another process may have gone on meanwhile, and old segments
   * may have been taken away: one of those, made anew by who came late, must never be written to. The newest is never taken away.
   */
  #openNewest(): Segment {
    const { segments, access } = this.#options;
    for (;;) {
      const newest = segments.list().at(-1) ?? 1;
      let segment: Segment;
      try {
        segment = segments.open(newest, access);
      } catch (error) {
        if (isGone(error) && (segments.list().at(-1) ?? 0) > newest) continue;
        throw error;
      }
      if (segments.list().at(-1) === newest) return segment;
      segment.close();
    }
  }

  #snapshot(now: number): Buffer {
    this.#table.prune(now);
    const entries = this.#table.entries();
    let text = '';
    for (let i = 0; i < entries.length; i += CELLS_A_LINE) {
      text += writeLine('W', '', entries.slice(i, i + CELLS_A_LINE), '');
    }
    return Buffer.from(text);
  }
}

function closedError(): ToolgateError {
  return new ToolgateError('store.closed', 'The store is closed.');
}

function asStoreError(error: unknown): unknown {
  if (error instanceof ToolgateError) return error;
  return new ToolgateError('store.failed', `The data folder failed: ${messageOf(error)}`, {
    hint: 'Check free space and permissions of the data folder.',
    cause: error,
  });
}
