import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RISK_CATEGORIES } from '#risk';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import type { KnownTool } from './decision.ts';
import type { Condition, Limit, PolicyDocument, Predicate, Rule } from './document.ts';
import { explainDecision } from './explain.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';

/* Small alphabets, so that rules, calls and arguments meet often. */
const names = fc.constantFrom('a', 'b', 'ab', '__proto__', 'list_a', 'list_b');
const globs = fc.constantFrom('*', 'list_*', '*_a', 'l*a', 'a*');
const paths = fc.constantFrom(
  'args.a',
  'args.b',
  'args.a.b',
  'args.a[0]',
  'args.a[*]',
  'args.a[*].b',
  'args["__proto__"]',
);
const onMissing = fc.constantFrom('match' as const, 'no_match' as const);
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record(
    { path: paths, op: fc.constantFrom('eq', 'neq', 'contains'), value: json, on_missing: onMissing },
    { requiredKeys: ['path', 'op', 'value'] },
  ),
  fc.record(
    { path: paths, op: fc.constantFrom('in', 'not_in'), value: fc.array(json), on_missing: onMissing },
    { requiredKeys: ['path', 'op', 'value'] },
  ),
  fc.record(
    {
      path: paths,
      op: fc.constantFrom('lt', 'lte', 'gt', 'gte'),
      value: fc.integer(),
      on_missing: onMissing,
    },
    { requiredKeys: ['path', 'op', 'value'] },
  ),
  fc.record({
    path: paths,
    op: fc.constant('regex' as const),
    value: fc.constantFrom('a', '^b+$', '', '[^x]'),
  }),
  fc.record({ path: paths, op: fc.constant('exists' as const), value: fc.boolean() }),
) as fc.Arbitrary<Condition>;

const predicate: fc.Arbitrary<Predicate> = fc.record({ conditions: fc.array(condition, { maxLength: 2 }) });
const predicates = fc.array(predicate, { maxLength: 2 });
const limit: fc.Arbitrary<Limit> = fc.record(
  {
    counter: fc.constantFrom('c', 'd'),
    window: fc.constantFrom('minute' as const, 90),
    max: fc.nat(),
    increment_from: fc.constantFrom('args.a', 'args.a.b'),
  },
  { requiredKeys: ['counter', 'window', 'max'] },
);
const rule: fc.Arbitrary<Rule> = fc.record(
  {
    action: fc.constantFrom('allow', 'deny', 'require_approval'),
    require: predicates,
    deny_if: predicates,
    approve_if: predicates,
    limits: fc.array(limit, { maxLength: 2 }),
    rate_limit: fc.record({ max: fc.nat(), window: fc.constant(60) }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Rule>;

const document = fc.record(
  {
    version: fc.constant('1' as const),
    default: fc.constantFrom('deny', 'allow'),
    mode: fc.constantFrom('enforce', 'observe'),
    hide: fc.uniqueArray(fc.oneof(names, globs), { maxLength: 2 }),
    arguments: fc.constantFrom('declared', 'any'),
    all_tools: fc.record(
      { require: predicates, deny_if: predicates, limits: fc.array(limit, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
    risk: fc.dictionary(fc.constantFrom(...RISK_CATEGORIES), rule, { noNullPrototype: true }),
    tools: fc
      .array(fc.tuple(fc.oneof(names, globs), rule), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  },
  { requiredKeys: ['version', 'default'], noNullPrototype: true },
) as fc.Arbitrary<PolicyDocument>;

const args = fc.oneof(
  fc.record({ a: json, b: json, A: json }, { requiredKeys: [], noNullPrototype: true }),
  fc.record({ a: fc.oneof(fc.double(), fc.array(json), fc.record({ b: json })) }, { noNullPrototype: true }),
  fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
  fc.constant(undefined),
);
const schema = fc.constantFrom(
  undefined,
  true,
  {},
  { type: 'object', properties: { a: {}, b: {} } },
  { type: 'strng' },
);
const tool = fc
  .tuple(names, fc.option(fc.constantFrom(...RISK_CATEGORIES), { nil: undefined }), schema)
  .map(([name, risk, inputSchema]): KnownTool => knowTool({ name, inputSchema }, risk));
const lossy = fc.boolean();

const compile = (source: PolicyDocument) => compilePolicy(source, { name: 'p', version: '1' });
const call = (known: KnownTool, given: unknown, hasLossyNumber = false) => ({
  tool: known.definition.name,
  arguments: given,
  hasLossyNumber,
});

/** The same value with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reordered(inner)]),
  );
}

describe('for every policy and every call', () => {
  it('a generated policy is valid', () => {
    fc.assert(fc.property(document, (source) => validatePolicy(source).ok));
  });

  it('there is a decision, and it is the one that is explained', () => {
    fc.assert(
      fc.property(document, tool, args, lossy, (source, known, given, isLossy) => {
        const policy = compile(source);
        const one = call(known, given, isLossy);
        const decision = decide(policy, one, known);
        expect(['allow', 'deny', 'hold']).toContain(decision.outcome);
        expect(decision.rule).not.toBe('(engine error)');
        const { decision: explained, steps } = explainDecision(policy, one, known);
        expect(explained).toEqual(decision);
        const refused = steps.filter(({ result }) => result === 'refused');
        expect(refused.map((step) => step.rule)).toEqual(decision.outcome === 'deny' ? [decision.rule] : []);
      }),
      { numRuns: 1000 },
    );
  });

  it('one more deny_if never lets more through', () => {
    fc.assert(
      fc.property(document, predicate, tool, args, fc.boolean(), (source, extra, known, given, forAll) => {
        const { name } = known.definition;
        const before = decide(compile(source), call(known, given), known);
        const rules = source.tools ?? {};
        const own = Object.hasOwn(rules, name) ? rules[name] : undefined;
        fc.pre(forAll || own !== undefined);
        const all = source.all_tools ?? {};
        const stricter: PolicyDocument = forAll
          ? { ...source, all_tools: { ...all, deny_if: [...(all.deny_if ?? []), extra] } }
          : { ...source, tools: { ...rules, [name]: { ...own, deny_if: [...(own?.deny_if ?? []), extra] } } };
        const after = decide(compile(stricter), call(known, given), known);
        if (before.outcome === 'deny') expect(after.outcome).toBe('deny');
        if (before.outcome === 'hold') expect(after.outcome).not.toBe('allow');
      }),
      { numRuns: 500 },
    );
  });

  it('hide always wins', () => {
    fc.assert(
      fc.property(document, tool, args, (source, known, given) => {
        const hidden: PolicyDocument = { ...source, hide: [...(source.hide ?? []), known.definition.name] };
        expect(decide(compile(hidden), call(known, given), known)).toMatchObject({
          kind: 'hidden',
          rule: '(hidden)',
        });
      }),
    );
  });

  it('the order of members never matters', () => {
    fc.assert(
      fc.property(document, tool, args, (source, known, given) => {
        const other = compile(reordered(source) as PolicyDocument);
        const decision = decide(compile(source), call(known, given), known);
        const again = decide(other, call(known, reordered(given)), known);
        expect(again.outcome).toBe(decision.outcome);
        expect(again.rule).toBe(decision.rule);
      }),
      { numRuns: 500 },
    );
  });
});
