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
  // one for all pieces: V8 collects garbage the sooner, the more buffers it has to count
  let bytes: Buffer = Buffer.allocUnsafe(CHUNK_BYTES + LONG_LINE_BYTES);
  let rest = 0;
  for (let end = segment.size(); end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const fresh = end - start;
    if (fresh + rest > bytes.length) bytes = Buffer.concat([bytes], 2 * (fresh + rest));
    // a line that begins in this piece was read to its end with the one before
    bytes.copyWithin(fresh, 0, rest);
    segment.read(start, bytes.subarray(0, fresh));
    const piece = bytes.subarray(0, fresh + rest);
    const feed = start === 0 ? -1 : piece.indexOf(LINE_FEED);
    const isWithin = start > 0 && feed < 0;
    rest = isWithin ? piece.length : Math.max(0, feed);
    end = start;
    yield isWithin
      ? []
      : textOf(piece.subarray(feed + 1))
          .split('\n')
          .toReversed();
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
