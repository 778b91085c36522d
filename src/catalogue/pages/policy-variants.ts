import { effectOfPolicy, lintPolicy, validatePolicy, type LintFinding, type PolicyDocument } from '#policy';
import { isNameable, recommendPolicy, recommendRule } from '#risk';
import type { ToolEntry } from '#store';
import { CATEGORIES_BY_DANGER, counted, sentence } from './phrases.ts';
import { named } from './prose.ts';

/** A policy with what the engine says of it. */
export interface StatedPolicy {
  readonly policy: PolicyDocument;
  /** Sentences; names stand between backticks. */
  readonly effect: string;
}

/** A policy beside the recommended one. */
export interface PolicyVariant extends StatedPolicy {
  readonly id: 'rate-limit' | 'deny' | 'approval' | 'hide';
  readonly label: string;
  /** When one takes it. */
  readonly when: string;
  /** What the linter found against the tool that the policy is for. */
  readonly findings: readonly LintFinding[];
}

/** What is true of every limit and every held call, whatever the policy. */
export const WINDOW_NOTE =
  'Limits count in fixed windows by the clock, in UTC: with the next minute the count begins anew.';
export const APPROVAL_NOTE =
  'A held call is answered with `[APPROVAL REQUIRED]`, and the very same call passes once after a person has agreed. `toolgate wrap` and `toolgate proxy` have nobody to ask: behind them it does not run.';

const APPROVAL_REASON = 'A person agrees to each call of this tool.';
const DENY_REASON = 'This tool is not for agents.';
const PER_MINUTE = 10;

/** The recommended policy for one tool: its own rule, all else of the server refused. */
export function recommendedFor(entry: ToolEntry, toolCount: number): StatedPolicy {
  return statedPolicy(recommendPolicy([entry.tool]), entry.tool.name, toolCount);
}

/** Other policies for the tool, each valid and held against its definition. None for a tool that a policy cannot name. */
export function policyVariants(entry: ToolEntry, toolCount: number): readonly PolicyVariant[] {
  const { name } = entry.tool;
  if (!isNameable(name)) return [];
  const rule = recommendRule(entry.tool);
  const limit = rule === 'hide' ? undefined : rule.limits?.[0];
  const reason = rule === 'hide' ? undefined : rule.reason;
  const forTool = (policy: unknown): StatedPolicy & Pick<PolicyVariant, 'findings'> => {
    const stated = statedPolicy(policy, name, toolCount);
    return { ...stated, findings: lintPolicy(stated.policy, [{ name }]) };
  };
  return [
    {
      id: 'rate-limit',
      label: 'Rate-limit',
      when: 'Agents need the tool, but never at the pace of a loop. The short form counts for each session.',
      ...forTool(only(name, { rate_limit: { max: limit?.max ?? PER_MINUTE, window: 'minute' } })),
    },
    {
      id: 'deny',
      label: 'Deny with a reason',
      when: 'Agents shall know that the tool exists and why they may not call it, and keep the rest of the server.',
      ...forTool(except(name, { action: 'deny', reason: DENY_REASON })),
    },
    {
      id: 'approval',
      label: 'Require approval',
      when: 'Each call is worth a look before it runs.',
      ...forTool(only(name, { action: 'require_approval', reason: reason ?? APPROVAL_REASON })),
    },
    {
      id: 'hide',
      label: 'Hide',
      when: 'Agents shall not know of the tool, and keep the rest of the server.',
      ...forTool({ version: '1', default: 'allow', hide: [name] }),
    },
  ];
}

/** A rule for one tool, all else refused. From entries, so that a tool named `__proto__` is a member like others. */
function only(name: string, rule: object): object {
  return { version: '1', default: 'deny', tools: Object.fromEntries([[name, rule]]) };
}

/** A rule for one tool, all else allowed. */
function except(name: string, rule: object): object {
  return { version: '1', default: 'allow', tools: Object.fromEntries([[name, rule]]) };
}

/** Checks what is about to be shown; a policy that is not valid is a fault of ours. */
function validDocument(policy: unknown): PolicyDocument {
  const read = validatePolicy(policy);
  if (read.ok) return read.document;
  throw new Error(`a generated policy is not valid: ${read.problems[0]?.message}`);
}

function statedPolicy(policy: unknown, name: string, toolCount: number): StatedPolicy {
  const document = validDocument(policy);
  return { policy: document, effect: effectOnServer(document, name, toolCount) };
}

/** What a policy does to one tool and to all others of its server, asked of the engine. */
function effectOnServer(document: PolicyDocument, name: string, toolCount: number): string {
  const own = effectOfPolicy(document, name);
  const unnameable = isNameable(name) ? '' : ', for a policy cannot name it';
  if (toolCount === 1) return sentence(outcomeSentence(named(name), own) + unnameable);
  const rest = effectOfPolicy(document, nameBeside(name));
  if (own === rest)
    return sentence(
      `${outcomeSentence(`all tools of the server, ${named(name)} among them,`, own, true)}${unnameable}`,
    );
  return sentence(
    `${outcomeSentence(named(name), own)}${unnameable}; ${outcomeSentence('every other tool of the server', rest)}`,
  );
}

/** A name that no rule for `name` can be about. */
function nameBeside(name: string): string {
  return `${name}_`;
}

/** The engine's words on a tool as a sentence about it. */
export function outcomeSentence(subject: string, effect: string, isPlural = false): string {
  if (effect.startsWith('every call waits')) return `for ${subject}, ${effect}`.replace(',,', ',');
  return `${subject} ${isPlural ? 'are' : 'is'} ${effect}`;
}

/** The recommended policy for all tools of a server, and what it does to them by class. */
export function recommendedForServer(entries: readonly ToolEntry[]): StatedPolicy {
  const nameable = entries.filter(({ tool }) => isNameable(tool.name));
  const classes = CATEGORIES_BY_DANGER.map((category) =>
    nameable.filter(({ tool }) => tool.category === category),
  ).filter((ofClass) => ofClass.length > 0);
  // the rule is the same for all tools of a class: one of each stands for all, so that a long list costs no more to judge
  const sample = validDocument(recommendPolicy(classes.flatMap(([first]) => first?.tool ?? [])));
  const groups = new Map<string, number>();
  for (const ofClass of classes) {
    const effect = effectOfPolicy(sample, ofClass[0]?.tool.name ?? '');
    groups.set(effect, (groups.get(effect) ?? 0) + ofClass.length);
  }
  const unnameable = entries.length - nameable.length;
  const parts = [
    ...[...groups].map(([effect, count]) => groupInWords(count, effect)),
    ...(unnameable > 0
      ? [
          `${counted(unnameable, 'tool')} cannot be named by a policy and ${unnameable === 1 ? 'is' : 'are'} refused`,
        ]
      : []),
  ];
  const others = effectOfPolicy(sample, ' ');
  return {
    policy: validDocument(recommendPolicy(entries.map(({ tool }) => tool))),
    effect: `${sentence(parts.join('; '))} ${sentence(`what the server may add later is ${others}`)}`,
  };
}

function groupInWords(count: number, effect: string): string {
  return outcomeSentence(counted(count, 'tool'), effect, count !== 1);
}

/** Whether a document has limits, for the note on windows. */
export function hasLimits({ policy }: StatedPolicy): boolean {
  return Object.values(policy.tools ?? {}).some(
    (rule) => rule.limits !== undefined || rule.rate_limit !== undefined,
  );
}

/** Whether a document holds calls for a person, for the note on approvals. */
export function holdsCalls({ policy }: StatedPolicy): boolean {
  return Object.values(policy.tools ?? {}).some((rule) => rule.action === 'require_approval');
}
