import type { PolicyDocument, Rule } from '#policy';
import { recommendRule, type ToolWithCategory } from '#risk';
import { changeNames, setAt, setMembers } from './edit-text.ts';

/** What a policy says of a tool by its very name; `none` where only wider rules or the default speak of it. */
export type ToolState = 'none' | 'allow' | 'deny' | 'hide' | 'approve' | 'custom';
export const CHOICES = ['allow', 'deny', 'hide', 'approve', 'custom'] as const satisfies readonly ToolState[];

const PLAIN: ReadonlySet<string> = new Set(['action', 'reason']);
const STATE_OF_ACTION = { allow: 'allow', deny: 'deny', require_approval: 'approve' } as const;

/** The rule that stands under a name; members of objects only, so that `constructor` is a name like any other. */
export function ownRule(document: PolicyDocument, name: string): Rule | undefined {
  const { tools } = document;
  return tools !== undefined && Object.hasOwn(tools, name) ? tools[name] : undefined;
}

/** What a policy says of a tool by its very name. */
export function stateOf(document: PolicyDocument, name: string): ToolState {
  if (document.hide?.includes(name) === true) return 'hide';
  const rule = ownRule(document, name);
  if (rule === undefined) return 'none';
  if (Object.keys(rule).some((field) => !PLAIN.has(field))) return 'custom';
  return STATE_OF_ACTION[rule.action ?? 'allow'];
}

/** The choice of one state for tools; `recommended` gives each what is recommended for its class. */
export type ToolChoice = ToolState | 'recommended';

type Wanted = 'hide' | 'none' | Rule;

/** Rule that a tool gets, by a choice. */
function wantedFor(tool: ToolWithCategory, choice: ToolChoice, before: Rule | undefined): Wanted {
  switch (choice) {
    case 'none':
    case 'hide':
      return choice;
    case 'allow':
      return {};
    case 'deny':
      return { action: 'deny', ...keptReason(before) };
    case 'approve':
      return { action: 'require_approval', ...keptReason(before) };
    case 'recommended':
      return recommendRule(tool) as Wanted;
    case 'custom':
      return customRule(tool, before);
  }
}

function keptReason(rule: Rule | undefined): Pick<Rule, 'reason'> {
  return rule?.reason === undefined ? {} : { reason: rule.reason };
}

/** A rule to begin with: what stands there, with a limit for each grant where it has nothing that could be changed. */
function customRule(tool: ToolWithCategory, before: Rule | undefined): Rule {
  const recommended = recommendRule(tool);
  const limits =
    recommended === 'hide' || recommended.limits === undefined
      ? [{ counter: `${tool.name}_rate`, window: 'minute', max: 10, scope: 'grant' } as const]
      : recommended.limits.map((limit) => ({ ...limit }));
  return { ...(before?.action === 'deny' ? {} : before), limits };
}

/** The text of a policy after a choice for some tools. Nothing changes for those that are in that state already. */
export function chooseFor(
  text: string,
  document: PolicyDocument,
  tools: readonly ToolWithCategory[],
  choice: ToolChoice,
): string {
  const hide: string[] = [];
  const unhide = new Set<string>();
  const rules = new Map<string, Rule | undefined>();
  for (const tool of tools) {
    const { name } = tool;
    const state = stateOf(document, name);
    if (state === choice) continue;
    const before = ownRule(document, name);
    const wanted = wantedFor(tool, choice, before);
    if (wanted === 'hide') hide.push(name);
    else if (state === 'hide') unhide.add(name);
    const rule = typeof wanted === 'string' ? undefined : wanted;
    if (rule !== undefined || before !== undefined) rules.set(name, rule);
  }
  const named = changeNames(text, ['hide'], { add: hide, remove: unhide });
  return withoutEmptyTools(setMembers(named, ['tools'], rules), document, rules);
}

/** A `tools` that this edit has emptied goes. */
function withoutEmptyTools(
  text: string,
  document: PolicyDocument,
  rules: ReadonlyMap<string, Rule | undefined>,
): string {
  const names = Object.keys(document.tools ?? {});
  const isEmptied =
    names.length > 0 &&
    names.every((name) => rules.has(name)) &&
    [...rules.values()].every((rule) => rule === undefined);
  return isEmptied ? setAt(text, ['tools'], undefined) : text;
}
