import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaderValue, encodeHeaderValue, trimWhitespace } from './header-value.ts';

describe('header values', () => {
  it.each([
    ['run_report', 'run_report'],
    ['', ''],
    ['two words', 'two words'],
    ['a\tb', 'a\tb'],
    ['zażółć', '=?base64?emHFvMOzxYLEhw==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line\nend', '=?base64?bGluZQplbmQ=?='],
    ['=?base64?YQ==?=', '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
    ['=?base64?YQ==', '=?base64?YQ=='],
    ['=?BASE64?YQ==?=', '=?BASE64?YQ==?='],
    ['\u007f', '=?base64?fw==?='],
  ])('writes %j as %j and reads it back', (text, value) => {
    expect(encodeHeaderValue(text)).toBe(value);
    expect(decodeHeaderValue(value)).toBe(text);
  });

  it.each([
    ['whitespace around a plain value', ' name ', 'name'],
    ['whitespace around an encoded value', '\t=?base64?IGE=?= ', ' a'],
    ['an encoded value that needed no encoding', '=?base64?YQ==?=', 'a'],
    ['an empty payload', '=?base64??=', ''],
    ['markers in upper case as plain text', '=?BASE64?YQ==?=', '=?BASE64?YQ==?='],
    ['a byte order mark as text', '=?base64?77u/YQ==?=', '\ufeffa'],
  ])('reads %s', (_, value, text) => {
    expect(decodeHeaderValue(value)).toBe(text);
  });

  it.each([
    ['missing padding', '=?base64?YQ?='],
    ['too much padding', '=?base64?YWI==?='],
    ['unused bits that are not zero', '=?base64?YR==?='],
    ['the URL alphabet', '=?base64?_-8=?='],
    ['whitespace inside', '=?base64?YQ ==?='],
    ['bytes that are not UTF-8', '=?base64?/w==?='],
    ['a surrogate as bytes', '=?base64?7aCA?='],
    ['latin-1 characters', 'caf\u00e9'],
    ['a control character', 'a\u0000b'],
    ['a line end', 'a\r\nb'],
    ['a line end inside the payload', '=?base64?YQ==\n?='],
  ])('refuses %s', (_, value) => {
    expect(decodeHeaderValue(value)).toBeUndefined();
  });

  it('carries every text, in characters that a header may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = encodeHeaderValue(text);
        expect(value).toMatch(/^[\x20-\x7e\t]*$/);
        expect(trimWhitespace(value)).toBe(value);
        expect(decodeHeaderValue(` ${value}\t`)).toBe(text);
      }),
    );
  });
});
