import type { Predicate, Rule, SharedRule } from './document.ts';
import { argumentCheckOf } from './known-tool.ts';
import { findLookAlike, foldKey } from './folded-key.ts';
import { isJsonObject } from './json.ts';
import { addDemand, compileLimits, type CompiledLimit } from './limit.ts';
import { compilePredicate, type CompiledPredicate, type Workshop } from './predicate.ts';
import { refuse, type Step } from './step.ts';
import { Verdict } from './verdict.ts';
import { conditionInWords, needsInWords, predicateInWords } from './words.ts';

/** A rule and where it stands in the document. */
export interface OwnedRule {
  /** JSON Pointer, e.g. `/tools/create_refund`. */
  readonly owner: string;
  readonly rule: Rule;
}

/** What holds for every tool of a policy. */
export interface CommonRules {
  readonly allTools: SharedRule;
  readonly argumentMode: 'declared' | 'any';
  readonly workshop: Workshop;
}

type PredicateKind = 'require' | 'deny_if' | 'approve_if';

const LOSSY =
  'The call holds a number with more digits than can be judged exactly, so a rule about its arguments cannot be decided. Send a shorter number.';

const FOUND = {
  [Verdict.match]: 'yes',
  [Verdict.noMatch]: 'no',
  [Verdict.undecidable]: 'cannot be decided',
} as const;

function defaultMessage(kind: PredicateKind, predicate: Predicate): string {
  if (kind === 'require') return `Allowed only when ${predicateInWords(predicate)}.`;
  if (predicate.conditions.length === 0) {
    return kind === 'deny_if'
      ? 'The policy refuses every call of this tool.'
      : "This call needs a person's approval.";
  }
  const when = predicateInWords(predicate);
  return kind === 'deny_if' ? `Refused when ${when}.` : `This call needs a person's approval: ${when}.`;
}

function predicateStep(kind: PredicateKind, rule: string, predicate: CompiledPredicate): Step {
  const { source, conditions } = predicate;
  const message = source.on_deny ?? defaultMessage(kind, source);
  const undecidable = source.on_deny ?? `A rule of the policy cannot be decided: ${needsInWords(source)}.`;
  const looksAtArguments = conditions.length > 0;
  return {
    rule,
    question: `${kind === 'require' ? 'Does it hold' : 'Does it match'}: ${predicateInWords(source)}?`,
    ask(situation) {
      if (looksAtArguments && situation.call.hasLossyNumber === true)
        return refuse(rule, source.on_deny ?? LOSSY);
      const verdict = predicate.test(situation.args);
      if (verdict === Verdict.undecidable) return refuse(rule, undecidable);
      if (kind === 'approve_if') {
        if (verdict === Verdict.match) situation.held ??= { rule, message };
        return undefined;
      }
      const refused = kind === 'require' ? verdict === Verdict.noMatch : verdict === Verdict.match;
      return refused ? refuse(rule, message) : undefined;
    },
    find(situation) {
      if (looksAtArguments && situation.call.hasLossyNumber === true)
        return 'a number of the call is not exact';
      if (!looksAtArguments) return 'no condition: always';
      return conditions
        .map((condition) => {
          const answer = `${conditionInWords(condition.source)}: ${FOUND[condition.test(situation.args)]}`;
          return condition.source.op !== 'exists' && condition.isMissing(situation.args)
            ? `${answer} (not given)`
            : answer;
        })
        .join('; ');
    },
  };
}

function limitStep(limit: CompiledLimit): Step {
  const source = limit.incrementFrom ?? '1';
  const uncounted = `${limit.incrementFrom ?? ''} must be a number, not negative, with at most six decimals: a limit of the policy counts it.`;
  return {
    rule: limit.rule,
    question: `How much does the call take out of the limit (${source} of ${limit.max} in ${limit.windowSeconds} s)?`,
    ask({ call, args, limits }) {
      if (limit.incrementFrom !== undefined && call.hasLossyNumber === true) return refuse(limit.rule, LOSSY);
      const demand = limit.demand(args);
      if (demand === undefined) return refuse(limit.rule, uncounted);
      addDemand(limits, demand);
      return undefined;
    },
    find({ args }) {
      const demand = limit.demand(args);
      return demand === undefined
        ? 'no amount that can be counted'
        : `${demand.amountMicros / 1_000_000}; whether there is room is asked when the call is made`;
    },
  };
}

function argumentStep(mode: CommonRules['argumentMode'], judged: readonly string[]): Step | undefined {
  if (mode === 'any' && judged.length === 0) return undefined;
  const rule = '/arguments';
  const byFold = new Map<string, Set<string>>();
  for (const name of judged) {
    const folded = foldKey(name);
    byFold.set(folded, (byFold.get(folded) ?? new Set()).add(name));
  }
  return {
    rule,
    question:
      mode === 'declared'
        ? "Do the arguments satisfy the tool's inputSchema, and hold only what it declares?"
        : 'Is each argument that a rule looks at there under one name only?',
    ask({ args, tool }) {
      if (judged.length > 0) {
        const lookAlike = findLookAlike(args, byFold);
        if (lookAlike !== undefined) {
          return refuse(
            rule,
            `The argument ${JSON.stringify(lookAlike.slice(0, 64))} can be mistaken for another one. Send exact names only, each once.`,
          );
        }
      }
      if (mode === 'any' || tool === undefined) return undefined;
      if (!isJsonObject(args)) return refuse(rule, 'The arguments must be an object.');
      const wrong = argumentCheckOf(tool)(args);
      return wrong === undefined ? undefined : refuse(rule, wrong);
    },
  };
}

function actionDenyStep({ owner, rule }: OwnedRule): Step {
  const refusal = refuse(`${owner}/action`, rule.reason ?? 'The policy refuses every call of this tool.');
  return { rule: refusal.rule, question: 'Does the rule refuse every call?', ask: () => refusal };
}

function approvalStep({ owner, rule }: OwnedRule): Step {
  const held = {
    rule: `${owner}/action`,
    message: rule.reason ?? "Every call of this tool needs a person's approval.",
  };
  return {
    rule: held.rule,
    question: 'Does every call need a person?',
    ask(situation) {
      situation.held ??= held;
      return undefined;
    },
  };
}

/**
 * The questions about a call that a rule (none under `default: allow`) puts, in the order of evaluation: the rule's
 * refusal, arguments, `require`, `deny_if`, `approve_if`, action, limits; those of `all_tools` before the rule's own.
 */
export function stepsOf(
  owned: OwnedRule | undefined,
  { allTools, argumentMode, workshop }: CommonRules,
): Step[] {
  if (owned?.rule.action === 'deny') return [actionDenyStep(owned)];
  const sources: OwnedRule[] = [
    { owner: '/all_tools', rule: allTools },
    ...(owned === undefined ? [] : [owned]),
  ];
  const predicates = (['require', 'deny_if', 'approve_if'] as const).flatMap((kind) =>
    sources.flatMap(({ owner, rule }) =>
      (rule[kind] ?? []).map((predicate, index) => ({
        kind,
        rule: `${owner}/${kind}/${index}`,
        predicate: compilePredicate(predicate, workshop),
      })),
    ),
  );
  const limits = sources.flatMap(({ owner, rule }) => compileLimits(rule, owner));
  const judged = [
    ...predicates.flatMap(({ predicate }) => predicate.conditions.map(({ argument }) => argument)),
    ...limits.flatMap(({ argument }) => (argument === undefined ? [] : [argument])),
  ];
  const checkArguments = argumentStep(argumentMode, judged);
  return [
    ...(checkArguments === undefined ? [] : [checkArguments]),
    ...predicates.map(({ kind, rule, predicate }) => predicateStep(kind, rule, predicate)),
    ...(owned?.rule.action === 'require_approval' ? [approvalStep(owned)] : []),
    ...limits.map(limitStep),
  ];
}
