/* oxlint-disable unicorn/no-thenable -- "then" is a keyword of JSON Schema */
import { describe, expect, it } from 'vitest';
import { compileArgumentCheck } from './argument-check.ts';

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const passes = (schema: unknown, args: unknown) => compileArgumentCheck(schema)(args) === undefined;

describe('compileArgumentCheck: undeclared properties', () => {
  const page = { type: 'number' };
  const name = { type: 'string' };

  it.each([
    ['a declared one', object({ page }), { page: 1 }, true],
    ['an undeclared one', object({ page }), { page: 1, _method: 'DELETE' }, false],
    ['an undeclared one where none are declared', object({}), { a: 1 }, false],
    ['none where none are declared', object({}), {}, true],
    ['anything where the schema declares no properties', { type: 'object' }, { a: 1 }, true],
    ['additionalProperties: true', object({ page }, { additionalProperties: true }), { a: 1 }, true],
    [
      'additionalProperties with a schema, met',
      object({ page }, { additionalProperties: name }),
      { a: 'x' },
      true,
    ],
    [
      'additionalProperties with a schema, not met',
      object({ page }, { additionalProperties: name }),
      { a: 1 },
      false,
    ],
    ['unevaluatedProperties: true', object({ page }, { unevaluatedProperties: true }), { a: 1 }, true],
    ['additionalProperties: false', object({ page }, { additionalProperties: false }), { a: 1 }, false],
    ['patternProperties', object({ page }, { patternProperties: { '^x-': name } }), { 'x-a': 'y' }, true],
    ['beside patternProperties', object({ page }, { patternProperties: { '^x-': name } }), { y: 'y' }, false],
    ['inside a property', object({ filter: object({ page }) }), { filter: { page: 1, x: 1 } }, false],
    ['inside an open property', object({ filter: { type: 'object' } }), { filter: { x: 1 } }, true],
    [
      'inside an element',
      object({ list: { items: object({ page }) } }),
      { list: [{ page: 1 }, { x: 1 }] },
      false,
    ],
    ['inside a tuple', object({ list: { prefixItems: [object({ page })] } }), { list: [{ x: 1 }] }, false],
    ['inside a schema for the rest', { additionalProperties: object({ page }) }, { any: { x: 1 } }, false],
    ['a name of Object.prototype', object({ page }), { toString: 1 }, false],
    ['__proto__', object({ page }), JSON.parse('{"__proto__": 1}'), false],
  ])('%s', (_, schema, args, expected) => {
    expect(passes(schema, args)).toBe(expected);
  });

  const a = object({ a: page }, { required: ['a'] });
  const b = object({ b: page }, { required: ['b'] });
  const tree = object({ children: { items: { $ref: '#/$defs/node' } } });

  it.each([
    ['allOf takes what its branches declare', { allOf: [a, b] }, { a: 1, b: 1 }, true],
    ['allOf takes nothing else', { allOf: [a, b] }, { a: 1, b: 1, c: 1 }, false],
    ['allOf beside properties', object({ c: page }, { allOf: [a] }), { a: 1, c: 1 }, true],
    [
      'allOf with an open branch',
      { allOf: [a, { ...b, additionalProperties: true }] },
      { a: 1, b: 1, c: 1 },
      true,
    ],
    ['oneOf takes what the branch that fits declares', { oneOf: [a, b] }, { b: 1 }, true],
    ['oneOf takes nothing of the other branch', { oneOf: [a, b] }, { b: 1, c: 1 }, false],
    ['anyOf with both branches', { anyOf: [a, b] }, { a: 1, b: 1 }, true],
    ['anyOf takes nothing else', { anyOf: [a, b] }, { a: 1, c: 1 }, false],
    ['then', object({ c: page }, { if: { required: ['a'] }, then: a }), { a: 1, c: 1 }, true],
    ['else not taken', object({ c: page }, { if: { required: ['c'] }, else: a }), { a: 1, c: 1 }, false],
    ['dependentSchemas', object({ c: page }, { dependentSchemas: { c: a } }), { a: 1, c: 1 }, true],
    ['$ref', { $ref: '#/$defs/a', $defs: { a } }, { a: 1 }, true],
    ['$ref takes nothing else', { $ref: '#/$defs/a', $defs: { a } }, { a: 1, c: 1 }, false],
    ['$ref in allOf', { allOf: [{ $ref: '#/$defs/a' }, b], $defs: { a } }, { a: 1, b: 1 }, true],
    [
      '$ref of a property',
      object({ x: { $ref: '#/$defs/a' } }, { $defs: { a } }),
      { x: { a: 1, c: 1 } },
      false,
    ],
    [
      '$ref to an open definition',
      { $ref: '#/$defs/a', $defs: { a: { ...a, additionalProperties: true } } },
      { a: 1, c: 1 },
      true,
    ],
    [
      '$ref into an unknown keyword',
      object({ x: { $ref: '#/components/a' } }, { components: { a: object({ y: a }) } }),
      { x: { y: { a: 1, c: 1 } } },
      false,
    ],
    ['$ref to an anchor', { $ref: '#A', $defs: { a: { ...a, $anchor: 'A' } } }, { a: 1, c: 1 }, false],
    ['a recursive schema', object({ child: { $ref: '#' } }), { child: { child: {} } }, true],
    [
      'a recursive schema, deep inside',
      object({ child: { $ref: '#' } }),
      { child: { child: { x: 1 } } },
      false,
    ],
    [
      'a tree of definitions',
      object({ root: { $ref: '#/$defs/node' } }, { $defs: { node: tree } }),
      { root: { children: [{ children: [{}] }] } },
      true,
    ],
    [
      'a tree of definitions, deep inside',
      object({ root: { $ref: '#/$defs/node' } }, { $defs: { node: tree } }),
      { root: { children: [{ children: [{ x: 1 }] }] } },
      false,
    ],
    [
      'a recursive schema with an identifier',
      { $id: 'https://example.com/t', ...object({ child: { $ref: 'https://example.com/t' } }) },
      { child: { child: {} } },
      true,
    ],
    [
      'definitions inside a definition',
      object({ x: { $ref: '#/$defs/w' } }, { $defs: { w: object({ a }) } }),
      { x: { a: { a: 1, c: 1 } } },
      false,
    ],
    [
      'an if keeps its meaning',
      object(
        { x: object({ kind: {}, more: {} }) },
        { if: object({ x: object({ kind: { const: 1 } }) }), then: { required: ['y'] } },
      ),
      { x: { kind: 1, more: 1 } },
      false,
    ],
    [
      'a not keeps its meaning',
      object(
        { x: object({ a: {}, b: {} }) },
        { not: object({ x: object({ a: { const: 1 } }, { required: ['a'] }) }) },
      ),
      { x: { a: 1, b: 1 } },
      false,
    ],
  ])('%s', (_, schema, args, expected) => {
    expect(passes(schema, args)).toBe(expected);
  });
});

describe('compileArgumentCheck: the schema itself', () => {
  it.each([
    ['coerces nothing', object({ id: { type: 'number' } }), { id: '5' }, false],
    ['requires own members', object({ toString: {} }, { required: ['toString'] }), {}, false],
    ['ignores formats', object({ mail: { type: 'string', format: 'email' } }), { mail: 'x' }, true],
    ['counts cents exactly', object({ amount: { multipleOf: 0.01 } }), { amount: 19.99 }, true],
    [
      'compares elements as JSON',
      object({ ids: { uniqueItems: true } }),
      {
        ids: [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      },
      false,
    ],
    [
      'tells an object from a list of pairs',
      object({ ids: { uniqueItems: true } }),
      { ids: [{ a: 1 }, [['a', 1]]] },
      true,
    ],
    ['checks patterns', object({ a: { pattern: '^\\u0041$' } }), { a: 'B' }, false],
    [
      'draft-04 bounds',
      {
        $schema: 'http://json-schema.org/draft-04/schema#',
        ...object({ n: { minimum: 1, exclusiveMinimum: true } }),
      },
      { n: 1 },
      false,
    ],
    [
      'draft-07 tuples',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        ...object({ t: { items: [{ type: 'string' }], additionalItems: false } }),
      },
      { t: ['a', 1] },
      false,
    ],
    [
      'tuples in the older spelling without $schema',
      object({ t: { items: [{ type: 'string' }], additionalItems: false } }),
      { t: ['a'] },
      true,
    ],
    [
      '2019-09',
      { $schema: 'https://json-schema.org/draft/2019-09/schema', ...object({ n: {} }) },
      { m: 1 },
      false,
    ],
    [
      '2020-12',
      { $schema: 'https://json-schema.org/draft/2020-12/schema', ...object({ n: {} }) },
      { n: 1 },
      true,
    ],
    ['nullable', object({ n: { type: 'string', nullable: true } }), { n: null }, true],
    ['nullable without a type', object({ n: { nullable: true, enum: ['a'] } }), { n: 'a' }, true],
    [
      'a schema that asks for a promise',
      { $async: true, ...object({ n: { $async: true, type: 'number' } }) },
      { n: 'x' },
      false,
    ],
    ['a true schema', true, { a: 1 }, true],
    ['no schema', undefined, { a: 1 }, true],
  ])('%s', (_, schema, args, expected) => {
    expect(passes(schema, args)).toBe(expected);
  });

  it.each([
    ['an unknown $schema', { $schema: 'https://example.com/own' }, 'unknown "$schema"'],
    ['an unknown type', { type: 'strng' }, 'not a usable JSON Schema'],
    [
      'a $ref to another document',
      object({ a: { $ref: 'https://example.com/a.json' } }),
      'not a usable JSON Schema',
    ],
    ['a dangling $ref', { $ref: '#/$defs/none' }, 'not a usable JSON Schema'],
    ['a schema that is too large', object({ a: { enum: ['x'.repeat(300_000)] } }), 'too large'],
    ['a schema that is not one', 'object', 'not an object'],
    ['a list', [], 'not an object'],
    ['false', false, 'not an object'],
  ])('refuses every call under %s, and names the way out', (_, schema, why) => {
    const message = compileArgumentCheck(schema)({});
    expect(message).toContain(why);
    expect(message).toContain('"arguments": "any"');
  });

  it('a pattern that cannot be checked stops only calls that use its argument', () => {
    const check = compileArgumentCheck(object({ a: { pattern: '^(?=x)' }, b: {} }));
    expect(check({ b: 1 })).toBeUndefined();
    expect(check({ a: 'x' })).toContain('cannot be checked in bounded time');
  });

  it('does not let a hostile schema or argument hold up the process', () => {
    const last = 40;
    const doubling = Object.fromEntries(
      Array.from({ length: last + 1 }, (_, index) => {
        const next = { $ref: `#/$defs/d${index + 1}` };
        return [`d${index}`, index === last ? { const: 5 } : { anyOf: [next, next] }];
      }),
    );
    const check = compileArgumentCheck(
      object(
        { a: { $ref: '#/$defs/d0' }, u: { uniqueItems: true }, loop: { $ref: '#/$defs/loop' } },
        { $defs: { ...doubling, loop: { $ref: '#/$defs/loop' } } },
      ),
    );
    expect(check({ a: 6 })).toContain('more work than a check may cost');
    expect(check({ loop: 1 })).toContain('cannot be checked');
    expect(check({ u: Array.from({ length: 50_000 }, (_, index) => [index]) })).toBeUndefined();
  });
});

describe('compileArgumentCheck: messages', () => {
  const secret = 'hunter2-hunter2';
  const schema = object(
    {
      subscriberId: { type: 'integer', minimum: 1 },
      status: { enum: ['draft', 'paused'] },
      filter: object({
        tags: { items: { type: 'integer' } },
        from: object({ day: {} }, { required: ['day'] }),
      }),
      text: { type: 'string', maxLength: 3, pattern: '^a' },
    },
    { required: ['subscriberId'] },
  );

  it.each([
    [{}, 'The argument "subscriberId" is missing.'],
    [{ subscriberId: secret }, 'The argument "subscriberId" must be a whole number.'],
    [{ subscriberId: 0 }, 'The argument "subscriberId" must be >= 1.'],
    [{ subscriberId: 1, status: secret }, 'The argument "status" must be one of "draft", "paused".'],
    [
      { subscriberId: 1, filter: { tags: [1, secret] } },
      'The argument "filter.tags[1]" must be a whole number.',
    ],
    [{ subscriberId: 1, filter: { from: {} } }, 'The argument "filter.from.day" is missing.'],
    [
      { subscriberId: 1, filter: { [secret]: 1 } },
      'The argument "filter" holds a property that the tool does not declare.',
    ],
    [{ subscriberId: 1, text: secret }, 'The argument "text" must have at most 3 characters.'],
    [{ subscriberId: 1, text: 'b' }, 'The argument "text" must match the pattern that the tool declares.'],
    [
      { subscriberId: 1, _method: secret },
      'The tool does not declare the argument "_method". It takes: subscriberId, status, filter, text.',
    ],
    [
      { subscriberId: 1, stauts: secret },
      'The tool does not declare the argument "stauts"; did you mean "status"? It takes: subscriberId, status, filter, text.',
    ],
  ])('%j', (args, message) => {
    expect(compileArgumentCheck(schema)(args)).toBe(message);
    expect(message).not.toContain(secret);
  });
});
