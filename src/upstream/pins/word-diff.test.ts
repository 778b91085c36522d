import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordDiff } from './word-diff.ts';

describe('wordDiff', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ' ', '\n', 'is  '), { maxLength: 30 })
    .map((parts) => parts.join(' '));

  it('loses nothing of either text', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const runs = wordDiff(before, after);
        const without = (kind: string): string =>
          runs
            .filter((run) => run.kind !== kind)
            .map((run) => run.text)
            .join('');
        expect(without('added')).toBe(before);
        expect(without('removed')).toBe(after);
      }),
    );
  });

  it('keeps what is the same, and says it is all the same for equal texts', () => {
    expect(wordDiff('one two three', 'one 2 three')).toEqual([
      { kind: 'same', text: 'one ' },
      { kind: 'removed', text: 'two ' },
      { kind: 'added', text: '2 ' },
      { kind: 'same', text: 'three' },
    ]);
    expect(wordDiff('x y', 'x y')).toEqual([{ kind: 'same', text: 'x y' }]);
    expect(wordDiff('', '')).toEqual([]);
  });
});
