import type { CountedRecords, DecisionSetting } from '../ports.ts';
import type { Awaited } from './awaited.ts';
import type { CountedPieces } from './counted-pieces.ts';
import { endedBadly, readRecord, settingIn, splitLine } from './line.ts';
import { isWanted, type Findings, type PieceNotes, type Place, type Scan } from './walk.ts';

/** What a piece holds is known by hours, of which longer buckets are made. */
const HOUR_MS = 60 * 60 * 1000;

type Count = { -readonly [K in keyof CountedRecords]: CountedRecords[K] };

/**
 * Lines as numbers: of a line no more is read than when it was made, and what it has in common with others. Those that nobody asked for are
 * counted too, so that a piece need not be counted again for another question.
 */
export class Counts implements Findings<CountedRecords> {
  readonly #filter: Scan;
  readonly #bucketMs: number;
  readonly #stepMs: number;
  readonly #known: CountedPieces | undefined;
  /** Of the piece that is read. */
  #counts: Count[] = [];
  #firstId: string | undefined;
  #lastId = '';
  #lastAt = Number.NEGATIVE_INFINITY;
  /** The count of each setting that was met last. */
  readonly #latest = new Map<DecisionSetting, Count>();
  /** Of a piece that need not be read. */
  #recalled: readonly CountedRecords[] | undefined;

  /** `known` are pieces of the same ledger, to which those that are counted now are added. */
  constructor(filter: Scan, bucketMs: number, known: CountedPieces) {
    const isOfMoments = filter.afterId === undefined && filter.beforeId === undefined;
    const isOfHours = bucketMs % HOUR_MS === 0;
    this.#filter = filter;
    this.#bucketMs = bucketMs;
    this.#stepMs = isOfHours ? HOUR_MS : bucketMs;
    this.#known = isOfHours && isOfMoments ? known : undefined;
  }

  heeds(ending: string): boolean {
    return endedBadly(ending);
  }

  add(line: string, at: number, ending: string | undefined, id: string): void {
    const setting = settingIn(line) ?? settingOfOld(line);
    if (setting === undefined) return;
    const count = this.#countOf(setting, Math.floor(at / this.#stepMs) * this.#stepMs);
    count.calls++;
    if (ending !== undefined) count.failed++;
    if (at < count.earliest) count.earliest = at;
    if (at > this.#lastAt) this.#lastAt = at;
    if (this.#firstId === undefined || id < this.#firstId) this.#firstId = id;
    if (id > this.#lastId) this.#lastId = id;
  }

  take(): readonly CountedRecords[] {
    const counts = this.#recalled ?? this.#counts;
    this.#counts = [];
    this.#firstId = undefined;
    this.#lastId = '';
    this.#lastAt = Number.NEGATIVE_INFINITY;
    this.#latest.clear();
    this.#recalled = undefined;
    const wanted = counts.filter(({ setting }) => isWanted(setting, this.#filter));
    if (this.#stepMs === this.#bucketMs) return wanted;
    return wanted.map((count) => ({
      ...count,
      start: Math.floor(count.start / this.#bucketMs) * this.#bucketMs,
    }));
  }

  recall(place: Place, awaited: Awaited): PieceNotes | undefined {
    const piece = this.#known?.find(place);
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = this.#filter;
    if (piece === undefined || piece.firstAt < since || piece.lastAt >= until) return undefined;
    if (piece.firstId !== undefined && awaited.isBetween(piece.firstId, piece.lastId)) return undefined;
    this.#recalled = piece.counts;
    return piece;
  }

  keep(place: Place, notes: PieceNotes): void {
    const firstAt = Math.min(Number.POSITIVE_INFINITY, ...this.#counts.map(({ earliest }) => earliest));
    const ids = { firstId: this.#firstId, lastId: this.#lastId };
    this.#known?.keep(place, { ...notes, ...ids, counts: this.#counts, firstAt, lastAt: this.#lastAt });
  }

  #countOf(setting: DecisionSetting, start: number): Count {
    const known = this.#latest.get(setting);
    if (known?.start === start) return known;
    const count = { setting, start, earliest: Number.POSITIVE_INFINITY, calls: 0, failed: 0 };
    this.#counts.push(count);
    this.#latest.set(setting, count);
    return count;
  }
}

/** Of a record whose members stand in another order than they are written in today. */
function settingOfOld(text: string): DecisionSetting | undefined {
  const line = splitLine(text);
  return line && readRecord(line, undefined);
}
