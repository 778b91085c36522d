import { describe, expect, it } from 'vitest';
import { lazyPattern, Undecidable } from './ecma-pattern.ts';
import { Meter } from './meter.ts';

const test = (source: string, text: string) => lazyPattern(source, new Meter(10_000_000)).test(text);

describe('lazyPattern', () => {
  it.each([
    '^[a-z0-9-]+$',
    '^\\u0041\\u{42}?$',
    '\\uD83D\\uDE00',
    '^\\cA$',
    '^[^]$',
    '[]',
    'x[]|a',
    '^.$',
    '^\\s+$',
    '^\\S+$',
    '^[\\s,]+$',
    '^[\\b]$',
    '\\bword\\b',
    '^\\d{4}-\\d{2}$',
    '^[[a]$',
    '^(?<year>\\d+)$',
    '^\\/a\\.b$',
    '^\\v\\0$',
    '^\\x41\\p{L}*$',
    '^[\\w.-]+@[\\w.-]+$',
  ])(
    '%s means what it means in ECMAScript',
    (source) => {
      const texts = [
        '',
        'a',
        'A',
        'AB',
        '\u0001',
        '\n',
        '\r',
        '\u2028',
        '\u00a0',
        '\ufeff',
        ' , ',
        '\b',
        'a word',
        '2026-11',
        '[',
        '7',
        '/a.b',
        '\v\0',
        'Ać',
        'a@b.c',
        '😀',
        'x',
      ];
      for (const text of texts) {
        expect([text, test(source, text)]).toEqual([text, new RegExp(source, 'u').test(text)]);
      }
    },
    20_000,
  );

  it.each([
    '(?=a)',
    '(?<=a)b',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '[^\\S]',
    '(((',
    'a{5000}',
    '\\Aa',
    '\\p{Script=Greek}',
  ])('cannot decide %s, and says so only when it is met', (source) => {
    const pattern = lazyPattern(source, new Meter(10_000_000));
    expect(() => pattern.test('a')).toThrow(Undecidable);
  });

  it('cannot decide a text that is too long', () => {
    expect(() => test('^(a+)+$', 'a'.repeat(1_000_000))).toThrow(Undecidable);
  });
});
