import { describe, expect, it } from 'vitest';
import { parsePath, walkPath } from './path.ts';
import { matchIf, Verdict } from './verdict.ts';

describe('parsePath', () => {
  it.each([
    ['args.amount', ['amount']],
    ['args.a.b.c', ['a', 'b', 'c']],
    ['args.items[0]', ['items', 0]],
    ['args.items[*].price', ['items', '*', 'price']],
    ['args["a.b"]', ['a.b']],
    ['args.["a.b"]', ['a.b']],
    ['args.x["a\\"]b"].y', ['x', 'a"]b', 'y']],
    ['args.x["\\u0041"]', ['x', 'A']],
    ['args.__proto__.constructor', ['__proto__', 'constructor']],
    ['args.zażółć-1', ['zażółć-1']],
    ['args.m[10][2]', ['m', 10, 2]],
  ])('reads %s', (text, expected) => {
    const parsed = parsePath(text);
    if (!('path' in parsed)) throw new Error(parsed.message);
    const steps = parsed.path.steps.map((step) =>
      step.kind === 'key' ? step.key : step.kind === 'index' ? step.index : '*',
    );
    expect(steps).toEqual(expected);
    expect(parsed.path.argument).toBe(expected[0]);
  });

  it.each([
    ['', 'must start with "args."'],
    ['amount', 'must start with "args."'],
    ['argsamount', 'must start with "args."'],
    ['args', 'names no argument'],
    ['args.', 'must start with "args."'],
    ['args.a.', 'empty or odd key'],
    ['args..a', 'must start with'],
    ['args.a..b', 'empty or odd key'],
    ['args.a b', 'empty or odd key'],
    ['args.a ', 'empty or odd key'],
    ['args[0]', 'must name an argument first'],
    ['args[*]', 'must name an argument first'],
    ['args.a[-1]', 'unreadable'],
    ['args.a[01]', 'unreadable'],
    ['args.a[x]', 'unreadable'],
    ['args.a["x]', 'unreadable'],
    ['args.a["\\x"]', 'not a JSON string'],
    ['args.a]', 'empty or odd key'],
  ])('refuses %j', (text, message) => {
    const parsed = parsePath(text);
    expect('message' in parsed && parsed.message).toContain(message);
  });
});

describe('walkPath', () => {
  const isFive = { missing: Verdict.noMatch, test: (value: unknown) => matchIf(value === 5) };
  const undecidableText = {
    missing: Verdict.noMatch,
    test: (value: unknown) => (typeof value === 'string' ? Verdict.undecidable : matchIf(value === 5)),
  };

  function walk(args: unknown, text: string, leaf = isFive) {
    const parsed = parsePath(text);
    if (!('path' in parsed)) throw new Error(parsed.message);
    return walkPath(args, parsed.path.steps, leaf);
  }

  it.each([
    ['a value', { a: 5 }, 'args.a', Verdict.match],
    ['another value', { a: 6 }, 'args.a', Verdict.noMatch],
    ['a nested value', { a: { b: [{ c: 5 }] } }, 'args.a.b[0].c', Verdict.match],
    ['an absent member', {}, 'args.a', Verdict.noMatch],
    ['a member of an absent member', {}, 'args.a.b', Verdict.noMatch],
    ['a member of null', { a: null }, 'args.a.b', Verdict.noMatch],
    ['an index out of range', { a: [1] }, 'args.a[1]', Verdict.noMatch],
    ['any element, one fits', { a: [1, 5] }, 'args.a[*]', Verdict.match],
    ['any element, none fits', { a: [1, 2] }, 'args.a[*]', Verdict.noMatch],
    ['any element of an empty array', { a: [] }, 'args.a[*]', Verdict.noMatch],
    ['any element, nested', { a: [{ b: [1] }, { b: [5] }] }, 'args.a[*].b[*]', Verdict.match],
    ['any element, some without the member', { a: [{}, { b: 5 }] }, 'args.a[*].b', Verdict.match],
    ['a member of a text', { a: 'x' }, 'args.a.b', Verdict.undecidable],
    ['a member of an array', { a: [] }, 'args.a.b', Verdict.undecidable],
    ['an element of an object', { a: { 0: 5 } }, 'args.a[0]', Verdict.undecidable],
    ['any element of a text', { a: 'x' }, 'args.a[*]', Verdict.undecidable],
    ['arguments that are an array', [5], 'args.a', Verdict.undecidable],
    ['an inherited member', {}, 'args.toString', Verdict.noMatch],
    ['an own member __proto__', JSON.parse('{"__proto__": 5}'), 'args.__proto__', Verdict.match],
    ['the prototype', {}, 'args.__proto__', Verdict.noMatch],
    ['the length of an array', { a: [1] }, 'args.a.length', Verdict.undecidable],
  ])('%s', (_, args, text, verdict) => {
    expect(walk(args, text)).toBe(verdict);
  });

  it.each([[['x', 5]], [[5, 'x']], [[1, 'x', 1]]])('one undecidable element decides: %j', (elements) => {
    expect(walk({ a: elements }, 'args.a[*]', undecidableText)).toBe(Verdict.undecidable);
  });
});
