import { describe, expect, it } from 'vitest';
import { inWords } from './time-ago.tsx';

describe('a distance in time', () => {
  it.each([
    [0, 'just now'],
    [-499, 'just now'],
    [-1_400, '1 second ago'],
    [-59_400, '59 seconds ago'],
    [-59_600, '1 minute ago'],
    [-89_000, '1 minute ago'],
    [-90_000, '2 minutes ago'],
    [-3_599_000, '1 hour ago'],
    [-23.6 * 3_600_000, 'yesterday'],
    [29.6 * 86_400_000, 'next month'],
    [-364 * 86_400_000, 'last year'],
    [5_400_000, 'in 2 hours'],
    [-800 * 86_400_000, '2 years ago'],
  ])('of %d ms is rounded: %s', (distance, text) => {
    expect(inWords(distance)).toBe(text);
  });
});
