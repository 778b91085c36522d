import type { Era, Json, JsonObject } from './message.ts';
import { isJsonObject } from './read-message.ts';

/** Whether a result is a list of tools, whatever stream and id it came with. */
export function isToolListResult(
  value: Json | undefined,
): value is JsonObject & { readonly tools: readonly Json[] } {
  return isJsonObject(value) && Array.isArray(value['tools']);
}

function isKept(tool: Json, keep: (name: string) => boolean, seen: Set<string>): boolean {
  if (!isJsonObject(tool)) return false;
  const { name } = tool;
  if (typeof name !== 'string' || seen.has(name) || !keep(name)) return false;
  seen.add(name);
  return true;
}

/** How long a page may be kept: the shorter of two times, 0 when the server gave none that can be read. */
export function shorterTtl(upstream: Json | undefined, ttlMs: number | undefined): number {
  if (typeof upstream !== 'number' || !Number.isSafeInteger(upstream) || upstream < 0) return 0;
  return ttlMs === undefined ? upstream : Math.min(upstream, ttlMs);
}

/**
 * A page of `tools/list` with only the tools that may be seen. Order, unknown members and `nextCursor` stay, also
 * when nothing is left; entries that are no object with a text name go, and so does the later of two with one name.
 * In modern the page becomes private to the caller (`cacheScope`), whether or not something was removed, and its
 * `ttlMs` is the shorter of the server's and `options.ttlMs`, or 0 when the server gave none. Returns the same object
 * when nothing had to change. A result that `isToolListResult` does not know yields an empty list.
 */
export function filterToolList(
  result: JsonObject,
  keep: (name: string) => boolean,
  era: Era,
  options: { readonly ttlMs?: number } = {},
): JsonObject {
  const listed = Array.isArray(result['tools']) ? (result['tools'] as readonly Json[]) : undefined;
  const seen = new Set<string>();
  const tools = (listed ?? []).filter((tool) => isKept(tool, keep, seen));
  const isComplete = tools.length === listed?.length;
  if (era === 'legacy') return isComplete ? result : { ...result, tools };

  const ttlMs = shorterTtl(result['ttlMs'], options.ttlMs);
  const isUnchanged = isComplete && result['cacheScope'] === 'private' && result['ttlMs'] === ttlMs;
  return isUnchanged ? result : { ...result, tools, ttlMs, cacheScope: 'private' };
}
