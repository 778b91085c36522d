import { isAscii } from 'node:buffer';
import { isGone, type Segment, type Segments } from './segments.ts';

const CHUNK_BYTES = 64 * 1024;
/** Longer lines take a longer buffer. */
const LONG_LINE_BYTES = 16 * 1024;
const LINE_FEED = 10;

/** The segment, opened to be read; undefined when it was taken away. */
export function openIfThere(segments: Segments, number: number): Segment | undefined {
  try {
    return segments.open(number, 'read');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** When the decision on an `A` or `D` line was made. No text in it can look like that member: its quotes would be escaped. */
export function momentIn(text: string): number {
  const start = text.indexOf('"at":');
  return start < 0 ? Number.NaN : Number.parseInt(text.slice(start + 5, start + 25), 10);
}

/** The id of a line, whatever its letter. */
export function idIn(text: string): string {
  return text.slice(2, text.indexOf('\t', 2));
}

/**
 * The whole lines of a segment, last first, in one list for each piece that is read. A line is a part of the text of its piece: who keeps
 * some of it for long copies that (`copyOf`), or keeps the whole piece.
 */
export function* linesBackwards(segment: Segment): Generator<readonly string[]> {
  const reader = new BackwardReader(segment);
  while (reader.start !== undefined) yield reader.read().lines;
}

export interface Piece {
  /** Those that begin in the piece, last first. */
  readonly lines: readonly string[];
  /** Where the first of them begins, counted from the piece's beginning; undefined when none begins in it. */
  readonly head: number | undefined;
  /** Whether nothing that is written from now on can change it. */
  readonly isFinal: boolean;
}

/** Reads a segment piece by piece, backwards from where it ends. A piece begins at a multiple of its length. */
export class BackwardReader {
  readonly #segment: Segment;
  readonly #size: number;
  /** One for all pieces: V8 collects garbage the sooner, the more buffers it has to count. */
  #bytes = Buffer.allocUnsafe(CHUNK_BYTES + LONG_LINE_BYTES);
  /** Of the piece that comes next. */
  #start: number;
  /** Where its last line ends: most often in the piece behind it. */
  #end: number;

  /** @param size how many bytes of the segment count */
  constructor(segment: Segment, size = segment.size()) {
    this.#segment = segment;
    this.#size = size;
    this.#end = size;
    this.#start = (Math.ceil(this.#size / CHUNK_BYTES) - 1) * CHUNK_BYTES;
  }

  /** Where the next piece begins; undefined when all was read. */
  get start(): number | undefined {
    return this.#start < 0 ? undefined : this.#start;
  }

  /** Reads the next piece. Must not be called when there is none. */
  read(): Piece {
    const start = this.#start;
    const own = Math.min(CHUNK_BYTES, this.#end - start);
    this.#segment.read(start, this.#bytes.subarray(0, own));
    const head = start === 0 ? 0 : this.#bytes.subarray(0, own).indexOf(LINE_FEED) + 1;
    // the line that goes through it is read with the piece that it begins in
    const isWithin = start > 0 && head === 0;
    const lines = isWithin ? [] : textOf(this.#upToEnd(own).subarray(head)).split('\n').toReversed();
    const piece = { lines, head: isWithin ? undefined : head, isFinal: this.#end < this.#size };
    this.skip(piece.head);
    return piece;
  }

  /** Passes over the next piece, of which one knows where its first line begins. */
  skip(head: number | undefined): void {
    if (head !== undefined) this.#end = this.#start + head - 1;
    this.#start -= CHUNK_BYTES;
  }

  /** The bytes from the piece's beginning to the end of its last line, of which the first ones were read. */
  #upToEnd(read: number): Buffer {
    const length = this.#end - this.#start;
    if (length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes.subarray(0, read)], 2 * length);
    if (length > read) this.#segment.read(this.#start + read, this.#bytes.subarray(read, length));
    return this.#bytes.subarray(0, length);
  }
}

/** Nearly all that is written is ASCII, which takes a tenth of the time. */
function textOf(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
}

/** The same text, without the longer one that it was a part of. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** When the first decision in a segment was made; undefined when it holds none. */
export function firstMoment(segment: Segment): number | undefined {
  let rest: Buffer = Buffer.alloc(0);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ;) {
    const read = segment.read(position, chunk);
    if (read === 0) return undefined;
    position += read;
    const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      if (isDecision(line)) return momentIn(line);
    }
    rest = bytes.subarray(end);
  }
}

/** Whether a line is an `A` or `D` line with a record. */
export function isDecision(line: string): boolean {
  return (line.startsWith('A\t') || line.startsWith('D\t')) && !Number.isNaN(momentIn(line));
}
