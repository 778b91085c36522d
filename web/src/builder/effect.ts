import {
  compilePolicy,
  effectOfPolicy,
  type CompiledPolicy,
  type KnownTool,
  type Limit,
  type PolicyDocument,
  type Rule,
  type SharedRule,
} from '#policy';
import { ruleFor } from './model.ts';
import { pointerOf } from './place.ts';

/** What a policy does with a tool, in the engine's words. */
export interface Effect {
  /** Rule that decides: a pointer, or a name in parentheses. */
  readonly rule: string;
  readonly outcome: 'hidden' | 'denied' | 'refused' | 'held' | 'allowed';
  readonly sentence: string;
  /** What is asked about the arguments: `Does it match: args.amount is above 100?` */
  readonly questions: readonly string[];
}

const TOOL = 'tool';
const HIDDEN = 'hidden, as if it did not exist';

const known = new WeakMap<CompiledPolicy, Map<string, Omit<Effect, 'questions'>>>();

/** What a policy does with a tool. */
export function effectOn(policy: CompiledPolicy, name: string, tool: KnownTool | undefined): Effect {
  const rule = ruleFor(policy, name, tool);
  let effects = known.get(policy);
  if (effects === undefined) known.set(policy, (effects = new Map()));
  let effect = effects.get(rule);
  if (effect === undefined) effects.set(rule, (effect = { rule, ...effectOfRule(policy.document, rule) }));
  return { ...effect, questions: questionsOf(policy, name, tool) };
}

function effectOfRule(document: PolicyDocument, rule: string): Pick<Effect, 'outcome' | 'sentence'> {
  if (rule === '(hidden)') return { outcome: 'hidden', sentence: HIDDEN };
  if (rule === '(default deny)')
    return { outcome: 'denied', sentence: effectOfPolicy({ version: '1', default: 'deny' }, TOOL) };
  const own = ruleAt(document, rule) ?? {};
  return { outcome: outcomeOf(own), sentence: sentenceOf(own, document.all_tools) };
}

function outcomeOf({ action }: Rule): Effect['outcome'] {
  return action === 'deny' ? 'refused' : action === 'require_approval' ? 'held' : 'allowed';
}

const rulesOf = new WeakMap<PolicyDocument, ReadonlyMap<string, Rule>>();

/** The rule under `tools` or `risk` that a pointer names. */
export function ruleAt(document: PolicyDocument, pointer: string): Rule | undefined {
  let rules = rulesOf.get(document);
  if (rules === undefined) rulesOf.set(document, (rules = rulesByPointer(document)));
  return rules.get(pointer);
}

function rulesByPointer({ tools, risk }: PolicyDocument): ReadonlyMap<string, Rule> {
  return new Map(
    Object.entries({ tools, risk }).flatMap(([section, rules]) =>
      Object.entries<Rule | undefined>(rules ?? {}).flatMap(([name, rule]) =>
        rule === undefined ? [] : [[pointerOf([section, name]), rule] as const],
      ),
    ),
  );
}

/** What a rule does with every call that its questions about arguments let by. The engine says it; they are asked of it apart. */
export function sentenceOf(rule: Rule, shared: SharedRule | undefined): string {
  const { limits, ...rest } = rule;
  const plain: Rule = {
    ...rest,
    require: [],
    deny_if: [],
    approve_if: [],
    limits: [...(limits ?? [])].map(perCall),
  };
  const all = shared?.limits === undefined ? {} : { all_tools: { limits: shared.limits.map(perCall) } };
  const sentence = effectOfPolicy({ version: '1', default: 'deny', ...all, tools: { [TOOL]: plain } }, TOOL);
  const sums = [...(limits ?? []), ...(shared?.limits ?? [])].flatMap(
    ({ increment_from: from }) => from ?? [],
  );
  return sums.length === 0 || rule.action === 'deny'
    ? sentence
    : `${sentence}, counted from ${[...new Set(sums)].join(' and ')}`;
}

function perCall({ increment_from: _from, ...limit }: Limit): Limit {
  return limit;
}

/** A limit in the engine's words: `at most 30 a minute per grant`; undefined for what is no limit yet. */
export function limitInWords(limit: Limit): string | undefined {
  try {
    const sentence = sentenceOf({ limits: [limit] }, undefined).replace(/^allowed, /, '');
    return limit.increment_from === undefined
      ? sentence.replace(/^(at most \S+)/, limit.max === 1 ? '$1 call' : '$1 calls')
      : sentence;
  } catch {
    return undefined;
  }
}

function questionsOf(policy: CompiledPolicy, name: string, tool: KnownTool | undefined): readonly string[] {
  return policy
    .treatmentOf(name, tool?.risk)
    .steps.filter(({ rule }) => /\/(?:require|deny_if|approve_if)\/\d+$/.test(rule))
    .map(({ rule, question }) => questionInWords(rule, question));
}

const LEADS = { require: 'Only when', deny_if: 'Refused when', approve_if: 'A person decides when' } as const;

function questionInWords(rule: string, question: string): string {
  const kind = (/\/(require|deny_if|approve_if)\/\d+$/.exec(rule)?.[1] ?? 'require') as keyof typeof LEADS;
  return `${LEADS[kind]} ${question.replace(/^[^:]*: /, '').replace(/\?$/, '')}`;
}

/** What is different for a tool between two policies. */
export interface EffectChange {
  readonly tool: string;
  readonly before: Effect | undefined;
  readonly after: Effect | undefined;
}

/** The tools that two policies treat differently, in the order of the list. */
export function compareEffects(
  before: CompiledPolicy | undefined,
  after: CompiledPolicy | undefined,
  tools: ReadonlyMap<string, KnownTool>,
): readonly EffectChange[] {
  const changes: EffectChange[] = [];
  for (const [name, tool] of tools) {
    const old = before && effectOn(before, name, tool);
    const young = after && effectOn(after, name, tool);
    if (signatureOf(old) !== signatureOf(young)) changes.push({ tool: name, before: old, after: young });
  }
  return changes;
}

function signatureOf(effect: Effect | undefined): string {
  return effect === undefined ? '' : JSON.stringify([effect.outcome, effect.sentence, effect.questions]);
}

/** Makes a policy of which only the default is known: what every call meets before anything is published. */
export function nothingYet(): CompiledPolicy {
  return compilePolicy({ version: '1', default: 'deny' }, { name: '', version: '' });
}
