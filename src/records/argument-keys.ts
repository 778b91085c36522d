import { clip } from './clip.ts';

const MAX_KEYS = 64;
const MAX_KEY_CHARS = 128;

/**
 * The top-level keys of a call's arguments, sorted: all that the decision log keeps of them, never a value.
 * Anything but an object has none. Long keys are cut; of more than 64 keys the last entry says how many were
 * left out.
 */
export function argumentKeys(args: unknown): readonly string[] {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return [];
  const keys = Object.keys(args).sort();
  const kept = keys.slice(0, MAX_KEYS).map((key) => clip(key, MAX_KEY_CHARS));
  return keys.length > MAX_KEYS ? [...kept, `(${keys.length - MAX_KEYS} more)`] : kept;
}
