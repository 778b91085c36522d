import { isGone, type Segment, type Segments } from './segments.ts';

const CHUNK_BYTES = 64 * 1024;
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

/** The whole lines of a segment, last first, in one list for each piece that is read. */
export function* linesBackwards(segment: Segment): Generator<readonly string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for (let end = segment.size(); end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.allocUnsafe(end - start);
    segment.read(start, chunk);
    const bytes = rest.length === 0 ? chunk : Buffer.concat([chunk, rest]);
    const lines: string[] = [];
    let upTo = bytes.length;
    for (let feed = bytes.lastIndexOf(LINE_FEED); feed >= 0; feed = bytes.lastIndexOf(LINE_FEED, upTo - 1)) {
      if (feed + 1 < upTo) lines.push(bytes.toString('utf8', feed + 1, upTo));
      upTo = feed;
      if (feed === 0) break;
    }
    rest = bytes.subarray(0, upTo);
    end = start;
    yield lines;
  }
  if (rest.length > 0) yield [rest.toString('utf8')];
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
