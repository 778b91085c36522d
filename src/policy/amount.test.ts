import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMicros } from './amount.ts';

describe('toMicros', () => {
  it.each([
    [0, 0],
    [-0, 0],
    [1, 1_000_000],
    [0.1, 100_000],
    [0.29, 290_000],
    [19.99, 19_990_000],
    [0.000001, 1],
    [1.000001, 1_000_001],
    [1e6, 1_000_000_000_000],
    [9007199254.74, 9_007_199_254_740_000],
  ])('counts %d as %d millionths', (amount, micros) => {
    expect(toMicros(amount)).toBe(micros);
  });

  it.each([
    -1,
    -0.000001,
    0.0000001,
    1.0000001,
    0.1 + 0.2,
    9007199254.740992,
    2 ** 53,
    1e21,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MIN_VALUE,
  ])('does not count %d', (amount) => {
    expect(toMicros(amount)).toBeUndefined();
  });

  it('is exact for every amount with six decimals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_007_199_254 }),
        fc.integer({ min: 0, max: 999_999 }),
        (whole, micros) => {
          const text = `${whole}.${String(micros).padStart(6, '0')}`;
          // Beyond fifteen digits two texts may mean one double.
          if (text.replace('.', '').replace(/^0+/, '').length > 15) return;
          expect(toMicros(Number(text))).toBe(whole * 1_000_000 + micros);
        },
      ),
    );
  });
});
