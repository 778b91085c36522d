import type { Condition, Predicate } from './document.ts';

/*
 * The engine's own sentences, for rules that bring none. They show what the policy says, never what a call holds.
 */

const LONGEST_SHOWN = 80;

const COMPARISONS = {
  eq: 'is',
  neq: 'is not',
  lt: 'is below',
  lte: 'is at most',
  gt: 'is above',
  gte: 'is at least',
  in: 'is one of',
  not_in: 'is none of',
  regex: 'matches',
  contains: 'contains',
} as const;

/** What a present value must be for an operator to take it; undefined when it takes anything. */
const NEEDS: Partial<Record<Condition['op'], string>> = {
  lt: 'a number',
  lte: 'a number',
  gt: 'a number',
  gte: 'a number',
  regex: 'a text',
  contains: 'a text or an array',
};

function shorten(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** A condition in words: `args.amount is above 100`. */
export function conditionInWords(condition: Condition): string {
  if (condition.op === 'exists') return `${condition.path} is ${condition.value ? 'given' : 'not given'}`;
  const text = condition.op === 'regex' ? condition.value : JSON.stringify(condition.value);
  return `${condition.path} ${COMPARISONS[condition.op]} ${shorten(text)}`;
}

/** A predicate in words: its conditions, joined. */
export function predicateInWords(predicate: Predicate): string {
  return predicate.conditions.length === 0
    ? 'always'
    : predicate.conditions.map(conditionInWords).join(' and ');
}

/** Why a predicate cannot be decided: what each argument must be. */
export function needsInWords(predicate: Predicate): string {
  const needs = predicate.conditions.map(
    ({ path, op }) => `${path} must be ${NEEDS[op] ?? 'as the tool declares it'}`,
  );
  return [...new Set(needs)].join(', ');
}
