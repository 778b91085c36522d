import { readUpToIn } from './line.ts';
import type { Segment } from './segments.ts';

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 10;
/** How a line begins that ends a segment: behind the empty line with which every write begins. */
const END = Buffer.from('\nS\t');
const LONGEST_END_BYTES = 32;

/**
 * Where a segment ends that another follows: at the first of its `S` lines. Behind it may stand lines of processes that had not
 * read it yet, and wrote them once more in the next segment; and further `S` lines, each of which tells how far back the first can be.
 */
export function endOf(segment: Segment): number {
  const size = segment.size();
  for (let until = size; until > 0; until -= CHUNK_BYTES) {
    const start = Math.max(0, until - CHUNK_BYTES);
    const bytes = bytesOf(segment, start, Math.min(size, until + LONGEST_END_BYTES));
    const at = bytes.lastIndexOf(END, until - start - 1);
    if (at < 0) continue;
    const line = bytes.toString('latin1', at + 1, bytes.indexOf(LINE_FEED, at + 1));
    const readUpTo = Math.min(readUpToIn(line) ?? start + at, start + at);
    return readUpTo + bytesOf(segment, readUpTo, start + at + END.length).indexOf(END);
  }
  return size;
}

function bytesOf(segment: Segment, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  return bytes.subarray(0, segment.read(start, bytes));
}
