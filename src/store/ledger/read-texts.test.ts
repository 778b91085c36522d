import { describe, expect, it } from 'vitest';
import { ReadTexts } from './read-texts.ts';

describe('texts that are read', () => {
  it('are read once, wherever they stand', () => {
    const seen: string[] = [];
    const texts = new ReadTexts((text) => {
      seen.push(text);
      return { text };
    });
    const first = texts.read('<abc>', 1, 4);
    expect(first).toEqual({ text: 'abc' });
    expect(texts.read('xxabcxx', 2, 5)).toBe(first);
    expect(texts.read('abc', 0, 2)).toEqual({ text: 'ab' });
    for (const other of 'defghijk') texts.read(other, 0, 1);
    expect(texts.read('abc', 0, 3)).toBe(first);
    expect(seen).toEqual(['abc', 'ab', ...'defghijk']);
  });

  it('are told apart from all that only begin or end like them', () => {
    const texts = new ReadTexts((text) => text.toUpperCase());
    for (const text of ['ab', 'abc', 'a', 'bc', '', 'b', 'c'])
      expect(texts.read(`-${text}-`, 1, 1 + text.length)).toBe(text.toUpperCase());
  });

  it('that cannot be read are tried again', () => {
    let tries = 0;
    const texts = new ReadTexts(() => void tries++);
    expect(texts.read('x', 0, 1)).toBeUndefined();
    expect(texts.read('x', 0, 1)).toBeUndefined();
    expect(tries).toBe(2);
  });

  it('are kept while no new one comes, however many there are', () => {
    let reads = 0;
    const texts = new ReadTexts(() => ++reads);
    for (let round = 0; round < 3; round++)
      for (let number = 0; number < 2_000; number++) texts.read(String(number), 0, String(number).length);
    expect(reads).toBe(2_000);
  });

  it('are forgotten before there are too many', () => {
    const seen = new Map<string, number>();
    const texts = new ReadTexts((text) => seen.set(text, (seen.get(text) ?? 0) + 1));
    for (let round = 0; round < 2; round++)
      for (let number = 0; number < 5_000; number++) texts.read(String(number), 0, String(number).length);
    expect(Math.max(...seen.values())).toBe(2);
  });
});
