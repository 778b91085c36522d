import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { Meter } from './meter.ts';
import { compilePattern } from './pattern.ts';

function compiled(source: string) {
  const result = compilePattern(source);
  if (!('pattern' in result)) throw new Error(result.message);
  return result.pattern;
}

const plenty = () => new Meter(10_000_000);

describe('compilePattern', () => {
  it('searches anywhere in the text', () => {
    expect(compiled('b+').test('abbc', plenty())).toBe(true);
    expect(compiled('^(make test|ls( .*)?)$').test('ls -la', plenty())).toBe(true);
    expect(compiled('^(make test|ls( .*)?)$').test('ls\nrm', plenty())).toBe(false);
  });

  it('finds the same with and without the engine', () => {
    const piece = fc.constantFrom('a', 'B', '-', ' ', 'ab', '1', '\n');
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    const literal = text.map((written) => written.replaceAll('\n', ''));
    const anchored = fc.tuple(fc.constantFrom('', '^'), literal, fc.constantFrom('', '$'));
    fc.assert(
      fc.property(anchored, text, (parts, given) => {
        const source = parts.join('');
        const byEngine = RE2JS.compile(source).test(given);
        expect(compiled(source).test(given, plenty())).toBe(byEngine);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['(a', 'a(?=b)', '(?<!a)b', '(a)\\1', '[z-a]', '*a', 'a{1001}'])('refuses %s', (source) => {
    expect(compilePattern(source)).toHaveProperty('message', expect.stringContaining('RE2 syntax'));
  });

  it('refuses a program that is too large', () => {
    expect(compilePattern('a'.repeat(10_001))).toHaveProperty('message', expect.stringContaining('too long'));
    expect(compilePattern('[a-z]{1,400}')).toHaveProperty('message', expect.stringContaining('too large'));
  });

  it('does not search a text that is too long for the pattern', () => {
    const pattern = compiled('(x+x+)+y');
    expect(pattern.test('x'.repeat(1000), plenty())).toBe(false);
    expect(pattern.test('x'.repeat(1_000_000), plenty())).toBeUndefined();
  });

  it('stops when the decision has used up its budget', () => {
    const meter = new Meter(100);
    expect(compiled('abc').test('x'.repeat(10), meter)).toBe(false);
    expect(compiled('abc').test('x'.repeat(100), meter)).toBeUndefined();
    meter.reset();
    expect(compiled('abc').test('x'.repeat(10), meter)).toBe(false);
  });
});
