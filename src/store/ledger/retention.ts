import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';
import { firstMoment, isDecision, linesBackwards, momentIn, openIfThere } from './read-segment.ts';
import type { Segment, Segments } from './segments.ts';

/** A segment that is not full is ended once it holds a row this old, so that a quiet log is forgotten in time too. */
const LONGEST_SEGMENT_MS = 24 * 60 * 60 * 1000;

/**
 * Takes away old segments, the oldest first, up to the first that holds a row of `before` or later. Gives how many went.
 *
 * The newest segment always stays. It began with every counter whose window was not over, and all that was charged since is in
 * it: whoever opens the ledger reads nothing else, and whoever has an older one open reads that to its end and goes on there.
 * So no counter is lost, however long its window is. Nobody is waited for, and any number of processes may do this at once.
 * Throws `store.closed`, and `store.failed` for a folder that was opened to read only.
 */
export async function pruneRecords(
  segments: Segments,
  ledger: Ledger,
  before: number,
  now: number,
): Promise<number> {
  ledger.assertWritable();
  const newest = segments.list().at(-1);
  if (newest === undefined) return 0;
  if (isTooLong(segments, newest, now)) ledger.endSegment(newest);
  let removed = 0;
  for (const number of segments.list().slice(0, -1)) {
    const segment = openIfThere(segments, number);
    if (segment === undefined) continue; // another process was quicker
    if (await holdsSince(segment, before)) return removed;
    segments.remove(number);
    removed++;
  }
  return removed;
}

function isTooLong(segments: Segments, number: number, now: number): boolean {
  const segment = openIfThere(segments, number);
  if (segment === undefined) return false;
  try {
    const first = firstMoment(segment);
    return first !== undefined && first < now - LONGEST_SEGMENT_MS;
  } finally {
    segment.close();
  }
}

/** Whether any decision in the segment was made at `moment` or later. Closes the segment. */
async function holdsSince(segment: Segment, moment: number): Promise<boolean> {
  try {
    for (const lines of linesBackwards(segment)) {
      if (lines.some((line) => isDecision(line) && momentIn(line) >= moment)) return true;
      await nextTurn();
    }
    return false;
  } finally {
    segment.close();
  }
}
