import { copyOf } from './read-segment.ts';

const MAX_TEXTS = 2000;
const RECENT = 4;

interface ReadText {
  readonly text: string;
  readonly value: unknown;
}

/** Reads texts of which most are the same as one before: each is read once, and its value given again. It must not be changed. */
export class ReadTexts {
  readonly #how: (text: string) => unknown;
  readonly #values = new Map<string, unknown>();
  /** What was met last: to compare with it is faster than to look it up. */
  readonly #recent: ReadText[] = [];
  #oldest = 0;

  /** `how` reads a text; undefined where there is nothing to be read. */
  constructor(how: (text: string) => unknown) {
    this.#how = how;
  }

  /** The value of what stands in a text from one place up to another. */
  read(within: string, start: number, end: number): unknown {
    const text = within.slice(start, end);
    for (const recent of this.#recent) if (recent.text === text) return recent.value;
    const value = this.#values.get(text) ?? this.#readAnew(text);
    if (value === undefined) return undefined;
    this.#recent[this.#oldest] = { text, value };
    this.#oldest = (this.#oldest + 1) % RECENT;
    return value;
  }

  #readAnew(text: string): unknown {
    const value = this.#how(text);
    if (value === undefined) return undefined;
    if (this.#values.size >= MAX_TEXTS) this.#values.clear();
    this.#values.set(copyOf(text), value);
    return value;
  }
}
