import type { RiskCategory } from '#risk';
import { compileArgumentCheck, type ArgumentCheck } from './argument-check.ts';
import type { KnownTool, ToolDefinition } from './decision.ts';

const checks = new WeakMap<KnownTool, ArgumentCheck>();

/**
 * A tool of the server's real list, ready for decisions. `risk` is the class that the catalogue is confident of; leave it
 * out when there is none. Make one per listing and keep it: the check of its arguments is compiled on first use and
 * lives as long as this object.
 */
export function knowTool(definition: ToolDefinition, risk?: RiskCategory): KnownTool {
  return { definition, risk };
}

/** The check of a tool's arguments, compiled once. */
export function argumentCheckOf(tool: KnownTool): ArgumentCheck {
  const known = checks.get(tool);
  if (known !== undefined) return known;
  const check = compileArgumentCheck(tool.definition.inputSchema);
  checks.set(tool, check);
  return check;
}
