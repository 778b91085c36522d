import type { DecisionMeta } from '#mcp';
import type { CompiledPolicy } from '#policy';

/** What the agent learns of a decision: the rule, and which policy it stands in. */
export function noteOf(
  rule: string,
  policy: CompiledPolicy | undefined,
  retryAfterMs?: number,
): DecisionMeta {
  return {
    rule,
    ...(policy === undefined ? {} : { policy: policy.name, version: policy.version }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
