import type { Era, Json, JsonObject } from './message.ts';
import { isJsonObject } from './read-message.ts';
import { shorterTtl } from './tool-list.ts';

/** Besides tools a server offers resources, templates of resources, and prompts. */
export type ListedKind = 'resource' | 'template' | 'prompt';

const LISTS = [
  { member: 'resources', kind: 'resource', name: 'uri' },
  { member: 'resourceTemplates', kind: 'template', name: 'uriTemplate' },
  { member: 'prompts', kind: 'prompt', name: 'name' },
] as const;

/** Whether there is anything in a result that `filterOfferingLists` may change: cheap, because every result is asked. */
export function listsOfferings(result: JsonObject): boolean {
  return (
    result['resources'] !== undefined ||
    result['resourceTemplates'] !== undefined ||
    result['prompts'] !== undefined ||
    result['contents'] !== undefined
  );
}

/**
 * A result with only those resources, templates and prompts that may be seen, whatever stream and id it came with. Order,
 * unknown members and `nextCursor` stay, also when nothing is left; entries without a text name go. In modern, lists and
 * the contents of a resource become private to the caller, as with `filterToolList`. Returns the same object when
 * nothing had to change.
 */
export function filterOfferingLists(
  result: JsonObject,
  keep: (kind: ListedKind, name: string) => boolean,
  era: Era,
): JsonObject {
  let filtered = result;
  let isCacheable = Array.isArray(result['contents']);
  for (const { member, kind, name } of LISTS) {
    const listed = result[member];
    if (!Array.isArray(listed)) continue;
    isCacheable = true;
    const kept = (listed as readonly Json[]).filter((entry) => {
      const value = isJsonObject(entry) ? entry[name] : undefined;
      return typeof value === 'string' && keep(kind, value);
    });
    if (kept.length < listed.length) filtered = { ...filtered, [member]: kept };
  }
  if (!isCacheable || era === 'legacy') return filtered;
  if (result['resultType'] !== undefined && result['resultType'] !== 'complete') return filtered;
  const ttlMs = shorterTtl(result['ttlMs'], undefined);
  const isUnchanged = result['cacheScope'] === 'private' && result['ttlMs'] === ttlMs;
  return isUnchanged ? filtered : { ...filtered, ttlMs, cacheScope: 'private' };
}
