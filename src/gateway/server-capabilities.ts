import { isJsonObject, type Era, type JsonObject } from '#mcp';
import type { MethodSwitches } from '#platform';

const FAMILY_OF: Readonly<Record<string, keyof MethodSwitches>> = {
  resources: 'resources',
  prompts: 'prompts',
  completions: 'completion',
  logging: 'logging',
};
const CHANGING = new Set(['tools', 'resources', 'prompts']);

/**
 * What a server can do, as an agent is told: without the families that are switched off. Lists can change with the policy,
 * so the gateway promises to tell, unless changes are told by subscriptions alone and those are off.
 */
export function offeredCapabilities(capabilities: JsonObject, methods: MethodSwitches, era: Era): JsonObject {
  const tellsChanges = era === 'legacy' || methods.subscriptions !== false;
  const kept = Object.entries(capabilities).flatMap(([name, value]): [string, JsonObject[string]][] => {
    const family = Object.hasOwn(FAMILY_OF, name) ? FAMILY_OF[name] : undefined;
    if (family !== undefined && methods[family] === false) return [];
    if (!CHANGING.has(name) || !isJsonObject(value)) return [[name, value]];
    if (tellsChanges) return [[name, { ...value, listChanged: true }]];
    const { listChanged: _, subscribe: __, ...rest } = value;
    return [[name, rest]];
  });
  return Object.fromEntries(kept);
}
