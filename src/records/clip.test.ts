import { describe, expect, it } from 'vitest';
import { clip } from './clip.ts';

describe('clip', () => {
  it.each([
    ['a short text as it is', 'abc', 'abc'],
    ['a text of exactly the length as it is', 'abcdefgh', 'abcdefgh'],
    ['a longer text with an ellipsis', 'abcdefghi', 'abcdefg…'],
    ['a text that escaping makes longer', '\nabcdef', '\\u{a}ab…'],
    ['nothing of an escape that does not fit whole', 'abcdef\n', 'abcdef…'],
    ['no half of a character', 'abcdef🚀🚀', 'abcdef…'],
  ])('gives %s', (_name, text, expected) => {
    expect(clip(text, 8)).toBe(expected);
  });
});
