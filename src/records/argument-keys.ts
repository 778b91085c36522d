import { clip } from './clip.ts';

const MAX_KEYS = 64;
const MAX_KEY_CHARS = 128;

/** The keys of the call before: those of the next one are most often the same. */
let last: readonly string[] = [];

/**
 * The top-level keys of a call's arguments, sorted: all that the decision log keeps of them, never a value.
 * Anything but an object has none. Long keys are cut; of more than 64 keys the last entry says how many were
 * left out. Calls in a row that have the same keys get the same array.
 */
export function argumentKeys(args: unknown): readonly string[] {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return [];
  const keys = Object.keys(args).sort();
  if (keys.length === last.length && keys.every((key, index) => key === last[index])) return last;
  const kept = keys.slice(0, MAX_KEYS).map((key) => clip(key, MAX_KEY_CHARS));
  if (keys.length > MAX_KEYS) return [...kept, `(${keys.length - MAX_KEYS} more)`];
  last = kept;
  return kept;
}
