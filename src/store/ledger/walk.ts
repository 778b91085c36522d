import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallEnding, DecisionSetting, RecordFilter, StoredRecord } from '../ports.ts';
import { Awaited, type LeftNotes } from './awaited.ts';
import { readEnding, readLine } from './line.ts';
import { BackwardReader, firstMoment, idIn, momentIn, openIfThere, type Piece } from './read-segment.ts';
import { endOf } from './segment-end.ts';
import type { Segment, Segments } from './segments.ts';

/** Records of several processes stand in the order they were written, which is nearly that of their times. */
const OUT_OF_ORDER_MS = 10_000;
/** A page of the newest rows looks back this much further, so that the next page misses nothing that was written late. */
const LATE_MS = 2000;
/** A call that ends later than this after a moment may be shown without its ending to who reads up to that moment. */
const LATE_ENDING_MS = 60 * 60 * 1000;
/** Of so many lines in a row that are not wanted, one is asked when it was written. */
const LOOK_EVERY = 32;
/** After so long the walk lets others have a turn: it must not hold up a gateway in the same process. */
const TURN_MS = 1;

export type Scan = Omit<RecordFilter, 'limit' | 'order'>;

/** Where a piece of the ledger begins. */
export interface Place {
  readonly segment: number;
  readonly start: number;
}

/** What a piece of the ledger amounts to, beside what is found in it. */
export interface PieceNotes extends LeftNotes {
  /** See `Piece`. */
  readonly head: number | undefined;
}

/** What a walk makes of the lines that it finds. */
export interface Findings<Found> {
  /** Whether it matters how a call ended that has this `F` line. */
  heeds(ending: string): boolean;
  /** Takes an `A` or `D` line of the span that is asked for, when it was made, the line that says how its call ended, and its id. */
  add(line: string, at: number, ending: string | undefined, id: string): void;
  /** What was made of the lines since the last time; `seen` is how many lines there were at all. */
  take(seen: number): readonly Found[];
  /** Adds what a piece is known to hold and gives its notes; undefined where its lines must be read. */
  recall?(place: Place, awaited: Awaited): PieceNotes | undefined;
  /** The piece is read: all that was added since the last time is all that it holds, and ever will. */
  keep?(place: Place, notes: PieceNotes): void;
}

/** One way through the ledger, from its end to the earliest moment that can matter. */
export class Walk<Found> {
  readonly #segments: Segments;
  readonly #filter: Scan;
  readonly #findings: Findings<Found>;
  readonly #awaited = new Awaited();
  #from: number;
  #fromId = '';
  #passed = 0;
  #isOver = false;
  /** Whether there was a line in this piece that a walk of another span, or at another time, makes something else of. */
  #hasOthers = false;

  constructor(segments: Segments, filter: Scan, findings: Findings<Found>) {
    this.#segments = segments;
    this.#filter = filter;
    this.#findings = findings;
    this.#from = (filter.since ?? Number.NEGATIVE_INFINITY) - OUT_OF_ORDER_MS;
  }

  /** Rows that come before this one are not wanted. What was written late is looked for a while longer, but not read in vain. */
  stopBelow(last: StoredRecord | undefined): void {
    if (last === undefined) return;
    this.#from = Math.max(this.#from, last.at - LATE_MS);
    this.#fromId = last.id;
  }

  /** What was found in each piece that was read, perhaps nothing; other work gets its turn in between. */
  async *batches(): AsyncGenerator<readonly Found[], void, undefined> {
    if (this.#filter.servers?.length === 0) return;
    let startedAt = performance.now();
    for (const batch of this.#steps()) {
      yield batch;
      if (performance.now() - startedAt < TURN_MS) continue;
      await nextTurn();
      startedAt = performance.now();
    }
  }

  *#steps(): Generator<readonly Found[]> {
    const numbers = this.#segments.list();
    for (const number of numbers.toReversed()) {
      const segment = openIfThere(this.#segments, number);
      if (segment === undefined) return; // retention takes the oldest first: there is nothing before it
      try {
        if (this.#isTooLate(segment)) continue;
        yield* this.#stepsIn(segment, number === numbers.at(-1));
        if (this.#isOver) return;
      } finally {
        segment.close();
      }
    }
  }

  *#stepsIn(segment: Segment, isNewest: boolean): Generator<readonly Found[]> {
    const reader = new BackwardReader(segment, isNewest ? segment.size() : endOf(segment));
    while (reader.start !== undefined && !this.#isOver) {
      const place = { segment: segment.number, start: reader.start };
      const known = this.#findings.recall?.(place, this.#awaited);
      if (known !== undefined) {
        reader.skip(known.head);
        this.#awaited.nextPiece(known);
        yield this.#findings.take(0);
        continue;
      }
      const piece = reader.read();
      this.#takeAll(piece);
      if (this.#isWhole(piece)) this.#findings.keep?.(place, { head: piece.head, ...this.#awaited.left() });
      this.#awaited.nextPiece();
      yield this.#findings.take(piece.lines.length);
    }
  }

  /** Whether all that the piece will ever hold was found, and nothing but that: not even what stands behind it, which not every walk sees. */
  #isWhole({ isFinal }: Piece): boolean {
    return isFinal && !this.#hasOthers && !this.#isOver && !this.#awaited.isFromBehind;
  }

  #takeAll({ lines }: Piece): void {
    this.#hasOthers = false;
    for (const text of lines) {
      this.#take(text);
      if (this.#isOver) return;
    }
  }

  /** Whether all of the segment was written long after what is wanted; costs one look at its beginning. */
  #isTooLate(segment: Segment): boolean {
    const { until } = this.#filter;
    return until !== undefined && (firstMoment(segment) ?? until) > until + LATE_ENDING_MS;
  }

  #take(text: string): void {
    const kind = text.charAt(0);
    if (kind === 'F' && this.#findings.heeds(text)) this.#remember(text);
    if (kind === 'V') this.#annul(text);
    if (kind === 'S') this.#hasOthers = true; // the newest segment has just been ended: what stands behind it counts for now
    if (kind !== 'A' && kind !== 'D') return;
    const id = idIn(text);
    const ending = this.#awaited.takeEnding(id);
    // enough was found, and this comes before it; how long ago it was is looked at once in a while
    if (id < this.#fromId && ++this.#passed % LOOK_EVERY !== 0) return;
    if (this.#awaited.takeAnnulled(id)) return;
    const at = momentIn(text);
    if (at < this.#from) this.#isOver = true;
    if (this.#isWithin(id, at)) this.#findings.add(text, at, ending, id);
    else this.#hasOthers = true;
  }

  #remember(text: string): void {
    const id = idIn(text);
    // a line that was torn stands before the whole one
    if (id >= this.#fromId && (!this.#awaited.hasEnding(id) || endingIn(text) !== undefined))
      this.#awaited.end(id, text);
  }

  #annul(text: string): void {
    const line = readLine(text);
    if (line !== undefined) this.#awaited.annul(line.id);
  }

  /** Whether the span that is asked for holds a decision; what was made at no moment is in none. */
  #isWithin(id: string, at: number): boolean {
    const { since, until, afterId, beforeId } = this.#filter;
    return (
      at >= this.#from &&
      id >= this.#fromId &&
      (since === undefined || at >= since) &&
      (until === undefined || at < until) &&
      (afterId === undefined || id > afterId) &&
      (beforeId === undefined || id < beforeId)
    );
  }
}

/** How a call ended, as its `F` line says; undefined when that is damaged. */
export function endingIn(text: string): CallEnding | undefined {
  const line = readLine(text);
  return line && readEnding(line);
}

/** Whether a record is asked for, by all but when it was made. */
export function isWanted(setting: DecisionSetting, filter: Scan): boolean {
  const { server, servers, grant, tool, outcome, rule } = filter;
  return (
    (server === undefined || setting.server === server) &&
    (servers === undefined || servers.includes(setting.server)) &&
    (grant === undefined || setting.grantId === grant || setting.grantLabel === grant) &&
    (tool === undefined || setting.tool === tool) &&
    (outcome === undefined || setting.outcome === outcome) &&
    (rule === undefined || setting.rule === rule)
  );
}
