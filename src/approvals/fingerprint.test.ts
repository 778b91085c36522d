import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, type CallIdentity } from './fingerprint.ts';

const call: CallIdentity = {
  organisation: 'default',
  server: 'fluentcrm',
  grantId: 'grant_1',
  tool: 'fluentcrm_resume_campaign',
  arguments: { campaign_id: 7, tags: [{ id: 1, name: 'a' }] },
  policy: 'main',
  policyVersion: '3',
};
const withArguments = (args: unknown): string => fingerprintOf({ ...call, arguments: args });

/** The same value with the members of every object, also of those in arrays, in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, item]) => [name, turned(item)]),
  );
}

/** The value with another one in place of one of the values in it. */
function withOneChanged(value: unknown, place: number, other: unknown): unknown {
  if (typeof value !== 'object' || value === null) return other;
  const names = Object.keys(value);
  const name = names[place % (names.length + 1)];
  if (name === undefined) return other;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    key === name ? withOneChanged(item, Math.floor(place / (names.length + 1)), other) : item,
  ]);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

// as they come out of a parser: no -0, which is refused
const json = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe('the fingerprint of a call', () => {
  it('is a SHA-256 in hex', () => {
    expect(fingerprintOf(call)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on the order of members, at any depth, also inside arrays', () => {
    expect(withArguments({ b: [{ y: { d: 1, c: 2 }, x: 1 }], a: 1 })).toBe(
      withArguments({ a: 1, b: [{ x: 1, y: { c: 2, d: 1 } }] }),
    );
    fc.assert(fc.property(json, (value) => withArguments(turned(value)) === withArguments(value)));
  });

  it('depends on everything else in the arguments: one value that changes makes another call', () => {
    fc.assert(
      fc.property(json, fc.nat(), json, (value, place, other) => {
        const changed = withOneChanged(value, place, other);
        return (withArguments(changed) === withArguments(value)) === isDeepStrictEqual(changed, value);
      }),
    );
  });

  it.each([
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a number and its digits', { a: 1 }, { a: '1' }],
    ['nothing and null', {}, { a: null }],
    ['absent arguments and empty ones', undefined, {}],
    ['absent arguments and null', undefined, null],
    ['an empty list and an empty object', { a: [] }, { a: {} }],
    ['a name in another case', { Amount: 1 }, { amount: 1 }],
    ['a letter and its look-alike', { a: 'paypal' }, { a: 'pаypal' }],
    ['a letter and its parts', { a: '\u00e9' }, { a: 'e\u0301' }],
    ['a name that a prototype has', JSON.parse('{"__proto__":1}'), {}],
    ['one text and two', { a: ['x","y'] }, { a: ['x', 'y'] }],
  ])('tells apart %s', (_name, a, b) => {
    expect(withArguments(a)).not.toBe(withArguments(b));
  });

  it('takes numbers by their value', () => {
    expect(withArguments(JSON.parse('{"a":1e2,"b":1.50}'))).toBe(withArguments({ a: 100, b: 1.5 }));
  });

  it.each(['organisation', 'server', 'grantId', 'tool', 'policy', 'policyVersion'] as const)(
    'depends on the %s',
    (name) => {
      fc.assert(
        fc.property(fc.string(), (text) => {
          fc.pre(text !== call[name]);
          return fingerprintOf({ ...call, [name]: text }) !== fingerprintOf(call);
        }),
      );
    },
  );

  it('is not fooled by names that run into one another', () => {
    expect(fingerprintOf({ ...call, server: 'ab', grantId: 'c' })).not.toBe(
      fingerprintOf({ ...call, server: 'a', grantId: 'bc' }),
    );
    expect(fingerprintOf({ ...call, policy: 'a","b', policyVersion: 'c' })).not.toBe(
      fingerprintOf({ ...call, policy: 'a', policyVersion: 'b","c' }),
    );
  });

  it.each([['1e400'], ['-1e400'], ['-0']])(
    'refuses %s, of which JSON would make another number',
    (number) => {
      expect(() => withArguments(JSON.parse(`{"list":[{"a":${number}}]}`))).toThrowError(
        expect.objectContaining({ code: 'approval.inexact' }),
      );
    },
  );
});
