import type { Meter } from './meter.ts';
import { compilePattern, LONGEST_SOURCE, type Pattern } from './pattern.ts';

/** Thrown while a schema is checked when one of its parts cannot be decided; the call is then refused. */
export class Undecidable extends Error {}

const SPACES =
  '\\t\\n\\x0B\\f\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}';
const HEX4 = '[0-9A-Fa-f]{4}';
// A surrogate pair, a \uXXXX or \u{…} escape, a control escape, any other escape, or one character.
const TOKEN = new RegExp(
  `\\\\u([Dd][89ABab][0-9A-Fa-f]{2})\\\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})|\\\\u(${HEX4})|\\\\u\\{([0-9A-Fa-f]+)\\}|\\\\c([A-Za-z])|\\\\([^])|[^]`,
  'gu',
);

function codePoint(value: number): string {
  return `\\x{${value.toString(16).toUpperCase()}}`;
}

function translateEscape(letter: string, inClass: boolean): string {
  if (letter === 's') return inClass ? SPACES : `[${SPACES}]`;
  if (letter === 'S' && !inClass) return `[^${SPACES}]`;
  if (letter === 'b' && inClass) return '\\x08';
  if (letter === 'v') return '\\x0B';
  if (letter === '0') return '\\x00';
  // What these mean in RE2 they do not mean in ECMAScript, or the other way round.
  if (/[AzQECaSkZ]/.test(letter)) throw new Undecidable('an escape without counterpart');
  return `\\${letter}`;
}

/**
 * Rewrites an ECMAScript regular expression, the dialect of JSON Schema's `pattern`, in RE2 syntax: `\uXXXX`, `\cX`,
 * `[^]`, `[]`, and the wider meaning of `.` and `\s`. Throws `Undecidable` for what has no counterpart.
 */
export function translatePattern(source: string): string {
  let inClass = false;
  let translated = '';
  for (const match of source.matchAll(TOKEN)) {
    const [token, high, low, unit, point, control, escaped] = match;
    if (high !== undefined && low !== undefined) {
      translated += codePoint(
        0x10000 + ((Number.parseInt(high, 16) - 0xd800) << 10) + (Number.parseInt(low, 16) - 0xdc00),
      );
    } else if (unit !== undefined || point !== undefined) {
      translated += codePoint(Number.parseInt(unit ?? point ?? '', 16));
    } else if (control !== undefined) {
      translated += codePoint((control.codePointAt(0) ?? 0) % 32);
    } else if (escaped !== undefined) {
      translated += translateEscape(escaped, inClass);
    } else if (!inClass && token === '[') {
      const rest = source.slice(match.index);
      if (rest.startsWith('[]') || rest.startsWith('[^]'))
        return translateOddClass(source, match.index, translated);
      inClass = true;
      translated += token;
    } else if (inClass) {
      if (token === ']') inClass = false;
      // RE2 reads [:name:] as a POSIX class; ECMAScript reads plain characters.
      translated += token === '[' ? '\\[' : token;
    } else {
      translated += token === '.' ? '[^\\n\\r\\x{2028}\\x{2029}]' : token;
    }
  }
  return translated;
}

/** `[]` matches nothing and `[^]` everything in ECMAScript; RE2 knows neither. */
function translateOddClass(source: string, at: number, before: string): string {
  const everything = source.startsWith('[^]', at);
  const meaning = everything ? '[\\x{0}-\\x{10FFFF}]' : '[^\\x{0}-\\x{10FFFF}]';
  return `${before}${meaning}${translatePattern(source.slice(at + (everything ? 3 : 2)))}`;
}

/**
 * A `pattern` of a JSON Schema as something ajv can test with. Compiled on first use; a pattern that cannot be
 * translated, or a text too long for it, throws `Undecidable` when it is met, so that it only stops calls that use
 * that argument.
 */
export function lazyPattern(source: string, meter: Meter): { test(text: string): boolean } {
  let pattern: Pattern | 'none' | undefined;
  return {
    test(text) {
      pattern ??= compileEcma(source);
      const found = pattern === 'none' ? undefined : pattern.test(text, meter);
      if (found !== undefined) return found;
      throw new Undecidable(
        pattern === 'none'
          ? 'a pattern that cannot be checked in bounded time'
          : 'a text that is too long to be checked',
      );
    },
  };
}

function compileEcma(source: string): Pattern | 'none' {
  try {
    const compiled = compilePattern(source.length > LONGEST_SOURCE ? source : translatePattern(source));
    return 'pattern' in compiled ? compiled.pattern : 'none';
  } catch {
    return 'none';
  }
}
