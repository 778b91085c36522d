import type { ToolDefinition } from './decision.ts';
import type { Condition, PolicyDocument, Predicate, Rule, SharedRule } from './document.ts';
import { jsonEquals } from './json.ts';
import type { Remark } from './lint-finding.ts';
import { parsePath, type PathStep } from './path.ts';
import { pointerTo, type Segment } from './pointer.ts';
import { placeIn, type Place, type SchemaView } from './schema-view.ts';
import { didYouMean } from './suggest.ts';

type PredicateKind = 'require' | 'deny_if' | 'approve_if';

/** A rule with the tools that it governs. */
interface Subject {
  readonly rule: SharedRule & Pick<Rule, 'approve_if'>;
  readonly path: readonly Segment[];
  readonly tools: readonly ToolDefinition[];
  /** Paths that some `require` of the tool demands to be there. */
  readonly demanded: ReadonlySet<string>;
}

type Complaint = Omit<Remark, 'path'>;

const ANCHORED = /^(?:\(\?[is]+\))?(?:\^|\\A)(?<inner>.*)(?:\$|\\z)$/s;

/** Whether a pattern can only match a whole text: anchored at both ends, with no alternative beside the anchors. */
export function isAnchored(pattern: string): boolean {
  const inner = ANCHORED.exec(pattern)?.groups?.['inner'];
  if (inner === undefined || /(?:^|[^\\])(?:\\\\)*\\$/.test(inner)) return false;
  let depth = 0;
  for (const [token] of inner.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^]/gs)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token === '|' && depth === 0) return false;
  }
  return true;
}

const TYPES_TAKEN: Partial<Record<Condition['op'], readonly string[]>> = {
  lt: ['number'],
  lte: ['number'],
  gt: ['number'],
  gte: ['number'],
  regex: ['string'],
  contains: ['string', 'array'],
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function effectOf(kind: PredicateKind): string {
  return kind === 'require' ? 'every call is refused' : 'it never matches';
}

/** Operator and value against what the schema says of the argument. */
function judgeType(condition: Condition, kind: PredicateKind, { types, allowed }: SchemaView): Complaint[] {
  const { path, op } = condition;
  const taken = TYPES_TAKEN[op];
  if (types !== undefined && taken !== undefined) {
    const refused = [...types].filter((type) => !taken.includes(type));
    if (refused.length === 0) return [];
    const never = refused.length === types.size;
    const message = never
      ? `"${op}" can never be decided: the tool declares ${path} as ${[...types].join(' or ')}, so every call that brings it is refused`
      : `"${op}" cannot take ${path} as ${refused.join(' or ')}, which the tool allows: such calls are refused`;
    return [{ level: never ? 'error' : 'warning', message }];
  }
  if (condition.op !== 'eq' && condition.op !== 'in') return [];
  const wanted = condition.op === 'in' ? condition.value : [condition.value];
  if (types !== undefined && !wanted.some((value) => types.has(typeOf(value)))) {
    const message = `can never be equal: the tool declares ${path} as ${[...types].join(' or ')}; ${effectOf(kind)}`;
    return [{ level: 'error', message }];
  }
  if (allowed === undefined || wanted.some((value) => allowed.some((one) => jsonEquals(one, value))))
    return [];
  const message = `can never be equal: the tool takes only ${JSON.stringify(allowed).slice(1, -1)} as ${path}; ${effectOf(kind)}`;
  return [{ level: 'warning', message }];
}

function nearPath(steps: readonly PathStep[], at: number, names: readonly string[]): string | undefined {
  const step = steps[at];
  if (step?.kind !== 'key') return undefined;
  return (
    didYouMean(step.key, names) ??
    (names.length === 0 ? undefined : `known there: ${names.slice(0, 12).join(', ')}`)
  );
}

/** Why a path leads to nothing in a tool; empty when it leads somewhere or may. */
function judgePlace(
  path: string,
  steps: readonly PathStep[],
  place: Place,
  tool: string,
  effect: string,
): Complaint[] {
  if (place.state === 'absent') {
    const message = `the tool ${JSON.stringify(tool)} takes no ${path}: ${effect}`;
    return [{ level: 'error', message, suggestion: nearPath(steps, place.at, place.names) }];
  }
  if (place.state === 'declared') return [];
  const last = steps.at(-1);
  const near = last?.kind === 'key' ? didYouMean(last.key, place.names) : undefined;
  if (near === undefined) return [];
  return [
    {
      level: 'warning',
      message: `the tool ${JSON.stringify(tool)} does not declare ${path}`,
      suggestion: near,
    },
  ];
}

function judgeCondition(
  condition: Condition,
  kind: PredicateKind,
  tool: ToolDefinition,
  argumentMode: 'declared' | 'any',
  demanded: ReadonlySet<string>,
): Complaint[] {
  const parsed = parsePath(condition.path);
  if ('message' in parsed) return [];
  const { steps } = parsed.path;
  let place = placeIn(tool.inputSchema, steps);
  // Unchecked arguments may hold anything.
  if (argumentMode === 'any' && place.state === 'absent') place = { state: 'open', names: place.names };
  const effect = condition.op === 'exists' ? 'the answer is always the same' : effectOf(kind);
  const complaints = judgePlace(condition.path, steps, place, tool.name, effect);
  if (place.state !== 'declared') return complaints;
  const optional =
    kind !== 'require' &&
    !place.required &&
    condition.op !== 'exists' &&
    condition.on_missing === undefined &&
    !demanded.has(condition.path);
  return [
    ...complaints,
    ...judgeType(condition, kind, place.view),
    ...(optional
      ? [
          {
            level: 'warning' as const,
            message: `${condition.path} is optional: a call that leaves it out passes this "${kind}"`,
            suggestion: `add "on_missing": "match", or require { "path": ${JSON.stringify(condition.path)}, "op": "exists", "value": true }`,
          },
        ]
      : []),
  ];
}

/** What can be said of a condition without knowing the tools. */
function judgeAlone(condition: Condition, kind: PredicateKind): Complaint[] {
  if (kind !== 'require') return [];
  const complaints: Complaint[] = [];
  if (condition.op === 'regex' && !isAnchored(condition.value)) {
    complaints.push({
      level: 'warning',
      message: 'this allow-list pattern is not anchored: a text that merely contains a match passes',
      suggestion: `write ${JSON.stringify(`^(?:${condition.value.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')})$`)}`,
    });
  }
  if (condition.path.includes('[*]') && condition.op !== 'exists') {
    complaints.push({
      level: 'warning',
      message: 'one element that fits is enough for this "require"; the others may be anything',
      suggestion:
        'use "deny_if" with the opposite condition, which one element that does not fit is enough for',
    });
  }
  return complaints;
}

/** Puts the complaints about several tools together: a rule for many tools need not fit each of them. */
function gather(
  perTool: readonly (readonly Complaint[])[],
  tools: readonly ToolDefinition[],
  kind: PredicateKind,
): Complaint[] {
  const [first] = perTool;
  if (first === undefined) return [];
  if (perTool.length === 1) return [...first];
  if (perTool.every((complaints) => complaints.length > 0)) return [...first];
  if (kind !== 'require') return [];
  const refused = tools.filter((_, index) => perTool[index]?.some(({ level }) => level === 'error'));
  if (refused.length === 0) return [];
  const names = refused.slice(0, 5).map(({ name }) => name);
  const more = refused.length > names.length ? ` and ${refused.length - names.length} more` : '';
  return [
    {
      level: 'warning',
      message: `this can never hold for ${names.join(', ')}${more}: all their calls are refused`,
    },
  ];
}

function lintPredicates(subject: Subject, kind: PredicateKind, argumentMode: 'declared' | 'any'): Remark[] {
  const predicates: readonly Predicate[] = subject.rule[kind] ?? [];
  return predicates.flatMap(({ conditions }, predicateIndex) =>
    conditions.flatMap((condition, index) => {
      const path = [...subject.path, kind, predicateIndex, 'conditions', index];
      const perTool = subject.tools.map((tool) =>
        judgeCondition(condition, kind, tool, argumentMode, subject.demanded),
      );
      return [...judgeAlone(condition, kind), ...gather(perTool, subject.tools, kind)].map((complaint) => ({
        ...complaint,
        path,
      }));
    }),
  );
}

function lintIncrements({ rule, path, tools }: Subject): Remark[] {
  return (rule.limits ?? []).flatMap(({ increment_from: from }, index): Remark[] => {
    const parsed = from === undefined ? undefined : parsePath(from);
    if (from === undefined || parsed === undefined || 'message' in parsed) return [];
    const place = [...path, 'limits', index, 'increment_from'];
    const perTool = tools.map((tool): Complaint[] => {
      const found = placeIn(tool.inputSchema, parsed.path.steps);
      if (found.state !== 'declared')
        return judgePlace(from, parsed.path.steps, found, tool.name, 'every call is refused');
      if (found.view.types?.has('number') === false) {
        return [
          {
            level: 'error',
            message: `the tool declares ${from} as ${[...found.view.types].join(' or ')}, not as a number: every call is refused`,
          },
        ];
      }
      if (found.required) return [];
      return [{ level: 'warning', message: `${from} is optional: a call that leaves it out is refused` }];
    });
    return gather(perTool, tools, 'require').map((complaint) => ({ ...complaint, path: place }));
  });
}

/** The paths that a rule demands to be there, by `require` of `exists` or of anything else that a missing path fails. */
function demandedBy(...rules: readonly SharedRule[]): ReadonlySet<string> {
  const conditions = rules.flatMap(({ require }) =>
    (require ?? []).flatMap((predicate) => predicate.conditions),
  );
  const demanding = conditions.filter((condition) =>
    condition.op === 'exists' ? condition.value : condition.on_missing !== 'match',
  );
  return new Set(demanding.map(({ path }) => path));
}

/** Predicates and amounts against the schemas of the tools that they govern. */
export function lintArguments(
  document: PolicyDocument,
  governed: ReadonlyMap<string, readonly ToolDefinition[]>,
): Remark[] {
  const allTools = document.all_tools ?? {};
  const subjects: Subject[] = [
    {
      rule: allTools,
      path: ['all_tools'],
      tools: [...governed.values()].flat(),
      demanded: demandedBy(allTools),
    },
    ...Object.entries<Rule>(document.tools ?? {}).map(([name, rule]) => ({
      rule,
      path: ['tools', name],
      tools: governed.get(pointerTo(['tools', name])) ?? [],
      demanded: demandedBy(allTools, rule),
    })),
    // Which tools a class governs depends on their classes, which a tool list does not tell.
    ...Object.entries<Rule | undefined>(document.risk ?? {}).flatMap(([category, rule]) =>
      rule === undefined
        ? []
        : [{ rule, path: ['risk', category], tools: [], demanded: demandedBy(allTools, rule) }],
    ),
  ];
  const mode = document.arguments ?? 'declared';
  return subjects.flatMap((subject) => [
    ...(['require', 'deny_if', 'approve_if'] as const).flatMap((kind) => lintPredicates(subject, kind, mode)),
    ...lintIncrements(subject),
  ]);
}
