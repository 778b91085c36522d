import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#mcp';
import { compareLists } from './compare-lists.ts';

/** One difference between two JSON values. */
export interface JsonChange {
  /** JSON Pointer in the newer value; for what was removed, in the older one. */
  readonly pointer: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * What is different between two JSON values, member by member, whatever the order of members. Elements of a list that only moved up or
 * down because others came or went are no difference.
 */
export function jsonDiff(before: Json, after: Json): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  compare(before, after, '', changes);
  return changes;
}

function compare(before: Json, after: Json, pointer: string, changes: JsonChange[]): void {
  if (Array.isArray(before) && Array.isArray(after)) return compareElements(before, after, pointer, changes);
  if (isJsonObject(before) && isJsonObject(after)) return compareMembers(before, after, pointer, changes);
  if (canonicalJson(before) !== canonicalJson(after))
    changes.push({ pointer, kind: 'changed', before, after });
}

function compareMembers(before: JsonObject, after: JsonObject, pointer: string, changes: JsonChange[]): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Object.hasOwn(after, name)) changes.push({ pointer: place, kind: 'removed', before: before[name] });
    else if (!Object.hasOwn(before, name))
      changes.push({ pointer: place, kind: 'added', after: after[name] });
    else compare(before[name] ?? null, after[name] ?? null, place, changes);
  }
}

/** Between elements that are the same, what went and what came are compared pair by pair. */
function compareElements(
  before: readonly Json[],
  after: readonly Json[],
  pointer: string,
  changes: JsonChange[],
): void {
  const removed: number[] = [];
  const added: number[] = [];
  const settle = (): void => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      const old = removed[i];
      const young = added[i];
      if (old !== undefined && young !== undefined)
        compare(before[old] ?? null, after[young] ?? null, `${pointer}/${young}`, changes);
      else if (old !== undefined)
        changes.push({ pointer: `${pointer}/${old}`, kind: 'removed', before: before[old] });
      else if (young !== undefined)
        changes.push({ pointer: `${pointer}/${young}`, kind: 'added', after: after[young] });
    }
    removed.length = 0;
    added.length = 0;
  };
  for (const step of compareLists(before.map(canonicalJson), after.map(canonicalJson))) {
    if (step.kind === 'same') settle();
    else if (step.kind === 'removed') removed.push(step.before);
    else added.push(step.after);
  }
  settle();
}
