import * as fc from 'fast-check';
import type { Condition, Limit, PolicyDocument, Predicate, Rule } from '#policy';
import { RISK_CATEGORIES } from '#risk';

/* Any valid policy. Small alphabets, so that names, globs and rules meet often. */
export const names = fc.constantFrom('a', 'b', 'ab', '__proto__', 'list_a', 'odd "name"/~', '0', 'żółw');
const globs = fc.constantFrom('*', 'list_*', '*_a', 'l*a');
const text = fc.constantFrom('x', 'Ask first.', 'line\nbreak', '"quoted" \\ // no comment', '日本');
const path = fc.constantFrom('args.a', 'args.a.b', 'args.a[0]', 'args.a[*].b', 'args["a.b"]');
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const optional = { requiredKeys: ['path', 'op', 'value'] as ('path' | 'op' | 'value')[] };
const on_missing = fc.constantFrom('match' as const, 'no_match' as const);

const condition = fc.oneof(
  fc.record({ path, op: fc.constantFrom('eq', 'neq', 'contains'), value: json, on_missing }, optional),
  fc.record(
    { path, op: fc.constantFrom('in', 'not_in'), value: fc.array(json, { maxLength: 3 }), on_missing },
    optional,
  ),
  fc.record(
    { path, op: fc.constantFrom('lt', 'lte', 'gt', 'gte'), value: fc.integer(), on_missing },
    optional,
  ),
  fc.record({ path, op: fc.constant('regex'), value: fc.constantFrom('a', '^b+$', '') }),
  fc.record({ path, op: fc.constant('exists'), value: fc.boolean() }),
) as fc.Arbitrary<Condition>;

const predicate: fc.Arbitrary<Predicate> = fc.record(
  { id: text, conditions: fc.array(condition, { maxLength: 2 }), on_deny: text },
  { requiredKeys: ['conditions'] },
);
const predicates = fc.array(predicate, { maxLength: 2 });
const window = fc.constantFrom('minute' as const, 'day' as const, 90);

const limit: fc.Arbitrary<Limit> = fc.record(
  {
    counter: fc.constantFrom('c', 'd/e'),
    window,
    max: fc.nat(),
    scope: fc.constantFrom('grant' as const, 'organisation' as const),
    increment_from: fc.constantFrom('args.a', 'args.a.b'),
    on_deny: text,
    on_unavailable: fc.constantFrom('deny' as const, 'allow' as const),
  },
  { requiredKeys: ['counter', 'window', 'max'] },
);
const limits = fc.array(limit, { maxLength: 2 });

const rule: fc.Arbitrary<Rule> = fc.record(
  {
    action: fc.constantFrom('allow' as const, 'deny' as const, 'require_approval' as const),
    reason: text,
    require: predicates,
    deny_if: predicates,
    approve_if: predicates,
    limits,
    rate_limit: fc.record({ max: fc.nat(), window }),
  },
  { requiredKeys: [] },
);
const offering = fc.record({ action: fc.constantFrom('allow', 'deny'), reason: text }, { requiredKeys: [] });

/** Objects with any names, `__proto__` too. */
function dictionary<T>(keys: fc.Arbitrary<string>, values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc
    .array(fc.tuple(keys, values), { maxLength: 4 })
    .map((entries) => Object.fromEntries(new Map(entries)));
}

export const policies = fc.record(
  {
    tools: dictionary(fc.oneof(names, globs), rule),
    version: fc.constant('1'),
    hide: fc.uniqueArray(fc.oneof(names, globs), { maxLength: 6 }),
    default: fc.constantFrom('deny', 'allow'),
    description: text,
    $schema: fc.constant('https://example.com/policy.schema.json'),
    mode: fc.constantFrom('enforce', 'observe'),
    arguments: fc.constantFrom('declared', 'any'),
    all_tools: fc.record({ require: predicates, deny_if: predicates, limits }, { requiredKeys: [] }),
    risk: dictionary(fc.constantFrom(...RISK_CATEGORIES), rule),
    resources: fc.record(
      { default: fc.constantFrom('deny', 'allow'), hide: fc.constant(['file:///x']), uris: fc.constant({}) },
      { requiredKeys: [] },
    ),
    prompts: fc.record(
      { default: fc.constantFrom('deny', 'allow'), names: dictionary(names, offering) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['version', 'default'], noNullPrototype: true },
) as fc.Arbitrary<PolicyDocument>;

/** A policy's text, in one of the ways in which people lay it out. */
export const texts = fc
  .tuple(policies, fc.constantFrom(undefined, 2, 4, '\t'), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([document, indent, eol, ends]) => {
    const lines = JSON.stringify(document, null, indent).replaceAll('\n', eol);
    return ends ? lines + eol : lines;
  });
