import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editDistance } from './edit-distance.ts';

it.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['flunetcrm', 'fluentcrm', 1],
  ['newsleter', 'newsletter', 1],
])('%j is so far from %j: %i', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
});

it('is the same both ways, and never more than the longer text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
