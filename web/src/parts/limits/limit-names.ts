import type { LimitUse } from '../../api/usage.ts';
import { limitInWords, sentenceOf } from '../../builder/effect.ts';
import { inertName } from '../inert.ts';
import { capital } from '../sentence.ts';

/** A limit in plain words: `At most 30 calls a minute per grant`. */
export function wordsFor({ counter, windowSeconds, max, scope, counts }: LimitUse): string {
  const limit = { counter, window: windowSeconds, max, scope };
  const words =
    counts === 'calls'
      ? limitInWords(limit)
      : sentenceOf({ limits: [limit] }, undefined).replace(/^allowed, /, '');
  if (words === undefined) return inertName(counter);
  return capital(words);
}

/** Short names of limits, no two of them alike: that of the counter, with what tells it from others of the same name. */
export function limitNames(
  limits: readonly LimitUse[],
  nameOf: (server: string) => string,
): readonly string[] {
  const full = limits.map((limit) => [
    inertName(limit.counter),
    nameOf(limit.server),
    wordsFor(limit).toLowerCase(),
    `policy ${inertName(limit.policy ?? '')}`,
  ]);
  return full.map((parts, index) => {
    const others = full.filter((_, other) => other !== index);
    for (let length = 1; length < parts.length; length++) {
      const name = parts.slice(0, length).join(', ');
      if (!others.some((other) => other.slice(0, length).join(', ') === name)) return name;
    }
    return parts.join(', ');
  });
}
