import { describe, expect, it } from 'vitest';
import { compareGlobs, compileGlob } from './glob.ts';

describe('compileGlob', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['list_*', 'list_tags', true],
    ['list_*', 'list_', true],
    ['list_*', 'List_tags', false],
    ['list_*', 'relist_tags', false],
    ['*_tags', 'list_tags', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a*bc*c', 'abc', false],
    ['a.c*', 'abc', false],
    ['a[bc]*', 'ab', false],
    ['a?*', 'ab', false],
    ['**', 'x', true],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
  ])('%s against %s: %s', (glob, name, matches) => {
    expect(compileGlob(glob)(name)).toBe(matches);
  });

  it('stays fast on a hostile glob and name', () => {
    const matches = compileGlob(`${'*a'.repeat(1000)}*b`);
    expect(matches('a'.repeat(100_000))).toBe(false);
  });
});

describe('compareGlobs', () => {
  it('puts most literal characters first, then fewest stars, then the order of code units', () => {
    const strongestFirst = ['list_ta*', 'list_*', 'list*', '*list', 'list**', '*'];
    // '*list' and 'list*' are equally strong; '*' sorts before 'l'.
    const expected = ['list_ta*', 'list_*', '*list', 'list*', 'list**', '*'];
    expect(strongestFirst.toSorted(compareGlobs)).toEqual(expected);
    expect(strongestFirst.toReversed().toSorted(compareGlobs)).toEqual(expected);
  });
});
