import { describe, expect, it } from 'vitest';
import { findLookAlike, foldKey } from './folded-key.ts';

describe('foldKey', () => {
  it.each([
    ['amount', 'amount'],
    ['Amount', 'amount'],
    ['AMOUNT', 'amount'],
    ['amount\u0000', 'amount'],
    ['ａｍｏｕｎｔ', 'amount'],
    ['param\u017F', 'params'],
    ['\u212Aey', 'key'],
    ['straße', 'strasse'],
  ])('%j folds to %s', (key, folded) => {
    expect(foldKey(key)).toBe(folded);
  });
});

describe('findLookAlike', () => {
  const judged = new Map([['amount', new Set(['amount'])]]);

  it.each([
    [{ amount: 1, reason: 'x' }, undefined],
    [{}, undefined],
    [{ Amount: 1 }, 'Amount'],
    [{ 'amount\u0000': 1 }, 'amount\u0000'],
    [{ amount: 1, AMOUNT: 2 }, 'AMOUNT'],
    [{ note: 1, Note: 2 }, 'Note'],
    [{ note: 1, Remark: 2 }, undefined],
    ['not an object', undefined],
    [null, undefined],
  ])('%j: %s', (args, found) => {
    expect(findLookAlike(args, judged)).toBe(found);
  });
});
