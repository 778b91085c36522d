import { z } from 'zod';
import type { CompiledPolicy } from './compile.ts';
import type { Decision, KnownTool, Problem } from './decision.ts';
import { decide } from './decide.ts';
import { readJsonText } from './json-text.ts';
import { knowTool } from './known-tool.ts';
import { ProblemList } from './problem-list.ts';

const casesSchema = z.array(
  z.strictObject({
    description: z.string().optional(),
    call: z.strictObject({ name: z.string(), arguments: z.unknown().optional() }),
    expect: z.enum(['allow', 'deny', 'hold']),
    rule: z.string().optional(),
  }),
);

/** An example call and what the policy must say of it. */
export type PolicyCase = z.infer<typeof casesSchema>[number];

export type ReadPolicyCases =
  | { readonly ok: true; readonly cases: readonly PolicyCase[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface PolicyCaseResult {
  readonly case: PolicyCase;
  readonly decision: Decision;
  readonly passed: boolean;
}

/**
 * Reads a file of example calls: `[{ "call": { "name", "arguments" }, "expect": "allow" | "deny" | "hold", "rule"? }]`.
 * Reports every fault at once. Never throws.
 */
export function readPolicyCases(source: string): ReadPolicyCases {
  const text = readJsonText(source);
  const list = new ProblemList(text, casesSchema);
  try {
    if (text.value !== undefined) list.check(casesSchema, []);
  } catch {
    return { ok: false, problems: [text.problemAt([], 'the file is nested too deeply to be read')] };
  }
  const problems = list.inOrder();
  return problems.length > 0 ? { ok: false, problems } : { ok: true, cases: text.value as PolicyCase[] };
}

/**
 * Decides every example call and compares. Each call stands for itself: limits are not counted.
 *
 * @param tools the server's tools; without them every called tool counts as known, with no schema and no class
 */
export function runPolicyCases(
  policy: CompiledPolicy,
  cases: readonly PolicyCase[],
  tools?: readonly KnownTool[],
): PolicyCaseResult[] {
  const known = tools === undefined ? undefined : new Map(tools.map((tool) => [tool.definition.name, tool]));
  return cases.map((one) => {
    const { name } = one.call;
    const tool = known === undefined ? knowTool({ name }) : known.get(name);
    const decision = decide(policy, { tool: name, arguments: one.call.arguments }, tool);
    const passed = decision.outcome === one.expect && (one.rule === undefined || one.rule === decision.rule);
    return { case: one, decision, passed };
  });
}
