import { effectOfPolicy, validatePolicy, type PolicyDocument } from '#policy';
import { classifyServer, isNameable, recommendPolicy, type RecommendedPolicy, type RiskTool } from '#risk';
import { categoryName } from './classified.ts';

/** What the recommended policy says of one tool, and why. */
export interface RecommendedTool {
  readonly tool: string;
  readonly category: string;
  readonly rationale: string;
  /** What the policy does to the tool, asked of the engine. */
  readonly effect: string;
}

/** A whole policy for the tools of one server, each name once, and a line on each of them. */
export function recommendFor(tools: readonly RiskTool[]): {
  readonly policy: RecommendedPolicy;
  readonly told: readonly RecommendedTool[];
} {
  const classes = classifyServer(tools);
  const rated = tools.map(({ name }, index) => ({ name, category: classes[index]?.category ?? 'unknown' }));
  const policy = recommendPolicy(rated);
  const document = validDocument(policy);
  return {
    policy,
    told: rated.map(({ name, category }, index) => ({
      tool: name,
      category: categoryName(category),
      rationale: classes[index]?.rationale ?? '',
      effect: isNameable(name)
        ? effectOfPolicy(document, name)
        : `${effectOfPolicy(document, name)}, for a policy cannot name it`,
    })),
  };
}

/** Of two tools with one name the first counts. */
export function onceEach<T extends RiskTool>(tools: readonly T[]): readonly T[] {
  return [...new Map(tools.toReversed().map((tool) => [tool.name, tool])).values()].toReversed();
}

/** What is written out must be a policy; anything else is a fault of ours. */
function validDocument(policy: RecommendedPolicy): PolicyDocument {
  const read = validatePolicy(policy);
  if (read.ok) return read.document;
  throw new Error(`the recommended policy is not valid: ${read.problems[0]?.message}`);
}
