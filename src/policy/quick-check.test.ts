import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { policyDocumentSchema } from './document.ts';
import { quickCheck } from './quick-check.ts';

const isSound = quickCheck(policyDocumentSchema);

/** A document with a bit of everything that the language has. */
const WHOLE = {
  version: '1',
  default: 'deny',
  mode: 'observe',
  hide: ['a_*'],
  all_tools: { deny_if: [{ conditions: [{ path: 'args.a', op: 'regex', value: '^a$' }] }], limits: [] },
  risk: { destructive: { action: 'deny', reason: 'no' } },
  tools: {
    pay: {
      action: 'require_approval',
      require: [
        { id: 'p', conditions: [{ path: 'args.amount', op: 'lte', value: 5, on_missing: 'match' }] },
        { conditions: [{ path: 'args["a.b"]', op: 'in', value: [1, null, { a: [] }] }], on_deny: 'no' },
        { conditions: [{ path: 'args.items[*].price', op: 'exists', value: true }] },
      ],
      approve_if: [{ conditions: [{ path: 'args.a', op: 'eq', value: null }] }],
      limits: [
        { counter: 'money', window: 'day', max: 12.5, scope: 'server', increment_from: 'args.amount' },
      ],
      rate_limit: { max: 30, window: 90 },
    },
  },
  resources: { hide: ['file:///etc/*'], uris: { 'notes://*': { action: 'deny' } } },
  prompts: { default: 'allow', names: { greet: {} } },
};

/** Every place in a JSON value, as the members that lead to it. */
function placesIn(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))];
}

/** The document with another value at a place, or with a further member there. */
function changed(place: readonly string[], value: unknown, name: string | undefined): unknown {
  const document = structuredClone(WHOLE) as Record<string, unknown>;
  const last = place.at(-1);
  if (last === undefined) return value;
  const parent = place.slice(0, -1).reduce<unknown>((at, member) => (at as never)[member], document);
  const member = Array.isArray(parent) ? last : (name ?? last);
  Object.defineProperty(parent, member, { value, enumerable: true, writable: true, configurable: true });
  return document;
}

const ODD_VALUES = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    '',
    '1',
    'deny',
    'args.',
    'args.a',
    'args.items[*].a',
    '(',
    'minute',
    -1,
    0.1234567,
    1e300,
    0,
    31_622_401,
  ),
  fc.constantFrom({}, [], [{}], { conditions: [] }, { path: 'args.a', op: 'exists', value: 1 }, { a: 1 }),
);
const ODD_NAMES = fc.option(
  fc.constantFrom('', 'limits', 'on_missing', '__proto__', 'constructor', 'length'),
  {
    nil: undefined,
  },
);

describe('quickCheck of the policy document', () => {
  it('says yes to a document that has everything, so that it is worth asking', () => {
    expect(isSound(WHOLE)).toBe(true);
    expect(policyDocumentSchema.safeParse(WHOLE).success).toBe(true);
  });

  it('never says yes to what the definition refuses, whatever is put at any place', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(WHOLE)), ODD_VALUES, ODD_NAMES, (place, value, name) => {
        const document = changed(place, value, name);
        const { success } = policyDocumentSchema.safeParse(document);
        if (!success) refused++;
        return success || !isSound(document);
      }),
      { numRuns: 5_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  it.each(
    placesIn(WHOLE)
      .slice(1)
      .map((place) => [place.join('.'), place] as const),
  )('judges the document without %s as the definition does', (_, place) => {
    const document = structuredClone(WHOLE) as Record<string, unknown>;
    const parent = place.slice(0, -1).reduce<unknown>((at, member) => (at as never)[member], document);
    if (Array.isArray(parent)) parent.splice(Number(place.at(-1)), 1);
    else delete (parent as Record<string, unknown>)[place.at(-1) ?? ''];
    expect(isSound(document)).toBe(policyDocumentSchema.safeParse(document).success);
  });

  it('says no to a rule named __proto__, which the definition passes over', () => {
    expect(isSound(JSON.parse('{"version":"1","default":"deny","tools":{"__proto__":{}}}'))).toBe(false);
  });
});

describe('quickCheck of other schemas', () => {
  it.each([
    ['an object that lets other members through', z.looseObject({ a: z.string() }), { a: '', b: 1 }],
    ['an object that would drop others', z.object({ a: z.string() }), { a: '' }],
    ['a whole number', z.int(), 1],
    ['a moment', z.iso.datetime(), '2026-11-30T00:00:00Z'],
    ['a member that may be missing', z.strictObject({ a: z.string().optional() }), {}],
    ['nothing where that may be', z.string().nullable(), null],
    ['a second kind', z.union([z.enum(['day']), z.int()]), 5],
    [
      'a second form',
      z.discriminatedUnion('a', [z.strictObject({ a: z.literal(1) }), z.object({ a: z.literal(2) })]),
      { a: 2 },
    ],
    ['names of any kind', z.record(z.string(), z.int()), { a: 1, constructor: 2 }],
  ])('says yes to %s', (_, schema, value) => {
    expect(quickCheck(schema)(value)).toBe(true);
    expect(schema.parse(value)).toEqual(value);
  });

  it.each([
    ['a broken number where a whole one is wanted', z.int(), 1.5],
    ['a number that is none', z.number(), Number.NaN],
    ['a moment that is none', z.iso.datetime(), 'today'],
    ['a member of the wrong kind', z.object({ a: z.string() }), { a: 1 }],
    ['a listed name that is missing', z.record(z.enum(['a', 'b']), z.int()), { a: 1 }],
    [
      'a member that must not be there and empty',
      z.strictObject({ a: z.string().exactOptional() }),
      { a: undefined },
    ],
    ['a member that only an ancestor has', z.strictObject({ toString: z.unknown() }), {}],
  ])('says no to what the schema refuses: %s', (_, schema, value) => {
    expect(quickCheck(schema)(value)).toBe(false);
  });

  it.each([
    ['a text that would be made a number', z.string().transform(Number), '1'],
    ['a text that would be trimmed', z.string().trim(), ' a '],
    ['a member that would be dropped', z.object({ a: z.string() }), { a: '', b: 1 }],
    ['a member that would be filled in', z.object({ a: z.string().default('a') }), {}],
    [
      'a member that would be filled in although it may be missing',
      z.strictObject({ a: z.string().default('a').optional() }),
      {},
    ],
    ['a text that the first of two kinds would trim', z.union([z.string().trim(), z.string()]), ' a '],
    [
      'an address that the first of two kinds would rewrite',
      z.union([z.url({ normalize: true }), z.string()]),
      'http://a.example',
    ],
    [
      'a member that the first of two forms would drop',
      z.union([z.object({ a: z.int() }), z.object({ a: z.int(), b: z.int() })]),
      { a: 1, b: 1 },
    ],
    ['a member that would vanish', z.looseObject({}), JSON.parse('{"__proto__":1}')],
    ['a name that would vanish', z.record(z.string(), z.int()), JSON.parse('{"__proto__":1}')],
    ['an answer that comes later', z.string().refine(async () => false), 'a'],
  ])('says no to what would not come out as it went in: %s', (_, schema, value) => {
    expect(quickCheck(schema)(value)).toBe(false);
  });
});
