import { describe, expect, it } from 'vitest';
import type { Condition } from './document.ts';
import { Meter } from './meter.ts';
import { compilePredicate } from './predicate.ts';
import { Verdict } from './verdict.ts';

const workshop = () => ({ meter: new Meter(4_000_000), patterns: new Map() });

function ask(conditions: object[], args: unknown) {
  const verdict = compilePredicate({ conditions: conditions as Condition[] }, workshop()).test(args);
  return Object.entries(Verdict).find(([, code]) => code === verdict)?.[0];
}

const SAMPLES = { null: null, bool: true, num: 5, text: 'five', list: [5, 'x'], obj: { a: 1 } };

describe('each operator against each type', () => {
  const MATCH = 'match';
  const NO = 'noMatch';
  const UNDECIDABLE = 'undecidable';
  it.each([
    // op, value, verdicts for null, bool, num, text, list, obj
    ['eq', 5, [NO, NO, MATCH, NO, NO, NO]],
    ['eq', 'five', [NO, NO, NO, MATCH, NO, NO]],
    ['eq', null, [MATCH, NO, NO, NO, NO, NO]],
    ['eq', [5, 'x'], [NO, NO, NO, NO, MATCH, NO]],
    ['eq', { a: 1 }, [NO, NO, NO, NO, NO, MATCH]],
    ['neq', 5, [MATCH, MATCH, NO, MATCH, MATCH, MATCH]],
    ['in', [5, null], [MATCH, NO, MATCH, NO, NO, NO]],
    ['in', [], [NO, NO, NO, NO, NO, NO]],
    ['not_in', [5, null], [NO, MATCH, NO, MATCH, MATCH, MATCH]],
    ['lt', 6, [UNDECIDABLE, UNDECIDABLE, MATCH, UNDECIDABLE, UNDECIDABLE, UNDECIDABLE]],
    ['lte', 5, [UNDECIDABLE, UNDECIDABLE, MATCH, UNDECIDABLE, UNDECIDABLE, UNDECIDABLE]],
    ['gt', 5, [UNDECIDABLE, UNDECIDABLE, NO, UNDECIDABLE, UNDECIDABLE, UNDECIDABLE]],
    ['gte', 5, [UNDECIDABLE, UNDECIDABLE, MATCH, UNDECIDABLE, UNDECIDABLE, UNDECIDABLE]],
    ['exists', true, [MATCH, MATCH, MATCH, MATCH, MATCH, MATCH]],
    ['exists', false, [NO, NO, NO, NO, NO, NO]],
    ['regex', '^f', [UNDECIDABLE, UNDECIDABLE, UNDECIDABLE, MATCH, UNDECIDABLE, UNDECIDABLE]],
    ['contains', 'iv', [UNDECIDABLE, UNDECIDABLE, UNDECIDABLE, MATCH, NO, UNDECIDABLE]],
    ['contains', 5, [UNDECIDABLE, UNDECIDABLE, UNDECIDABLE, UNDECIDABLE, MATCH, UNDECIDABLE]],
  ])('%s %j', (op, value, verdicts) => {
    const found = Object.values(SAMPLES).map((sample) => ask([{ path: 'args.x', op, value }], { x: sample }));
    expect(found).toEqual(verdicts);
  });

  it.each([
    ['5', 5],
    [1, true],
    ['true', true],
    [0, false],
    ['', null],
    [[], {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      [1, 2],
      [2, 1],
    ],
  ])('%j is not %j', (value, wanted) => {
    expect(ask([{ path: 'args.x', op: 'eq', value: wanted }], { x: value })).toBe('noMatch');
  });

  it('compares objects whatever the order of their members', () => {
    expect(ask([{ path: 'args.x', op: 'eq', value: { a: 1, b: [2] } }], { x: { b: [2], a: 1 } })).toBe(
      'match',
    );
  });
});

describe('a missing path', () => {
  it.each([
    [{ op: 'eq', value: 1 }, 'noMatch'],
    [{ op: 'neq', value: 1 }, 'noMatch'],
    [{ op: 'not_in', value: [1] }, 'noMatch'],
    [{ op: 'gt', value: 1 }, 'noMatch'],
    [{ op: 'gt', value: 1, on_missing: 'match' }, 'match'],
    [{ op: 'neq', value: 1, on_missing: 'no_match' }, 'noMatch'],
    [{ op: 'exists', value: true }, 'noMatch'],
    [{ op: 'exists', value: false }, 'match'],
  ])('%j: %s', (condition, verdict) => {
    expect(ask([{ path: 'args.x', ...condition }], {})).toBe(verdict);
    expect(ask([{ path: 'args.x.y', ...condition }], { x: null })).toBe(verdict);
    expect(ask([{ path: 'args.x[*]', ...condition }], { x: [] })).toBe(verdict);
  });
});

describe('several conditions', () => {
  const yes = { path: 'args.a', op: 'eq', value: 1 };
  const no = { path: 'args.a', op: 'eq', value: 2 };
  const undecidable = { path: 'args.b', op: 'gt', value: 1 };
  const args = { a: 1, b: 'x' };

  it.each([
    ['none', [], 'match'],
    ['all match', [yes, yes], 'match'],
    ['one does not', [yes, no], 'noMatch'],
    ['one is undecidable', [yes, undecidable], 'undecidable'],
    ['one is undecidable after one that does not match', [no, undecidable], 'undecidable'],
    ['one is undecidable before one that does not match', [undecidable, no], 'undecidable'],
  ])('%s', (_, conditions, verdict) => {
    expect(ask(conditions, args)).toBe(verdict);
  });
});

it('refuses to compile what was not validated', () => {
  expect(() => ask([{ path: 'amount', op: 'eq', value: 1 }], {})).toThrow('not validated');
  expect(() => ask([{ path: 'args.a', op: 'regex', value: '(' }], {})).toThrow('not validated');
});
