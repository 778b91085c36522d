import { effectOfPolicy, validatePolicy } from '#policy';
import { isNameable, recommendPolicy, type RecommendedPolicy, type ToolWithCategory } from '#risk';

/** What a policy does to some tools of a server. */
export interface PolicyEffect {
  /** In words of the engine: `allowed, at most 30 a minute per grant`. */
  readonly effect: string;
  /** Tools of the server that it happens to. */
  readonly tools: number;
}

/** The recommended policy for a whole server, and what the engine makes of each of its tools. */
export interface ServerPolicy {
  readonly policy: RecommendedPolicy;
  readonly effects: readonly PolicyEffect[];
}

/**
 * The policy that gives every tool of a server its recommended rule and refuses all else. Throws when it is not valid, which
 * would be a fault of ours.
 */
export function serverPolicyOf(tools: readonly ToolWithCategory[]): ServerPolicy {
  const policy = recommendPolicy(tools);
  const read = validatePolicy(policy);
  if (!read.ok) throw new Error(`the recommended policy is not valid: ${read.problems[0]?.message}`);
  // tools of one class have one rule, so that the engine is asked once for them, and not for each of thousands
  const groups = new Map<string, { readonly first: string; count: number }>();
  for (const { name, category } of tools) {
    const key = isNameable(name) ? category : 'unnamed';
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: name, count: 1 });
    else group.count++;
  }
  const counts = new Map<string, number>();
  for (const { first, count } of groups.values()) {
    const effect = effectOfPolicy(read.document, first);
    counts.set(effect, (counts.get(effect) ?? 0) + count);
  }
  return { policy, effects: [...counts].map(([effect, count]) => ({ effect, tools: count })) };
}
