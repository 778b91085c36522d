/** What a reader sees in a JSON text, found without the code under test. */
export interface JsonFacts {
  readonly depth: number;
  readonly values: number;
  readonly longestName: number;
  readonly hasDuplicate: boolean;
  readonly hasHalfPair: boolean;
  /** Number tokens as they are written. */
  readonly numbers: readonly string[];
}

const TOKEN =
  /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?:true|false|null))/gy;

/** Facts about a text that `JSON.parse` accepts. A token at a time, with a stack of the names of each open object. */
export function jsonFacts(text: string): JsonFacts {
  const open: (Set<string> | undefined)[] = [];
  const numbers: string[] = [];
  let depth = 0;
  let tokens = 0;
  let names = 0;
  let longestName = 0;
  let hasDuplicate = false;
  let hasHalfPair = false;
  let lastString = '';
  for (const [, structure, string, number] of text.matchAll(TOKEN)) {
    if (structure === undefined) tokens++;
    if (number !== undefined) numbers.push(number);
    if (string !== undefined) {
      lastString = string;
      hasHalfPair ||= /\p{Surrogate}/u.test(JSON.parse(string) as string);
    }
    if (structure === '{' || structure === '[') {
      open.push(structure === '{' ? new Set() : undefined);
      depth = Math.max(depth, open.length);
      tokens++;
    }
    if (structure === '}' || structure === ']') open.pop();
    if (structure === ':') {
      const name = JSON.parse(lastString) as string;
      names++;
      longestName = Math.max(longestName, lastString.length - 2);
      hasDuplicate ||= open.at(-1)?.has(name) === true;
      open.at(-1)?.add(name);
    }
  }
  return { depth, values: tokens - names, longestName, hasDuplicate, hasHalfPair, numbers };
}

/** Whether a number token means the very number that JavaScript writes for it; by whole numbers alone. */
export function isCarriedExactly(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  if (value === 0) return /^0(?:\.0+)?(?:[eE]|$)/.test(token);
  const [a, b] = [rational(token), rational(String(value))];
  return (
    a.mantissa * 10n ** (a.power - min(a.power, b.power)) ===
    b.mantissa * 10n ** (b.power - min(a.power, b.power))
  );
}

function rational(token: string): { mantissa: bigint; power: bigint } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const mantissa = BigInt(`${sign}${whole}${fraction}`);
  // zero has no power, and one of millions would take millions of digits
  return { mantissa, power: mantissa === 0n ? 0n : BigInt(exponent) - BigInt(fraction.length) };
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
