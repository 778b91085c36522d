import { isJsonObject } from './json.ts';
import { Verdict } from './verdict.ts';

/** One step of a path: a member's key, an element's index, or any element. */
export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'any' };

export interface ArgumentPath {
  /** As the policy writes it, e.g. `args.items[*].price`. */
  readonly text: string;
  readonly steps: readonly PathStep[];
  /** The argument that the path starts at. */
  readonly argument: string;
}

const BARE_KEY = /^[^.[\]"\s\p{Cc}]+/u;
const INDEX = /^\[(0|[1-9]\d{0,8})\]/;
const QUOTED_KEY = /^\[("(?:[^"\\]|\\.)*")\]/;

function readStep(rest: string, first: boolean): { step: PathStep; length: number } | { message: string } {
  const index = INDEX.exec(rest);
  if (index !== null) return { step: { kind: 'index', index: Number(index[1]) }, length: index[0].length };
  if (rest.startsWith('[*]')) return { step: { kind: 'any' }, length: 3 };
  const dotted = rest.startsWith('.') ? rest.slice(1) : undefined;
  const quoted = QUOTED_KEY.exec(dotted ?? rest);
  if (quoted !== null) {
    const length = quoted[0].length + (dotted === undefined ? 0 : 1);
    try {
      return { step: { kind: 'key', key: String(JSON.parse(quoted[1] ?? '')) }, length };
    } catch {
      return { message: 'has a quoted key that is not a JSON string' };
    }
  }
  if (rest.startsWith('[')) {
    return { message: 'has an unreadable "[…]": write [0], [*] or ["key"]' };
  }
  const key = dotted === undefined ? null : BARE_KEY.exec(dotted);
  if (key !== null) return { step: { kind: 'key', key: key[0] }, length: key[0].length + 1 };
  if (first) return { message: 'must start with "args.", e.g. "args.amount"' };
  return {
    message: 'has an empty or odd key: write ["…"] around keys with dots, spaces, brackets or quotes',
  };
}

/**
 * Reads a path such as `args.items[0]["a.b"].price`. Gives a message for people when it cannot be read.
 */
export function parsePath(text: string): { path: ArgumentPath } | { message: string } {
  if (!text.startsWith('args')) return { message: 'must start with "args.", e.g. "args.amount"' };
  const steps: PathStep[] = [];
  let rest = text.slice('args'.length);
  while (rest !== '') {
    const read = readStep(rest, steps.length === 0);
    if ('message' in read) return read;
    steps.push(read.step);
    rest = rest.slice(read.length);
  }
  const first = steps[0];
  if (first === undefined) return { message: 'names no argument: write "args." and the argument\'s name' };
  if (first.kind !== 'key')
    return { message: 'must name an argument first: arguments are an object, not an array' };
  return { path: { text, steps, argument: first.key } };
}

/** What to answer at the end of a path. */
export interface Leaf {
  readonly missing: Verdict;
  test(value: unknown): Verdict;
}

/**
 * Walks a path and asks the leaf there.
 *
 * - An absent member or element, and anything below null, is missing.
 * - Anything else that is not the container the path expects (a text where an object should be) is undecidable:
 *   a lenient server may well read something out of it.
 * - `[*]` matches when any element does; one undecidable element makes the whole undecidable, whatever the
 *   others say; no element at all is missing.
 *
 * Looks at own members only, so that `toString` and `__proto__` are just names.
 */
export function walkPath(value: unknown, steps: readonly PathStep[], leaf: Leaf, from = 0): Verdict {
  let here = value;
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    if (step === undefined || here === undefined || here === null) return leaf.missing;
    if (step.kind === 'key') {
      if (!isJsonObject(here)) return Verdict.undecidable;
      if (!Object.hasOwn(here, step.key)) return leaf.missing;
      here = here[step.key];
    } else {
      if (!Array.isArray(here)) return Verdict.undecidable;
      if (step.kind === 'any') return walkElements(here, steps, leaf, at + 1);
      here = here[step.index];
    }
  }
  return here === undefined ? leaf.missing : leaf.test(here);
}

function walkElements(
  elements: readonly unknown[],
  steps: readonly PathStep[],
  leaf: Leaf,
  from: number,
): Verdict {
  if (elements.length === 0) return leaf.missing;
  let verdict: Verdict = Verdict.noMatch;
  for (const element of elements) {
    const one = walkPath(element, steps, leaf, from);
    if (one === Verdict.undecidable) return one;
    if (one === Verdict.match) verdict = one;
  }
  return verdict;
}
