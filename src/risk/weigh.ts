import { SEVERITY, type Act, type Concept } from './concepts.ts';
import { memberOf } from './definition.ts';
import type { RiskCategory } from './category.ts';
import type { Claim, Reading } from './reading.ts';

/** Why a tool has its class: the claim, parameter or annotation that decided, and what else was heard. */
export interface Weighing {
  readonly category: RiskCategory | 'unknown';
  readonly confidence: number;
  readonly reason: Reason;
  /** Claims that bear the class out, the deciding one first. */
  readonly support: readonly Claim[];
}

export type Reason =
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'choice'; readonly parameter: string; readonly value: string }
  | { readonly kind: 'parameter'; readonly parameter: string; readonly signal: string }
  | { readonly kind: 'for_good'; readonly claim: Claim }
  | { readonly kind: 'reversible'; readonly claim: Claim; readonly by: string }
  | { readonly kind: 'comes_back'; readonly claim: Claim }
  | { readonly kind: 'changes_nothing' }
  | { readonly kind: 'annotation'; readonly hint: 'readOnlyHint' | 'destructiveHint' }
  | { readonly kind: 'vague'; readonly claim: Claim }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'nothing' };

const CATEGORY: Readonly<Record<Exclude<Act, 'vague'>, RiskCategory>> = {
  read: 'read',
  write: 'write',
  execute: 'execute',
  destroy: 'destructive',
  pay: 'financial',
};

/** A class below this is not given: the tool is unknown. */
export const LEAST_CONFIDENCE = 0.5;

/** Reading that may well be done by running something: a description that runs or makes things does not contradict. */
const SOFT: ReadonlySet<Concept> = new Set([
  'run',
  'generate',
  'create',
  'open',
  'test',
  'set',
  'start',
  'process',
  'manage',
  'add',
  'build',
  'invoke',
  'save',
  'click',
  'control',
  'move',
  'update',
  'upgrade',
  'order',
  'book',
  'charge',
  'exchange',
  'share',
  'close',
  'transfer',
  'login',
]);
/** Acts of which the words "for good" tell that they cannot be taken back. */
const FOR_GOOD_MATTERS: ReadonlySet<Concept> = new Set([
  'cancel',
  'disable',
  'merge',
  'replace',
  'detach',
  'close',
  'unsubscribe',
  'restore',
  'rollback',
]);
/** Taking away of a kind that a sibling may undo. */
const MAY_BE_UNDONE: ReadonlySet<Concept> = new Set(['remove', 'revoke']);

/** Name and description say the same. */
const AGREED = 0.9;
/** Acts that are meant when they are named, also in a later sentence. */
const OUTSPOKEN: ReadonlySet<Concept> = new Set([
  'delete',
  'send',
  'pay',
  'buy',
  'charge',
  'refund',
  'uninstall',
]);

/** Taking away of a kind that may only move to a trash. */
const SOFTLY: ReadonlySet<Concept> = new Set(['delete', 'remove']);

interface Verdict {
  readonly claim: Claim;
  readonly act: Act;
  readonly confidence: number;
}

/** Weighs what was read and gives the class. */
export function weigh(reading: Reading): Weighing {
  const all = [...reading.name, ...reading.titled, ...reading.described];
  const verdict = fromWords(reading);
  let weighing = fromVerdict(verdict, reading, all);
  weighing = raiseByChoices(weighing, reading);
  weighing = raiseByAnnotations(weighing, reading);
  if (reading.wasCut && (weighing.category === 'read' || weighing.category === 'write'))
    weighing = { ...weighing, category: 'unknown', confidence: 0.3, reason: { kind: 'too_long' } };
  return weighing;
}

/** The worst of the claims that stand first or beside the first. */
function worst(claims: readonly Claim[]): Claim | undefined {
  let found: Claim | undefined;
  for (const claim of claims)
    if (found === undefined || SEVERITY[claim.act] > SEVERITY[found.act]) found = claim;
  return found;
}

function fromWords(reading: Reading): Verdict | undefined {
  const name = worst(reading.name.filter(({ role }) => role === 'head' || role === 'joined'));
  const described = describedAct(reading.described);
  const title = worst(reading.titled.filter(({ role }) => role === 'head' && reading.titled.length > 0));
  const later = worst(reading.described.filter(({ role, isSure }) => role === 'later' && isSure));
  let verdict = together(name, described ?? title);
  if (verdict === undefined || verdict.act === 'vague') {
    const noun = [...reading.name, ...reading.described, ...reading.titled].find(
      ({ role }) => role === 'noun',
    );
    if (verdict === undefined && noun)
      verdict = { claim: noun, act: 'read', confidence: nounConfidence(reading) };
    if (verdict === undefined && title) verdict = { claim: title, act: title.act, confidence: 0.6 };
  }
  return raiseByListed(raiseByLater(verdict, later), reading.listed);
}

/** What the description says first, and beside it. */
function describedAct(claims: readonly Claim[]): Claim | undefined {
  const heads = claims.filter(({ role }) => role === 'head');
  const joined = claims.filter(({ role, isSure }) => role === 'joined' && isSure);
  // of two languages the one that is sure
  const head = worst(heads.filter(({ isSure }) => isSure)) ?? heads[0];
  if (head === undefined) return undefined;
  const beside = worst(joined);
  return beside !== undefined && SEVERITY[beside.act] > SEVERITY[head.act] && isTelling(beside, head)
    ? beside
    : head;
}

/** A tool that does and undoes: "grant or revoke", "add or remove". */
const BOTH_WAYS: Partial<Readonly<Record<Concept, Concept>>> = {
  add: 'remove',
  assign: 'revoke',
  set: 'clear',
};

/** "Creates and runs" runs; "fetches and saves a copy" still mostly fetches, but it does save. */
function isTelling(beside: Claim, head: Claim): boolean {
  if (head.act === 'read' && (beside.concept === 'generate' || beside.concept === 'process')) return false;
  return BOTH_WAYS[head.concept] !== beside.concept;
}

function nounConfidence(reading: Reading): number {
  const inName = reading.name.some(({ role }) => role === 'noun');
  const inText = [...reading.described, ...reading.titled].some(({ role }) => role === 'noun');
  const claim =
    reading.changesNothing !== undefined || memberOf(reading.tool.annotations, 'readOnlyHint') === true;
  return 0.5 + (inName && inText ? 0.15 : 0) + (claim ? 0.2 : 0) + (inText ? 0.05 : 0);
}

/** What name and description say together. */
function together(name: Claim | undefined, described: Claim | undefined): Verdict | undefined {
  if (name === undefined || name.act === 'vague') {
    if (described === undefined) return name && { claim: name, act: 'vague', confidence: 0.5 };
    if (described.act === 'vague') return { claim: described, act: 'vague', confidence: 0.5 };
    return { claim: described, act: described.act, confidence: described.isSure ? 0.8 : 0.6 };
  }
  if (described === undefined || described.act === 'vague')
    return { claim: name, act: name.act, confidence: name.isSure ? 0.8 : 0.6 };
  if (name.act === described.act) {
    const confidence = name.isSure && described.isSure ? 0.95 : name.isSure || described.isSure ? 0.9 : 0.75;
    return { claim: described, act: name.act, confidence };
  }
  return SEVERITY[name.act] > SEVERITY[described.act]
    ? nameIsWorse(name, described)
    : textIsWorse(name, described);
}

function nameIsWorse(name: Claim, described: Claim): Verdict {
  const byName = { claim: name, act: name.act, confidence: name.isSure ? 0.75 : 0.55 };
  const byText = { claim: described, act: described.act, confidence: 0.7 };
  // `add`, "Add two numbers": the text knows what a bare name does not
  if (name.concept === described.concept)
    return name.nearWords.length === 0 || described.act === 'read' ? byText : byName;
  // a word of the name that is as often a noun yields to a plain verb: `call_graph`, "Shows the call graph"
  if (!name.isSure && described.isSure) return byText;
  if (name.concept === 'generate' && described.act === 'read' && described.isSure) return byText;
  if (MAY_BE_UNDONE.has(name.concept) && (described.concept === 'detach' || described.concept === 'archive'))
    return byText;
  return byName;
}

function textIsWorse(name: Claim, described: Claim): Verdict {
  const byName = { claim: name, act: name.act, confidence: 0.7 };
  const byText = { claim: described, act: described.act, confidence: described.isSure ? 0.7 : 0.55 };
  if (!described.isSure && name.isSure) return byName;
  if (name.concept === described.concept) return byText;
  if (!name.isSure && described.isSure) return byText;
  if (name.act === 'read') {
    if (!name.isSure) return byText;
    return SOFT.has(described.concept) && !described.near.has('code') ? byName : byText;
  }
  // that is how writing is done
  if (name.act === 'write' && described.concept === 'overwrite') return byName;
  if (name.act === 'write' && described.act === 'execute')
    return described.concept !== 'run' && (SOFT.has(described.concept) || described.concept === 'activate')
      ? byName
      : byText;
  return byText;
}

/** A tool of many acts is as bad as the worst of those it lists; a plain verb in its name or first sentence outweighs the list. */
function raiseByListed(verdict: Verdict | undefined, listed: readonly Claim[]): Verdict | undefined {
  const claim = worst(listed.filter(({ act }) => act !== 'vague'));
  if (claim === undefined) return verdict;
  const isOpen =
    verdict === undefined ||
    verdict.act === 'vague' ||
    verdict.confidence < 0.7 ||
    verdict.claim.concept === 'run';
  if (!isOpen || (verdict !== undefined && SEVERITY[verdict.act] > SEVERITY[claim.act])) return verdict;
  return { claim, act: claim.act, confidence: 0.75 };
}

/** A later sentence that destroys, pays or sends counts, but a tool that makes things is not one that destroys for saying so. */
function raiseByLater(verdict: Verdict | undefined, later: Claim | undefined): Verdict | undefined {
  if (later === undefined || later.act === 'vague') return verdict;
  if (verdict === undefined || verdict.act === 'vague')
    return { claim: later, act: later.act, confidence: 0.6 };
  if (SEVERITY[later.act] <= SEVERITY[verdict.act] || later.act === 'write') return verdict;
  // where name and text agree, what a later sentence says by the way does not count against them
  if (verdict.confidence >= AGREED && !OUTSPOKEN.has(later.concept)) return verdict;
  if (later.act === 'execute' && (SOFT.has(later.concept) || verdict.act === 'read')) return verdict;
  return { claim: later, act: later.act, confidence: 0.6 };
}

function fromVerdict(verdict: Verdict | undefined, reading: Reading, all: readonly Claim[]): Weighing {
  if (verdict === undefined || verdict.act === 'vague') return withoutVerb(verdict, reading, all);
  const { claim, confidence } = verdict;
  const support = [claim, ...all.filter((other) => other !== claim && other.act === verdict.act)];
  const by = reading.reversibleBy;
  if (
    verdict.act === 'destroy' &&
    by !== undefined &&
    MAY_BE_UNDONE.has(claim.concept) &&
    reading.forGood === undefined
  )
    return { category: 'write', confidence: 0.75, reason: { kind: 'reversible', claim, by }, support };
  if (verdict.act === 'destroy' && SOFTLY.has(claim.concept) && comesBack(reading))
    return { category: 'write', confidence: 0.7, reason: { kind: 'comes_back', claim }, support };
  if (verdict.act === 'write' && reading.forGood !== undefined && FOR_GOOD_MATTERS.has(claim.concept))
    return { category: 'destructive', confidence: 0.7, reason: { kind: 'for_good', claim }, support };
  if (verdict.act === 'write' && by !== undefined)
    return {
      category: 'write',
      confidence: Math.min(0.98, confidence + 0.05),
      reason: { kind: 'reversible', claim, by },
      support,
    };
  // a tool that says of itself that it changes nothing: believed where only a doubtful word speaks against it
  if (
    reading.changesNothing !== undefined &&
    verdict.act === 'write' &&
    (!claim.isSure || claim.concept === 'generate' || (claim.concept === 'create' && writesNothing(reading)))
  )
    return { category: 'read', confidence: 0.7, reason: { kind: 'changes_nothing' }, support };
  if (verdict.act === 'read' && runsWhatItIsGiven(claim, reading))
    return { category: 'execute', confidence: 0.7, reason: parameterReason(reading, 'sql'), support };
  const claimed = verdict.act === 'read' && reading.changesNothing !== undefined ? 0.03 : 0;
  return {
    category: CATEGORY[verdict.act],
    confidence: Math.min(0.98, confidence + claimed),
    reason: { kind: 'claim', claim },
    support,
  };
}

/** "Returns the source. Does not write to disk." */
function writesNothing({ description, changesNothing }: Reading): boolean {
  return /write|persist/i.test(description.slice(changesNothing?.start, changesNothing?.end));
}

/** Deleted things that the text says can be restored, and that the caller cannot choose to lose. */
function comesBack(reading: Reading): boolean {
  return (
    reading.comesBack !== undefined &&
    reading.forGood === undefined &&
    !reading.signals.some(({ kind }) => kind === 'force' || kind === 'choice_of_action')
  );
}

/** `query` with a parameter `sql` does whatever the text says. */
function runsWhatItIsGiven(claim: Claim, reading: Reading): boolean {
  return (
    claim.concept === 'query' &&
    !claim.nearWords.some((word) => word === 'read-only' || word === 'readonly') &&
    reading.signals.some(({ kind }) => kind === 'sql')
  );
}

function parameterReason(reading: Reading, kind: string): Reason {
  const signal = reading.signals.find((one) => one.kind === kind);
  return signal === undefined
    ? { kind: 'nothing' }
    : { kind: 'parameter', parameter: signal.parameter, signal: signal.kind };
}

/** Nothing says what the tool does, or only that it does something. */
function withoutVerb(verdict: Verdict | undefined, reading: Reading, all: readonly Claim[]): Weighing {
  for (const kind of ['sql', 'code'] as const)
    if (reading.signals.some((signal) => signal.kind === kind))
      return { category: 'execute', confidence: 0.65, reason: parameterReason(reading, kind), support: all };
  if (reading.changesNothing !== undefined)
    return { category: 'read', confidence: 0.55, reason: { kind: 'changes_nothing' }, support: all };
  if (verdict !== undefined)
    return {
      category: 'write',
      confidence: 0.5,
      reason: { kind: 'vague', claim: verdict.claim },
      support: [verdict.claim],
    };
  return { category: 'unknown', confidence: 0, reason: { kind: 'nothing' }, support: [] };
}

const RANK: Readonly<Record<RiskCategory | 'unknown', number>> = {
  read: 0,
  write: 1,
  unknown: 1.5,
  execute: 2,
  destructive: 3,
  financial: 4,
};

/** A tool that lets the caller choose between acts is as bad as the worst of them. */
function raiseByChoices(weighing: Weighing, reading: Reading): Weighing {
  let found = weighing;
  const isPlain = weighing.confidence >= AGREED;
  // who creates a thing chooses what the thing does later, not what the tool does now
  if (isPlain && weighing.support[0]?.concept === 'create') return weighing;
  for (const { parameter, value, act, isMethod } of reading.choices) {
    if (act === 'vague' || (isMethod && (isPlain || act === 'read'))) continue;
    const category = isMethod ? 'execute' : CATEGORY[act];
    if (found.category === 'unknown' || RANK[category] > RANK[found.category])
      found = {
        category,
        confidence: 0.8,
        reason: { kind: 'choice', parameter, value },
        support: weighing.support,
      };
  }
  return found;
}

/** Annotations are claims of the server: they may raise a class and never lower one. */
function raiseByAnnotations(weighing: Weighing, reading: Reading): Weighing {
  const { annotations } = reading.tool;
  const isDestructive = memberOf(annotations, 'destructiveHint') === true;
  const isReadOnly = memberOf(annotations, 'readOnlyHint');
  const raised = (
    category: RiskCategory,
    confidence: number,
    hint: 'readOnlyHint' | 'destructiveHint',
  ): Weighing => ({
    category,
    confidence,
    reason: { kind: 'annotation', hint },
    support: weighing.support,
  });
  if (weighing.category === 'unknown') {
    if (isDestructive) return raised('destructive', 0.6, 'destructiveHint');
    return weighing;
  }
  if (weighing.category === 'read') {
    if (isDestructive && isReadOnly !== true) return raised('write', 0.55, 'destructiveHint');
    if (isReadOnly === false) return raised('write', 0.55, 'readOnlyHint');
    if (isReadOnly === true) return { ...weighing, confidence: Math.min(0.98, weighing.confidence + 0.02) };
  }
  return weighing;
}
