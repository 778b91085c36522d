import { RE2JS } from 're2js';
import type { Meter } from './meter.ts';

/** Compiled programs larger than this are refused: their worst case is too slow. */
export const LARGEST_PROGRAM = 300;

/** Longer sources are not even compiled. */
export const LONGEST_SOURCE = 10_000;

/** Program size times text length that a single match may cost; about 40 ms at worst. */
export const MOST_WORK_PER_MATCH = 1_000_000;

/** A regular expression of RE2 syntax: linear time, searched unanchored. */
export interface Pattern {
  /** Undefined when the text is too long to be searched within the budget. */
  test(text: string, meter: Meter): boolean | undefined;
}

/**
 * Compiles a regular expression of RE2 syntax (https://github.com/google/re2/wiki/Syntax).
 * Gives a message for people when the syntax is wrong or the program too large.
 */
export function compilePattern(source: string): { pattern: Pattern } | { message: string } {
  if (source.length > LONGEST_SOURCE) {
    return { message: `is too long a regular expression (at most ${LONGEST_SOURCE} characters)` };
  }
  let program: RE2JS;
  try {
    program = RE2JS.compile(source);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'syntax error';
    return { message: `is not a regular expression of RE2 syntax: ${reason}` };
  }
  const size = program.programSize();
  if (size > LARGEST_PROGRAM) {
    return {
      message: `is too large a regular expression (${size} instructions, at most ${LARGEST_PROGRAM}); shorten it or its repetitions`,
    };
  }
  const search = searchFor(source) ?? ((text: string): boolean => program.test(text));
  return {
    pattern: {
      test(text, meter) {
        const work = size * (text.length + 1);
        if (work > MOST_WORK_PER_MATCH || !meter.spend(work)) return undefined;
        return search(text);
      },
    },
  };
}

const LITERAL = /^(\^?)([A-Za-z0-9 _,:;@/<>="'%&~`!#-]*)(\$?)$/;

/** Many expressions only say how a text begins, ends or is: those need no engine. Undefined for all others. */
function searchFor(source: string): ((text: string) => boolean) | undefined {
  const [, start, literal, end] = LITERAL.exec(source) ?? [];
  if (literal === undefined) return undefined;
  if (start && end) return (text) => text === literal;
  if (start) return (text) => text.startsWith(literal);
  return end ? (text) => text.endsWith(literal) : (text) => text.includes(literal);
}
