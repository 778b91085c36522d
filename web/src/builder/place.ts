import type { PolicyDocument } from '#policy';

/** One step into a policy document: the name of a member, or the index of an element. */
export type Segment = string | number;
export type Place = readonly Segment[];

/** The JSON Pointer of a place; empty for the whole document. */
export function pointerOf(place: Place): string {
  return place.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childOf(
  value: unknown,
  key: string,
): { readonly segment: Segment; readonly value: unknown } | undefined {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (/^\d+$/.test(key) && Number(key) < list.length)
      return { segment: Number(key), value: list[Number(key)] };
    // rule strings name a limit by its counter
    const index = list.findIndex(
      (one) => typeof one === 'object' && one !== null && 'counter' in one && one.counter === key,
    );
    return index === -1 ? undefined : { segment: index, value: list[index] };
  }
  return isObject(value) && Object.hasOwn(value, key) ? { segment: key, value: value[key] } : undefined;
}

const NAMED: Readonly<Record<string, string>> = {
  '(hidden)': '/hide',
  '(default deny)': '/default',
  '(default allow)': '/default',
};

/**
 * Where in a document the rule string of a decision stands, as near as it can be told; undefined for what stands in none, such as
 * `(unknown tool)`.
 */
export function placeOfRule(document: PolicyDocument, rule: string): Place | undefined {
  const pointer = NAMED[rule] ?? rule;
  if (!pointer.startsWith('/')) return undefined;
  const place: Segment[] = [];
  let here: unknown = document;
  for (const raw of pointer.slice(1).split('/')) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = childOf(here, key);
    if (next === undefined) {
      // the short form of a limit counts under a name that nobody wrote
      if (key !== 'limits' || !isObject(here) || !Object.hasOwn(here, 'rate_limit')) break;
      place.push('rate_limit');
      break;
    }
    place.push(next.segment);
    here = next.value;
  }
  return place.length === 0 ? undefined : place;
}
