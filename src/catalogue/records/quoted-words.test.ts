import { describe, expect, it } from 'vitest';
import { quotedWords } from './quoted-words.ts';

describe('quotedWords', () => {
  it.each([
    ['Wstrzymuje kampanię', 'Wstrzymuje kampanię'],
    ['one two three four five six seven eight nine', 'one two three four five six seven eight'],
    ['', ''],
  ])('of "%s"', (quote, words) => {
    expect(quotedWords(quote)).toBe(words);
  });

  it('counts words in scripts without spaces', () => {
    expect(quotedWords('删除指定用户的所有数据并且不可恢复请谨慎操作').length).toBeLessThan(22);
  });
});
