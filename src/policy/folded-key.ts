import { isJsonObject } from './json.ts';

const PLAIN = /^[a-z0-9_]*$/;

/**
 * How a careless server might read a member's name: compatibility characters unified (NFKC), case ignored, NUL
 * characters dropped. `Amount`, `ａmount` and `amount\u0000` all fold to `amount`.
 */
export function foldKey(key: string): string {
  if (PLAIN.test(key)) return key;
  return key.replaceAll('\u0000', '').normalize('NFKC').toUpperCase().toLowerCase();
}

/**
 * Finds a top-level argument that a careless server could take for another one: it folds to the same name as another
 * argument of the call, or to that of an argument which the policy judges. Such a pair would let the policy judge one
 * value and the server use the other.
 *
 * @param judged folded name to exact names of the arguments that the policy looks at
 * @returns the name of the argument in doubt, or undefined
 */
export function findLookAlike(
  args: unknown,
  judged: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  if (!isJsonObject(args)) return undefined;
  const keys = Object.keys(args);
  for (const key of keys) {
    // a plain name folds to itself, so plain names can be mistaken for nothing but a judged one
    if (!PLAIN.test(key)) return findAmongFolded(keys, judged);
    if (judged.get(key)?.has(key) === false) return key;
  }
  return undefined;
}

function findAmongFolded(
  keys: readonly string[],
  judged: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const seen = new Set<string>();
  for (const key of keys) {
    const folded = foldKey(key);
    if (seen.has(folded) || judged.get(folded)?.has(key) === false) return key;
    seen.add(folded);
  }
  return undefined;
}
