import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControls, safeJson } from './escape.ts';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('escapeControls', () => {
  it.each([
    ['a new line', 'a\nb', 'a\\u{a}b'],
    ['a colour', '\u001b[31mred', '\\u{1b}[31mred'],
    ['an 8-bit control sequence', '\u009b31m', '\\u{9b}31m'],
    ['NUL and DEL', '\0\u007f', '\\u{0}\\u{7f}'],
    ['a bidi override', 'a\u202Eb', 'a\\u{202e}b'],
    ['a zero-width space', 'a\u200Bb', 'a\\u{200b}b'],
    ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['a tag character', '\u{E0041}', '\\u{e0041}'],
    ['half a surrogate pair', '\ud800', '\\u{d800}'],
    ['nothing of ordinary text', 'Wstrzymuje kampanię 活动 🚀 "a\\b"', 'Wstrzymuje kampanię 活动 🚀 "a\\b"'],
  ])('escapes %s', (_name, text, expected) => {
    expect(escapeControls(text)).toBe(expected);
  });
});

describe('safeJson', () => {
  it('is JSON of the same value, on one line, with nothing unsafe in it', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '\u001b', '\u009b', '\u202e', '\u{E0041}', '🚀', '\ud800'),
    });
    fc.assert(
      fc.property(fc.record({ a: text, b: fc.array(text) }), (value) => {
        const json = safeJson(value);
        expect(JSON.parse(json)).toEqual(value);
        expect(json).not.toMatch(UNSAFE);
      }),
    );
  });
});
