import type { CountedRecords, DecisionSetting } from '../ports.ts';
import { copyOf } from './read-segment.ts';
import type { PieceNotes, Place } from './walk.ts';

/** What is kept may weigh so much, a count being one: some 10 MB. */
const MAX_WEIGHT = 100_000;
/** Of a setting, which holds a dozen texts. */
const SETTING_WEIGHT = 8;

/** A piece of the ledger that will not change any more, counted. */
export interface CountedPiece extends PieceNotes {
  readonly counts: readonly CountedRecords[];
  /** The lowest and the highest of its decisions; undefined and empty where it holds none. */
  readonly firstId: string | undefined;
  readonly lastId: string;
  /** When its first decision was made, and its last. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The newest pieces that were counted: a log that grows is then counted from where it was counted before. */
export class CountedPieces {
  readonly #max: number;
  /** By segment, and by where they begin in it. */
  readonly #segments = new Map<number, Map<number, CountedPiece>>();
  /** How many counts are of each setting. */
  readonly #settings = new Map<DecisionSetting, number>();
  #weight = 0;

  constructor(max = MAX_WEIGHT) {
    this.#max = max;
  }

  find({ segment, start }: Place): CountedPiece | undefined {
    return this.#segments.get(segment)?.get(start);
  }

  /** Keeps a piece, in place of older ones when there are too many; not at all when there are too many newer ones. */
  keep(place: Place, piece: CountedPiece): void {
    if (this.find(place) !== undefined) return;
    const { segment, start } = place;
    const pieces = this.#segments.get(segment) ?? new Map<number, CountedPiece>();
    this.#segments.set(segment, pieces.set(start, standingAlone(piece)));
    this.#weigh(piece);
    while (this.#weight > this.#max) this.#dropOldest();
  }

  /** Forgets the pieces of segments before this one. */
  forgetBefore(segment: number): void {
    for (const [number, pieces] of this.#segments) {
      if (number >= segment) continue;
      for (const piece of pieces.values()) this.#unweigh(piece);
      this.#segments.delete(number);
    }
  }

  #dropOldest(): void {
    const segment = Math.min(...this.#segments.keys());
    const pieces = this.#segments.get(segment) ?? new Map<number, CountedPiece>();
    const start = Math.min(...pieces.keys());
    const piece = pieces.get(start);
    if (piece !== undefined) this.#unweigh(piece);
    pieces.delete(start);
    if (pieces.size === 0) this.#segments.delete(segment);
  }

  #weigh(piece: CountedPiece): void {
    this.#weight += weightOf(piece);
    for (const { setting } of piece.counts) {
      const others = this.#settings.get(setting) ?? 0;
      if (others === 0) this.#weight += SETTING_WEIGHT;
      this.#settings.set(setting, others + 1);
    }
  }

  #unweigh(piece: CountedPiece): void {
    this.#weight -= weightOf(piece);
    for (const { setting } of piece.counts) {
      const others = (this.#settings.get(setting) ?? 1) - 1;
      if (others > 0) this.#settings.set(setting, others);
      else if (this.#settings.delete(setting)) this.#weight -= SETTING_WEIGHT;
    }
  }
}

/** Of a piece without its settings; there is always something to it. */
function weightOf({ counts, endings, voided }: CountedPiece): number {
  return 1 + counts.length + endings.length + voided.length;
}

/** The same with texts of its own: those that were read keep all that was read with them. */
function standingAlone(piece: CountedPiece): CountedPiece {
  return {
    ...piece,
    firstId: piece.firstId === undefined ? undefined : copyOf(piece.firstId),
    lastId: copyOf(piece.lastId),
    endings: piece.endings.map(([id, line]) => [copyOf(id), copyOf(line)] as const),
    voided: piece.voided.map(copyOf),
  };
}
