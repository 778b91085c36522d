import { z } from 'zod';
import type { CompiledPolicy } from './compile.ts';
import type { Decision, KnownTool, Problem } from './decision.ts';
import { decide } from './decide.ts';
import { decideOffering } from './decide-offering.ts';
import { readJsonText } from './json-text.ts';
import { knowTool } from './known-tool.ts';
import type { Offering } from './offering.ts';
import { ProblemList } from './problem-list.ts';

/** What an example or a question is about: a call of a tool, or the use of a resource, a template or a prompt. */
const policyCallSchema = z
  .strictObject({
    name: z.string().optional(),
    arguments: z.unknown().optional(),
    resource: z.string().optional(),
    template: z.string().optional(),
    prompt: z.string().optional(),
  })
  .check((context) => {
    if (context.issues.length > 0) return; // an unknown field has been told already
    const { name, arguments: args, ...offering } = context.value;
    const subjects = [name, ...Object.values(offering)].filter((subject) => subject !== undefined);
    if (subjects.length === 1 && (name !== undefined || args === undefined)) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'must be {"name", "arguments"?}, {"resource"}, {"template"} or {"prompt"}',
    });
  });

/** A call in the form of a file of cases and of `policy explain`. */
export type WrittenCall = z.infer<typeof policyCallSchema>;

/** Reads a call in that form; undefined when it has none of its shapes. */
export function readWrittenCall(value: unknown): WrittenCall | undefined {
  return policyCallSchema.safeParse(value).data;
}

/** What a written call is about: the name of a tool, or an offering. */
export function subjectOf({ name = '', resource, template, prompt }: WrittenCall): string | Offering {
  if (resource !== undefined) return { kind: 'resource', name: resource };
  if (template !== undefined) return { kind: 'template', name: template };
  return prompt === undefined ? name : { kind: 'prompt', name: prompt };
}

const casesSchema = z.array(
  z.strictObject({
    description: z.string().optional(),
    call: policyCallSchema,
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
 * Reads a file of example calls: `[{ "call": { "name", "arguments" }, "expect": "allow" | "deny" | "hold", "rule"? }]`; a
 * call may also be `{ "resource": URI }`, `{ "template": … }` or `{ "prompt": NAME }`. Reports every fault at once. Never throws.
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
    const decision = decisionOn(policy, one.call, known);
    const passed = decision.outcome === one.expect && (one.rule === undefined || one.rule === decision.rule);
    return { case: one, decision, passed };
  });
}

function decisionOn(
  policy: CompiledPolicy,
  call: WrittenCall,
  known: ReadonlyMap<string, KnownTool> | undefined,
): Decision {
  const subject = subjectOf(call);
  if (typeof subject !== 'string') return decideOffering(policy, subject);
  const tool = known === undefined ? knowTool({ name: subject }) : known.get(subject);
  return decide(policy, { tool: subject, arguments: call.arguments }, tool);
}
