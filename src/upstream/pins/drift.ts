import type { Drift, Pin } from '#store';
import { canonicalDefinition, definitionHash, type DefinedTool } from './definition-hash.ts';

/** The pins that accept a list of tools as it is; of two tools with one name the first counts, as in the gateway. */
export function pinsOf(tools: readonly DefinedTool[], by: string, at: number): readonly Pin[] {
  return [...firstOfEach(tools).values()].map((tool) => ({
    tool: tool.name,
    hash: definitionHash(tool),
    definition: canonicalDefinition(tool),
    acceptedAt: at,
    acceptedBy: by,
  }));
}

/**
 * What a server lists now that is not what was accepted (hashes of definitions, by name), by name. Where nothing was ever accepted
 * nothing can have changed.
 */
export function driftOf(
  accepted: ReadonlyMap<string, string>,
  live: readonly DefinedTool[],
  seenAt: number,
): readonly Drift[] {
  if (accepted.size === 0) return [];
  const listed = firstOfEach(live);
  const drift: Drift[] = [];
  for (const [tool, definition] of listed) {
    const hash = definitionHash(definition);
    if (accepted.get(tool) === hash) continue;
    const kind = accepted.has(tool) ? 'changed' : 'added';
    drift.push({ tool, kind, hash, definition: canonicalDefinition(definition), seenAt });
  }
  for (const tool of accepted.keys())
    if (!listed.has(tool)) drift.push({ tool, kind: 'removed', hash: '', definition: '', seenAt });
  return drift.toSorted((a, b) => (a.tool < b.tool ? -1 : 1));
}

function firstOfEach(tools: readonly DefinedTool[]): ReadonlyMap<string, DefinedTool> {
  const first = new Map<string, DefinedTool>();
  for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, tool);
  return first;
}
