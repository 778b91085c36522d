import { riskOfList } from '#risk';
import type { CompiledPolicy } from './compile.ts';
import type { ToolDefinition } from './decision.ts';
import type { PolicyDocument, Rule } from './document.ts';
import { compileGlob, isGlob } from './glob.ts';
import type { Remark } from './lint-finding.ts';
import { pointerTo } from './pointer.ts';
import { didYouMean } from './suggest.ts';

/** The tools that a policy's rules govern, by the pointer of the rule. */
export function governedTools(
  policy: CompiledPolicy,
  tools: readonly ToolDefinition[],
): ReadonlyMap<string, readonly ToolDefinition[]> {
  const governed = new Map<string, ToolDefinition[]>();
  const risks = riskOfList(tools);
  for (const tool of tools) {
    const { rule } = policy.treatmentOf(tool.name, risks.get(tool));
    if (rule !== undefined) governed.set(rule, [...(governed.get(rule) ?? []), tool]);
  }
  return governed;
}

function lintHide(document: PolicyDocument, names: readonly string[]): Remark[] {
  const hide = document.hide ?? [];
  const remarks = hide.flatMap((name, index): Remark[] => {
    const path = ['hide', index];
    if (hide.indexOf(name) < index) {
      return [{ level: 'warning', path, message: `${JSON.stringify(name)} is hidden twice` }];
    }
    if (isGlob(name)) {
      if (names.some(compileGlob(name))) return [];
      return [{ level: 'warning', path, message: `no tool of the server matches ${JSON.stringify(name)}` }];
    }
    if (names.includes(name)) return [];
    const message = `the server has no tool ${JSON.stringify(name)}, so nothing is hidden`;
    return [{ level: 'error', path, message, suggestion: didYouMean(name, names) }];
  });
  return [...remarks, ...lintHideTrap(document)];
}

/** `hide` reads as "all but these", which it is not under `default: deny`. */
function lintHideTrap(document: PolicyDocument): Remark[] {
  const rules: (Rule | undefined)[] = [
    ...Object.values(document.tools ?? {}),
    ...Object.values(document.risk ?? {}),
  ];
  const allowsSomething = rules.some((rule) => rule !== undefined && rule.action !== 'deny');
  if (document.default === 'allow' || (document.hide ?? []).length === 0 || allowsSomething) return [];
  return [
    {
      level: 'warning',
      path: ['hide'],
      message:
        'this policy refuses every tool, not only the hidden ones: "default": "deny" refuses whatever no rule allows, and no rule allows anything',
      suggestion: 'write "default": "allow", or name the allowed tools under "tools"',
    },
  ];
}

function lintName(
  name: string,
  names: readonly string[],
  governed: readonly ToolDefinition[],
  isHidden: (name: string) => boolean,
): Remark[] {
  const path = ['tools', name];
  if (!isGlob(name)) {
    if (!names.includes(name)) {
      const message = `the server has no tool ${JSON.stringify(name)}, so this rule has no effect`;
      return [{ level: 'error', path, message, suggestion: didYouMean(name, names) }];
    }
    if (!isHidden(name)) return [];
    const message = `"hide" hides ${JSON.stringify(name)}, so this rule is never reached`;
    return [
      { level: 'warning', path, message, suggestion: 'remove the rule, or take the tool out of "hide"' },
    ];
  }
  if (governed.length > 0) return [];
  const matched = names.filter(compileGlob(name));
  const message =
    matched.length === 0
      ? `no tool of the server matches ${JSON.stringify(name)}`
      : `this rule is never reached: every tool that matches ${JSON.stringify(name)} is hidden or has a stronger rule`;
  return [{ level: 'warning', path, message }];
}

const ARGUMENT_FIELDS = ['require', 'deny_if', 'approve_if', 'limits', 'rate_limit'] as const;

/** Fields that the action of their own rule makes pointless. */
function lintAction(rule: Rule, path: readonly string[]): Remark[] {
  const remarks: Remark[] = [];
  if (rule.action === 'deny') {
    for (const field of ARGUMENT_FIELDS.filter((field) => rule[field] !== undefined)) {
      const message = `"${field}" is never reached: "action": "deny" refuses every call`;
      remarks.push({ level: 'warning', path: [...path, field], message });
    }
  }
  if (rule.reason !== undefined && (rule.action === undefined || rule.action === 'allow')) {
    const message = '"reason" is never shown: it goes with "action": "deny" or "require_approval"';
    remarks.push({
      level: 'warning',
      path: [...path, 'reason'],
      message,
      suggestion: 'use "on_deny" in a predicate',
    });
  }
  return remarks;
}

/** Rules and names against the server's tool list: unknown names, globs without match, rules never reached. */
export function lintTools(
  policy: CompiledPolicy,
  tools: readonly ToolDefinition[],
  governed: ReadonlyMap<string, readonly ToolDefinition[]>,
): Remark[] {
  const { document } = policy;
  const names = tools.map(({ name }) => name);
  const isHidden = (name: string) => policy.treatmentOf(name, undefined).hidden;
  const rules = Object.entries<Rule>(document.tools ?? {}).flatMap(([name, rule]) => [
    ...lintName(name, names, governed.get(pointerTo(['tools', name])) ?? [], isHidden),
    ...lintAction(rule, ['tools', name]),
  ]);
  const byRisk = Object.entries<Rule | undefined>(document.risk ?? {}).flatMap(([category, rule]) =>
    rule === undefined ? [] : lintAction(rule, ['risk', category]),
  );
  return [...lintHide(document, names), ...rules, ...byRisk];
}
