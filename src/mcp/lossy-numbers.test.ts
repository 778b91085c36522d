import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { survivesDouble } from './lossy-numbers.ts';

describe('survivesDouble', () => {
  it.each([
    '0',
    '0.0',
    '0e99999999999999999999',
    '1',
    '1.0',
    '1.50',
    '-1.5e-3',
    '100e-2',
    '0.1',
    '0.30000000000000004',
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '1e21',
    '1E+22',
    '1e23',
    '123456789012345',
    '1.7976931348623157e308',
    '5e-324',
  ])('says yes to %s', (token) => {
    expect(survivesDouble(token)).toBe(true);
  });

  it.each([
    '-0',
    '-0.0',
    '-0e5',
    '9007199254740993',
    '-9007199254740993',
    '18446744073709551615',
    '123456789012345678901234567890',
    '1e400',
    '-1e400',
    '1e-400',
    '-1e-400',
    '1e99999999999999999999',
    '1e-99999999999999999999',
    '0.1000000000000000001',
    '1.00000000000000000001',
    '100.00000000000000001',
    '4.9e-324',
  ])('says no to %s', (token) => {
    expect(survivesDouble(token)).toBe(false);
  });

  it('says yes to every double as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(survivesDouble(String(value))).toBe(true);
      }),
    );
  });

  it('says no to every integer that the double changes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
        fc.pre(BigInt(Number(integer)) !== integer);
        expect(survivesDouble(String(integer))).toBe(false);
      }),
    );
  });

  it('says yes to every safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (integer) => {
        expect(survivesDouble(String(integer))).toBe(true);
      }),
    );
  });

  it('takes time in proportion to the length of the token', () => {
    const zeros = '0'.repeat(1_000_000);
    expect(survivesDouble(`1${zeros}1`)).toBe(false);
    expect(survivesDouble(`0.${zeros}1`)).toBe(false);
    expect(survivesDouble(`0.1${zeros}`)).toBe(true);
  });
});
