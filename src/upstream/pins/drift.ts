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
 * What a server lists now that is not what was accepted, by name. Without any pin nothing was ever accepted, so that nothing
 * can have changed.
 */
export function driftOf(
  pins: readonly Pin[],
  live: readonly DefinedTool[],
  seenAt: number,
): readonly Drift[] {
  if (pins.length === 0) return [];
  const accepted = new Map(pins.map((pin) => [pin.tool, pin]));
  const listed = firstOfEach(live);
  const drift: Drift[] = [];
  for (const [tool, definition] of listed) {
    const pin = accepted.get(tool);
    const hash = definitionHash(definition);
    if (pin?.hash === hash) continue;
    const kind = pin === undefined ? 'added' : 'changed';
    drift.push({ tool, kind, hash, definition: canonicalDefinition(definition), seenAt });
  }
  for (const { tool } of pins)
    if (!listed.has(tool)) drift.push({ tool, kind: 'removed', hash: '', definition: '', seenAt });
  return drift.toSorted((a, b) => (a.tool < b.tool ? -1 : 1));
}

function firstOfEach(tools: readonly DefinedTool[]): ReadonlyMap<string, DefinedTool> {
  const first = new Map<string, DefinedTool>();
  for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, tool);
  return first;
}
