import type { Problem } from './decision.ts';
import { offeringRuleSchema, policyDocumentSchema, ruleSchema, type PolicyDocument } from './document.ts';
import { isJsonObject } from './json.ts';
import { readJsonText, type JsonText } from './json-text.ts';
import { childOf, ProblemList } from './problem-list.ts';
import { quickCheck } from './quick-check.ts';

export type ReadPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where rules stand under names of the server's choice. */
const NAMED_RULES = [
  [['tools'], ruleSchema],
  [['resources', 'uris'], offeringRuleSchema],
  [['prompts', 'names'], offeringRuleSchema],
] as const;

let isSound: ReturnType<typeof quickCheck> | undefined;

function problemsOf(text: JsonText): readonly Problem[] {
  isSound ??= quickCheck(policyDocumentSchema);
  if (text.problems.length === 0 && isSound(text.value)) return [];
  const list = new ProblemList(text, policyDocumentSchema);
  if (text.value === undefined) return list.inOrder();
  list.check(policyDocumentSchema, []);
  // The definition's library passes over a member named __proto__; here it is a name like any other.
  for (const [path, schema] of NAMED_RULES) {
    const rules = path.reduce<unknown>(childOf, text.value);
    if (isJsonObject(rules) && Object.hasOwn(rules, '__proto__')) list.check(schema, [...path, '__proto__']);
  }
  return list.inOrder();
}

/**
 * Reads a policy document from its text. Reports every fault at once (syntax, duplicate keys, unknown fields, wrong
 * types, unreadable paths and patterns), each with line, column, JSON Pointer and, where one is near, a suggestion.
 * Never throws.
 */
export function readPolicy(source: string): ReadPolicy {
  const text = readJsonText(source);
  try {
    const problems = problemsOf(text);
    return problems.length > 0
      ? { ok: false, problems }
      : { ok: true, document: text.value as PolicyDocument };
  } catch {
    return { ok: false, problems: [text.problemAt([], 'the document is nested too deeply to be read')] };
  }
}

/**
 * The same for a document that is parsed already. Lines and columns are those of the document written with two spaces
 * of indentation.
 */
export function validatePolicy(value: unknown): ReadPolicy {
  try {
    return readPolicy(JSON.stringify(value, null, 2) ?? '');
  } catch {
    const message = 'the document is not a JSON value';
    return { ok: false, problems: [{ message, pointer: '', line: 1, column: 1 }] };
  }
}
