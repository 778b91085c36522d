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
