import type { Decision, KnownTool } from '#policy';
import { definitionHash } from '#upstream';
import type { GovernedServer } from './directory.ts';

/** The definitions of a server's tools that a person accepted, as SHA-256 by name. */
export interface Pins {
  readonly onChange: 'alert' | 'block';
  readonly accepted: ReadonlyMap<string, string>;
}

const CHANGED: Decision = {
  outcome: 'deny',
  kind: 'refused',
  rule: '(definition changed)',
  message:
    'The definition of this tool changed since it was accepted. Somebody who administers the gateway must accept the new one first.',
};
const NEW: Decision = {
  outcome: 'deny',
  kind: 'refused',
  rule: '(new definition)',
  message:
    'This tool is new since the tools of its server were accepted. Somebody who administers the gateway must accept it first.',
};

/**
 * The decision on a call once the tool's definition was held against the accepted one. Only what would go on is refused, so that a
 * hidden tool stays unknown; the same object when nothing is wrong, or nothing is pinned.
 */
export function heldAgainstPins(
  decision: Decision,
  { pins }: GovernedServer,
  tool: KnownTool | undefined,
): Decision {
  if (pins?.onChange !== 'block' || pins.accepted.size === 0 || !tool || decision.outcome === 'deny')
    return decision;
  const accepted = pins.accepted.get(tool.definition.name);
  if (accepted === undefined) return NEW;
  return accepted === definitionHash(tool.definition) ? decision : CHANGED;
}
