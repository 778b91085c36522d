import { describe, expect, it } from 'vitest';
import {
  countsInWords,
  counted,
  dayOf,
  joined,
  languageName,
  sentence,
  share,
  verb,
  withArticle,
} from './phrases.ts';

describe('numbers with nouns', () => {
  it.each([
    [0, 'no tools'],
    [1, '1 tool'],
    [2, '2 tools'],
    [12_345, '12,345 tools'],
  ])('%i', (count, words) => expect(counted(count, 'tool')).toBe(words));

  it('takes a plural that is not regular', () => {
    expect(counted(2, 'query', 'queries')).toBe('2 queries');
  });

  it('has a verb that goes with them', () => {
    expect(verb(1, 'deletes', 'delete')).toBe('deletes');
    expect(verb(3, 'deletes', 'delete')).toBe('delete');
  });
});

describe('articles', () => {
  it.each([
    ['Execute tool', 'an Execute tool'],
    ['Read tool', 'a Read tool'],
    ['Unknown tool', 'an Unknown tool'],
    ['unique name', 'a unique name'],
  ])('%s', (words, whole) => expect(withArticle(words)).toBe(whole));
});

describe('lists and sentences', () => {
  it('joins with commas and one word', () => {
    expect(joined([])).toBe('');
    expect(joined(['a'])).toBe('a');
    expect(joined(['a', 'b'])).toBe('a and b');
    expect(joined(['a', 'b', 'c'], 'or')).toBe('a, b or c');
  });

  it('ends with one full stop', () => {
    expect(sentence('it reads')).toBe('It reads.');
    expect(sentence('It reads. ')).toBe('It reads.');
  });

  it('says which classes are there, the worst first', () => {
    const counts = { read: 3, write: 0, execute: 1, destructive: 2, financial: 0, unknown: 1 };
    expect(countsInWords(counts)).toBe('2 Destructive, 1 Execute, 3 Read and 1 Unknown');
  });
});

describe('shares', () => {
  it.each([
    [0, 100, '0 %'],
    [1, 10_000, 'under 0.1 %'],
    [34, 1000, '3.4 %'],
    [1, 3, '33 %'],
    [1, 0, '0 %'],
  ])('%i of %i', (part, whole, words) => expect(share(part, whole)).toBe(words));
});

describe('days and languages', () => {
  it('names a day in UTC', () => {
    expect(dayOf('2026-11-05T23:59:59.000Z')).toBe('5 November 2026');
    expect(dayOf('yesterday')).toBe('yesterday');
  });

  it('names a language, and leaves what is none', () => {
    expect(languageName('pl')).toBe('Polish');
    expect(languageName('not a language')).toBe('not a language');
  });
});
