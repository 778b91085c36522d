import type { Json } from './message.ts';
import { isJsonObject } from './read-message.ts';

/**
 * One text for one value: members in the order of their names' UTF-16 units, no white space (in the manner of RFC 8785).
 * The value must come from `parseStrict`, which bounds its depth.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .filter((name) => value[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`);
  return `{${members.join(',')}}`;
}
