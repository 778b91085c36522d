import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonText } from './json-text.ts';

it('writes any text as JSON does', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'a "b"', '\\', '\u007f', '\ud800', ' !#[]~'),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(jsonText(text)).toBe(JSON.stringify(text));
    }),
    { numRuns: 1_000 },
  );
});
