import { describe, expect, it } from 'vitest';
import { hashToken, isToken, newToken } from './tokens.ts';

describe('a token', () => {
  it('is of one kind, and no two are the same', () => {
    const token = newToken('key');
    expect(isToken('key', token)).toBe(true);
    expect(isToken('invitation', token)).toBe(false);
    expect(isToken('invitation', newToken('invitation'))).toBe(true);
    expect(newToken('key')).not.toBe(token);
    expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is told from one with a typing error without a look into the database', () => {
    const token = newToken('key');
    const wrong = token.at(10) === 'A' ? 'B' : 'A';
    expect(isToken('key', `${token.slice(0, 10)}${wrong}${token.slice(11)}`)).toBe(false);
    for (const text of [
      '',
      'tgk_',
      token.slice(0, -1),
      `${token}0`,
      ` ${token}`,
      token.replace('tgk_', 'tg_'),
    ])
      expect(isToken('key', text)).toBe(false);
  });
});
