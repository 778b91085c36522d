import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashGrantToken, isGrantToken, isMistypedToken, newGrantToken, newId } from './ids.ts';

describe('newId', () => {
  it('carries its prefix and nothing that needs escaping', () => {
    expect(newId('grant')).toMatch(/^grant_[0-9A-Za-z]{22}$/);
  });

  it('sorts by the time it was made, within a millisecond by order', () => {
    const times = [0, 1, 35, 36, 1_700_000_000_000, 1_700_000_000_001, 4_102_444_800_000];
    const ids = times.flatMap((time) => Array.from({ length: 200 }, () => newId('x', time)));
    expect(ids.toSorted()).toEqual(ids);
  });

  it('never repeats, not even when the clock stands still or goes back', () => {
    const ids = Array.from({ length: 5000 }, (_, i) => newId('x', 1000 - (i % 3)));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('newGrantToken', () => {
  it('has the published shape, and is different each time', () => {
    const tokens = Array.from({ length: 500 }, newGrantToken);
    for (const token of tokens) {
      expect(token).toMatch(/^tg_[0-9A-Za-z]{40,}$/);
      expect(isGrantToken(token)).toBe(true);
    }
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});

describe('isMistypedToken', () => {
  it('tells a typing error in any place', () => {
    const token = newGrantToken();
    expect(isMistypedToken(token)).toBe(false);
    for (let i = 3; i < token.length; i++) {
      const wrong = `${token.slice(0, i)}${token[i] === 'x' ? 'y' : 'x'}${token.slice(i + 1)}`;
      expect(isMistypedToken(wrong), wrong).toBe(true);
    }
  });

  it('does not judge tokens of another making', () => {
    expect(isMistypedToken(`tg_${'a'.repeat(40)}`)).toBe(false);
    expect(isMistypedToken('tg_short')).toBe(false);
  });
});

describe('isGrantToken', () => {
  it.each([
    ['an own token of another length', `tg_${'a'.repeat(40)}`, true],
    ['too short', `tg_${'a'.repeat(39)}`, false],
    ['another prefix', `xx_${'a'.repeat(49)}`, false],
    ['a line after it', `${newGrantToken()}\n`, false],
    ['a space before it', ` ${newGrantToken()}`, false],
    ['other characters', `tg_${'-'.repeat(49)}`, false],
    ['nothing', '', false],
  ])('judges %s', (_name, token, expected) => {
    expect(isGrantToken(token)).toBe(expected);
  });
});

describe('hashGrantToken', () => {
  it('is the SHA-256 in hex', () => {
    expect(hashGrantToken('tg_example')).toBe(createHash('sha256').update('tg_example').digest('hex'));
  });
});
