import type { JsonObject } from './message.ts';
import { isJsonObject } from './read-message.ts';
import { GATEWAY_META_PREFIX, MCP_META_PREFIX, META_KEYS } from './revisions.ts';

/** Results that a modern client may cache, so that they must say for how long and for whom. */
const CACHEABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

function isEnvelopeKey(key: string): boolean {
  const folded = key.toLowerCase();
  return folded.startsWith(MCP_META_PREFIX) || folded.startsWith(GATEWAY_META_PREFIX);
}

/**
 * The parameters of a modern request as a legacy server may see them: without the keys of `_meta` that MCP or the
 * gateway owns. Progress token, trace context and foreign keys stay; an emptied `_meta` goes. Returns the same object
 * when there was nothing to remove.
 */
export function stripModernEnvelope(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta'];
  if (!isJsonObject(meta)) return params;
  const entries = Object.entries(meta);
  const kept = entries.filter(([key]) => !isEnvelopeKey(key));
  if (kept.length === entries.length && kept.length > 0) return params;
  const { _meta: _, ...rest } = params ?? {};
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) };
}

/**
 * A legacy server's result in the modern form: `resultType` complete, the server's name in `_meta` and, where modern
 * results carry cache hints, no caching by anybody (`ttlMs` 0, `cacheScope` private).
 */
export function toModernResult(
  method: string,
  legacyResult: JsonObject,
  serverInfo: JsonObject | undefined,
): JsonObject {
  const meta = isJsonObject(legacyResult['_meta']) ? legacyResult['_meta'] : {};
  const named = serverInfo === undefined ? meta : { ...meta, [META_KEYS.serverInfo]: serverInfo };
  return {
    ...legacyResult,
    resultType: 'complete',
    ...(CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
    ...(Object.keys(named).length === 0 ? {} : { _meta: named }),
  };
}
