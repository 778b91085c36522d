interface Notes {
  /** Lines, by the id of the call. */
  readonly endings: Map<string, string>;
  readonly voided: Map<string, true>;
}

/** What a piece of the ledger tells of calls whose decisions stand in pieces before it. */
export interface LeftNotes {
  readonly endings: readonly (readonly [id: string, line: string])[];
  readonly voided: readonly string[];
}

/**
 * What a way backwards through the ledger met of calls whose decisions come later: how they ended, and that they were annulled. What stood in
 * the piece that is being read is told apart from what stood behind it.
 */
export class Awaited {
  #here = noNotes();
  readonly #behind = noNotes();
  #isFromBehind = false;

  /** Whether anything was taken in this piece that stood behind it. */
  get isFromBehind(): boolean {
    return this.#isFromBehind;
  }

  hasEnding(id: string): boolean {
    return this.#here.endings.has(id) || this.#behind.endings.has(id);
  }

  end(id: string, line: string): void {
    this.#here.endings.set(id, line);
  }

  annul(id: string): void {
    this.#here.voided.set(id, true);
  }

  /** How the call ended, as far as it was met; it is not awaited any more. */
  takeEnding(id: string): string | undefined {
    const here = takeFrom(this.#here.endings, id);
    const behind = takeFrom(this.#behind.endings, id);
    if (behind !== undefined) this.#isFromBehind = true;
    // what stands further up was written first, and holds
    return here ?? behind;
  }

  /** Whether the call was annulled; it is not awaited any more. */
  takeAnnulled(id: string): boolean {
    if (takeFrom(this.#here.voided, id)) return true;
    const behind = takeFrom(this.#behind.voided, id);
    if (behind) this.#isFromBehind = true;
    return behind ?? false;
  }

  /** Whether anything is awaited that can stand between the calls of these ids: ids begin with the time they were made at. */
  isBetween(first: string, last: string): boolean {
    const { endings, voided } = this.#behind;
    return [...endings.keys(), ...voided.keys()].some((id) => id >= first && id <= last);
  }

  /** What this piece leaves for those before it. */
  left(): LeftNotes {
    return { endings: [...this.#here.endings], voided: [...this.#here.voided.keys()] };
  }

  /** The next piece begins; `left` is what a piece that was not read leaves. */
  nextPiece({ endings, voided }: LeftNotes = this.left()): void {
    for (const [id, line] of endings) this.#behind.endings.set(id, line);
    for (const id of voided) this.#behind.voided.set(id, true);
    this.#here = noNotes();
    this.#isFromBehind = false;
  }
}

function noNotes(): Notes {
  return { endings: new Map(), voided: new Map() };
}

function takeFrom<T>(notes: Map<string, T>, id: string): T | undefined {
  if (notes.size === 0) return undefined;
  const note = notes.get(id);
  if (note !== undefined) notes.delete(id);
  return note;
}
