import { describe, expect, it } from 'vitest';
import { argumentKeys } from './argument-keys.ts';

describe('argumentKeys', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['sorted keys, never values', { reason: 'secret', campaign_id: 7 }, ['campaign_id', 'reason']],
    ['top-level keys only', { outer: { inner: 1 } }, ['outer']],
    [
      'own keys only, whatever they are called',
      JSON.parse('{"__proto__": 1, "constructor": 2}'),
      ['__proto__', 'constructor'],
    ],
    ['none of an absent member', undefined, []],
    ['none of null', null, []],
    ['none of an array', ['a'], []],
    ['none of a text', 'abc', []],
    ['control characters escaped', { 'a\nb\0': 1 }, ['a\\u{a}b\\u{0}']],
  ])('gives %s', (_name, args, expected) => {
    expect(argumentKeys(args)).toEqual(expected);
  });

  it('cuts a long key', () => {
    const [key] = argumentKeys({ ['k'.repeat(5_000_000)]: 1 });
    expect(key).toBe(`${'k'.repeat(127)}…`);
  });

  it('keeps 64 keys and says how many more there were', () => {
    const args = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`key${String(i).padStart(3, '0')}`, i]),
    );
    const keys = argumentKeys(args);
    expect(keys).toHaveLength(65);
    expect(keys.slice(62)).toEqual(['key062', 'key063', '(36 more)']);
  });
});
