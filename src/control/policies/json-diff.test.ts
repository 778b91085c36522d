import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#mcp';
import { compareLists } from './compare-lists.ts';
import { jsonDiff } from './json-diff.ts';
import { textDiff } from './text-diff.ts';

describe('jsonDiff', () => {
  it.each<[string, Json, Json, readonly object[]]>([
    ['nothing for another order of members', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['a value', { a: 1 }, { a: '1' }, [{ pointer: '/a', kind: 'changed', before: 1, after: '1' }]],
    ['a member that came', {}, { 'a/b': null }, [{ pointer: '/a~1b', kind: 'added', after: null }]],
    ['a member that went', { '~': {} }, {}, [{ pointer: '/~0', kind: 'removed', before: {} }]],
    [
      'a list that became an object',
      { a: [] },
      { a: {} },
      [{ pointer: '/a', kind: 'changed', before: [], after: {} }],
    ],
    [
      'only what came into a list',
      ['a', 'c'],
      ['a', 'b', 'c'],
      [{ pointer: '/1', kind: 'added', after: 'b' }],
    ],
    [
      'only what went out of it',
      ['a', 'b', 'c'],
      ['b', 'c'],
      [{ pointer: '/0', kind: 'removed', before: 'a' }],
    ],
    [
      'what changed in an element',
      [
        { counter: 'a', max: 1 },
        { counter: 'b', max: 2 },
      ],
      [
        { counter: 'a', max: 1 },
        { counter: 'b', max: 3 },
      ],
      [{ pointer: '/1/max', kind: 'changed', before: 2, after: 3 }],
    ],
  ])('shows %s', (_what, before, after, changes) => {
    expect(jsonDiff(before, after)).toEqual(changes);
  });

  it('takes __proto__ for a name like any other', () => {
    const before = JSON.parse('{"tools": {"__proto__": {"action": "deny"}}}') as Json;
    expect(jsonDiff(before, { tools: {} })).toEqual([
      { pointer: '/tools/__proto__', kind: 'removed', before: { action: 'deny' } },
    ]);
  });

  it('finds a difference exactly where there is one', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(jsonDiff(a, structuredClone(a))).toEqual([]);
        const isSame = jsonDiff(a, b).length === 0;
        // -0 and 0 are the same number in JSON
        const plain = (value: Json): unknown => JSON.parse(JSON.stringify(value));
        if (isSame) expect(plain(a)).toEqual(plain(b));
        else expect(plain(a)).not.toEqual(plain(b));
      }),
    );
  });
});

describe('compareLists', () => {
  it('leads from one list to the other, whatever they are', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const steps = compareLists(before, after);
        const made = steps.flatMap((step) => (step.kind === 'removed' ? [] : [after[step.after]]));
        const used = steps.flatMap((step) => (step.kind === 'added' ? [] : [before[step.before]]));
        expect([made, used]).toEqual([after, before]);
        for (const step of steps)
          if (step.kind === 'same') expect(before[step.before]).toBe(after[step.after]);
      }),
    );
  });

  it('answers at once for two big lists that have nothing in common', () => {
    const before = Array.from({ length: 60_000 }, (_, i) => `before ${i}`);
    const after = Array.from({ length: 60_000 }, (_, i) => `after ${i}`);
    expect(compareLists(before, after)).toHaveLength(120_000);
  });
});

describe('textDiff', () => {
  const names = { from: 'main 1', to: 'main 2' };
  const lines = (...numbers: readonly (number | string)[]): string => numbers.map((n) => `${n}\n`).join('');

  it('shows a change with three lines around it', () => {
    expect(textDiff(lines(1, 2, 3, 4, 5, 6, 7, 8, 9), lines(1, 2, 3, 4, 'five', 6, 7, 8, 9), names)).toBe(
      '--- main 1\n+++ main 2\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  it('keeps changes apart that have nothing to do with one another', () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i + 1);
    const text = textDiff(lines(...numbers), lines('first', ...numbers, 'last'), names);
    expect(text.match(/^@@ .*$/gm)).toEqual(['@@ -1,3 +1,4 @@', '@@ -18,3 +19,4 @@']);
  });

  it('is empty for two texts with the same lines, and begins at 0 for an empty one', () => {
    expect(textDiff('a\nb', 'a\r\nb\n', names)).toBe('');
    expect(textDiff('', 'a', names)).toContain('@@ -0,0 +1,1 @@\n+a\n');
  });
});
