import { riskOfList, type RiskCategory } from '#risk';
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

/**
 * A tool of a server's list with its class, which is found once for the whole list: give the same array with each of its tools.
 */
export function knowListedTool(
  definition: ToolDefinition,
  list: readonly ToolDefinition[] = [definition],
): KnownTool {
  return knowTool(definition, riskOfList(list).get(definition));
}

/** The check of a tool's arguments, compiled once. */
export function argumentCheckOf(tool: KnownTool): ArgumentCheck {
  const known = checks.get(tool);
  if (known !== undefined) return known;
  const check = compileArgumentCheck(tool.definition.inputSchema);
  checks.set(tool, check);
  return check;
}
