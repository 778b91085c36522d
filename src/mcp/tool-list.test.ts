import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './message.ts';
import { filterToolList, isToolListResult } from './tool-list.ts';

const tool = (name: string): JsonObject => ({ name, title: `Title of ${name}`, 'x-vendor': { deep: [1] } });
const keepAll = (): boolean => true;

describe('filterToolList', () => {
  it('keeps order, unknown members and the cursor', () => {
    const page = { tools: [tool('b'), tool('a'), tool('c')], nextCursor: '', extra: { x: 1 } };
    expect(filterToolList(page, (name) => name !== 'a', 'legacy')).toEqual({
      tools: [tool('b'), tool('c')],
      nextCursor: '',
      extra: { x: 1 },
    });
  });

  it('keeps the cursor of a page that lost all its tools', () => {
    const page = { tools: [tool('a')], nextCursor: 'n' };
    expect(filterToolList(page, () => false, 'legacy')).toEqual({ tools: [], nextCursor: 'n' });
  });

  it('drops the later of two tools with one name', () => {
    const page = { tools: [tool('a'), { name: 'a', title: 'other' }, tool('b')] };
    expect(filterToolList(page, keepAll, 'legacy')).toEqual({ tools: [tool('a'), tool('b')] });
  });

  it('drops whatever is no tool with a name', () => {
    const page = { tools: [null, 'a', 1, [tool('x')], {}, { name: 1 }, tool('a')] };
    expect(filterToolList(page, keepAll, 'legacy')).toEqual({ tools: [tool('a')] });
  });

  it('judges names as they are', () => {
    const page = { tools: [tool('__proto__'), tool('Echo'), tool('echo '), tool('echo')] };
    expect(filterToolList(page, (name) => name === 'echo', 'legacy')).toEqual({ tools: [tool('echo')] });
  });

  it('hands the very same object back when nothing changes', () => {
    const legacy = { tools: [tool('a')] };
    expect(filterToolList(legacy, keepAll, 'legacy')).toBe(legacy);
    const modern = { tools: [tool('a')], ttlMs: 5, cacheScope: 'private' };
    expect(filterToolList(modern, keepAll, 'modern', { ttlMs: 9 })).toBe(modern);
  });

  it('does not change its input', () => {
    const page = { tools: [tool('a'), tool('b')], ttlMs: 9 };
    const before = JSON.stringify(page);
    filterToolList(page, () => false, 'modern');
    expect(JSON.stringify(page)).toBe(before);
  });

  it.each<[string, JsonObject, { ttlMs?: number }, number]>([
    ['no hints', {}, {}, 0],
    ['no hints, whatever we would allow', {}, { ttlMs: 60 }, 0],
    ['the shorter one, ours', { ttlMs: 100, cacheScope: 'public' }, { ttlMs: 60 }, 60],
    ['the shorter one, the server’s', { ttlMs: 10, cacheScope: 'public' }, { ttlMs: 60 }, 10],
    ['the server’s, when we set none', { ttlMs: 10, cacheScope: 'public' }, {}, 10],
    ['a negative one', { ttlMs: -1, cacheScope: 'public' }, { ttlMs: 60 }, 0],
    ['a fraction', { ttlMs: 1.5, cacheScope: 'public' }, {}, 0],
    ['a text', { ttlMs: '10', cacheScope: 'public' }, {}, 0],
  ])('makes a modern page private, with a life of %s', (_, hints, options, ttlMs) => {
    const page = { tools: [tool('a')], resultType: 'complete', ...hints };
    expect(filterToolList(page, keepAll, 'modern', options)).toEqual({
      tools: [tool('a')],
      resultType: 'complete',
      ttlMs,
      cacheScope: 'private',
    });
  });

  it('adds no hints to a legacy page', () => {
    expect(filterToolList({ tools: [tool('a')] }, () => false, 'legacy')).toEqual({ tools: [] });
  });

  it('gives an empty list rather than something it cannot read', () => {
    expect(filterToolList({ tools: { a: tool('a') } }, keepAll, 'legacy')).toEqual({ tools: [] });
  });

  it('keeps a __proto__ member from becoming a prototype', () => {
    const page = JSON.parse('{"tools":[{"name":"a"}],"__proto__":{"polluted":true}}') as JsonObject;
    const filtered = filterToolList(page, () => false, 'legacy');
    expect(Object.getPrototypeOf(filtered)).toBe(Object.prototype);
    expect(filtered['polluted']).toBeUndefined();
  });
});

describe('isToolListResult', () => {
  it.each<[Json | undefined, boolean]>([
    [{ tools: [] }, true],
    [{ tools: [1], other: 2 }, true],
    [{ tools: {} }, false],
    [{}, false],
    [[], false],
    [null, false],
    [undefined, false],
    ['tools', false],
  ])('%j: %s', (value, expected) => {
    expect(isToolListResult(value)).toBe(expected);
  });
});
