import type { CompiledPolicy } from './compile.ts';
import { situationOf } from './decide.ts';
import type { KnownTool } from './decision.ts';
import type { Predicate, Rule } from './document.ts';
import { isJsonObject, ownMember } from './json.ts';
import { compileLimits } from './limit.ts';
import { parsePath } from './path.ts';
import type { CounterOfLimit, Judged, RecordedCall } from './recorded-call.ts';
import { refuse, type Refusal, type Situation, type Step } from './step.ts';

type NamedCall = Pick<RecordedCall, 'outcome' | 'rule' | 'argumentKeys'> & { readonly tool: string };

/** Stands in the place of a value that is not known. */
const UNKNOWN_VALUE = null;
const PREDICATE = /^(.*)\/(require|deny_if|approve_if)\/(\d+)$/;
const LIMIT = /^(.*)\/limits\/([^/]*)$/;
/** Rules that are asked before arguments are looked at: a call that one of them refused was never held against the schema. */
const BEFORE_ARGUMENTS = /^\((?:no policy|hidden|unknown tool|default deny|engine error)\)$|\/action$/;

/**
 * Judges a call of which only the names of its arguments are known, step by step: what depends on a name or on nothing is exact,
 * and a later step may still refuse what an earlier one could not decide. Schema and arguments are taken to be the same as when
 * the call was made: what passed the check then passes it now.
 *
 * @param loose the same policy with `arguments: "any"`: its check looks at names alone
 */
export function judgeByNames(
  policy: CompiledPolicy,
  loose: CompiledPolicy,
  call: NamedCall,
  tool: KnownTool | undefined,
): Judged {
  policy.startDecision();
  const args = Object.fromEntries(call.argumentKeys.map((key) => [key, UNKNOWN_VALUE]));
  const situation = situationOf({ tool: call.tool, arguments: args }, tool);
  const treatment = policy.treatmentOf(call.tool, tool?.risk);
  const namesStep = loose.treatmentOf(call.tool, tool?.risk).steps.find(({ rule }) => rule === '/arguments');
  const view: View = { policy, call, situation, namesStep, openLimits: [], byNames: false };
  let gap: { readonly rule: string; readonly reason: string } | undefined;
  for (const step of treatment.steps) {
    const found = ask(step, view);
    if (found === 'unknown') gap ??= { rule: step.rule, reason: reasonOf(step.rule, policy) };
    else if (found !== undefined) return { kind: 'decided', decision: found, byNames: false };
  }
  const { held, limits } = situation;
  const { byNames, openLimits } = view;
  if (gap !== undefined) return { kind: 'unknown', ...gap, limits, openLimits, byNames };
  if (held !== undefined) return { kind: 'decided', decision: { outcome: 'hold', ...held, limits }, byNames };
  return { kind: 'decided', decision: { outcome: 'allow', rule: treatment.rule ?? '', limits }, byNames };
}

interface View {
  readonly policy: CompiledPolicy;
  readonly call: NamedCall;
  readonly situation: Situation;
  readonly namesStep: Step | undefined;
  readonly openLimits: CounterOfLimit[];
  /** Set when the arguments passed on their names alone. */
  byNames: boolean;
}

function ask(step: Step, view: View): Refusal | undefined | 'unknown' {
  const { policy, call, situation } = view;
  if (step.rule === '/arguments') return askAboutArguments(view);
  const predicate = predicateAt(policy, step.rule);
  if (predicate !== undefined)
    return isDecidable(predicate, call.argumentKeys) ? step.ask(situation) : 'unknown';
  const amount = amountPathAt(policy, step.rule);
  if (amount === undefined || !mayHold(call.argumentKeys, argumentOf(amount))) return step.ask(situation);
  view.openLimits.push(...countersAt(policy, step.rule));
  return 'unknown';
}

function askAboutArguments(view: View): Refusal | undefined {
  const { policy, call, situation, namesStep } = view;
  const lookAlike = namesStep?.ask(situation);
  if (lookAlike !== undefined) return lookAlike;
  if ((policy.document.arguments ?? 'declared') === 'any') return undefined;
  if (call.outcome === 'deny' && call.rule === '/arguments')
    return refuse('/arguments', 'The arguments did not satisfy the schema of the tool.');
  const passedThen = call.outcome !== 'deny' || !BEFORE_ARGUMENTS.test(call.rule);
  if (passedThen) return undefined;
  const fault = faultOfNames(situation.tool?.definition.inputSchema, call.argumentKeys);
  if (fault !== undefined) return refuse('/arguments', fault);
  if (call.argumentKeys.length > 0) view.byNames = true;
  return undefined;
}

/** What the names alone say against a call under a tool's schema; nothing where other keywords have a say in it too. */
function faultOfNames(schema: unknown, keys: readonly string[]): string | undefined {
  if (!isJsonObject(schema) || keys.some(isClipped)) return undefined;
  const required = ownMember(schema, 'required');
  const missing = Array.isArray(required)
    ? required.find((name) => typeof name === 'string' && !keys.includes(name))
    : undefined;
  if (missing !== undefined) return `The argument ${JSON.stringify(missing)} is missing.`;
  const properties = ownMember(schema, 'properties');
  const others = [
    '$ref',
    'allOf',
    'anyOf',
    'oneOf',
    'if',
    'dependentSchemas',
    'dependencies',
    'patternProperties',
  ];
  const additional = ownMember(schema, 'additionalProperties');
  const isOpen = additional === true || isJsonObject(additional);
  if (!isJsonObject(properties) || isOpen || others.some((keyword) => Object.hasOwn(schema, keyword)))
    return undefined;
  const undeclared = keys.find((key) => !Object.hasOwn(properties, key));
  return undeclared === undefined ? undefined : `The argument ${JSON.stringify(undeclared)} is not declared.`;
}

/** Whether every condition is about an argument that is not there, or asks only whether it is. */
function isDecidable({ conditions }: Predicate, keys: readonly string[]): boolean {
  return conditions.every(({ path, op }) => {
    if (!mayHold(keys, argumentOf(path))) return true;
    const parsed = parsePath(path);
    const isTop = 'path' in parsed && parsed.path.steps.length === 1;
    return op === 'exists' && isTop && !keys.some(isClipped);
  });
}

function argumentOf(path: string): string {
  const parsed = parsePath(path);
  return 'path' in parsed ? parsed.path.argument : '';
}

/** Whether the call may have brought an argument: its names say so, or some of them were cut short. */
function mayHold(keys: readonly string[], argument: string): boolean {
  return keys.includes(argument) || keys.some(isClipped);
}

/** A name that a record does not hold as it was. */
function isClipped(key: string): boolean {
  return key.endsWith('…') || key.includes('\\u{') || /^\(\d+ more\)$/.test(key);
}

function predicateAt(policy: CompiledPolicy, pointer: string): Predicate | undefined {
  const [, owner = '', kind, index] = PREDICATE.exec(pointer) ?? [];
  if (kind === undefined) return undefined;
  const list = ruleAt(policy, owner)?.[kind as 'require' | 'deny_if' | 'approve_if'];
  return list?.[Number(index)];
}

/** The path whose number a limit counts; undefined for one that counts calls, and for what is no limit. */
function amountPathAt(policy: CompiledPolicy, pointer: string): string | undefined {
  const [, owner = '', counter] = LIMIT.exec(pointer) ?? [];
  if (counter === undefined) return undefined;
  const name = unescapeSegment(counter);
  return ruleAt(policy, owner)?.limits?.find((limit) => limit.counter === name)?.increment_from;
}

/** The counters of the limit with this pointer. */
function countersAt(policy: CompiledPolicy, pointer: string): readonly CounterOfLimit[] {
  const [, owner = ''] = LIMIT.exec(pointer) ?? [];
  const limits = compileLimits(ruleAt(policy, owner) ?? {}, owner);
  return limits.filter(({ rule }) => rule === pointer);
}

function ruleAt({ document }: CompiledPolicy, pointer: string): Rule | undefined {
  let here: unknown = document;
  for (const segment of pointer.split('/').slice(1)) {
    if (!isJsonObject(here)) return undefined;
    here = ownMember(here, unescapeSegment(segment));
  }
  return isJsonObject(here) ? here : undefined;
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function reasonOf(pointer: string, policy: CompiledPolicy): string {
  const amount = amountPathAt(policy, pointer);
  if (amount !== undefined) return `The limit counts ${amount}, whose value was not captured.`;
  const paths = predicateAt(policy, pointer)?.conditions.map(({ path }) => path) ?? [];
  return `The rule looks at ${[...new Set(paths)].join(', ')}, whose value was not captured.`;
}
