import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pageOf, readCursor, writeCursor } from './paging.ts';

const items = [5, 3, 1, 4, 2].map((at) => ({ at, id: `item-${at}` }));
const placeOf = ({ at, id }: { at: number; id: string }): readonly [number, string] => [at, id];

describe('pageOf', () => {
  it('gives every item once, in order, over pages of any size', () => {
    for (const limit of [1, 2, 3, 5, 200]) {
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = pageOf(items, { limit, cursor }, placeOf);
        seen.push(...page.items.map(({ at }) => at));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it('goes the other way for what is shown newest first', () => {
    const first = pageOf(items, { limit: 2 }, placeOf, 'newest');
    expect(first.items.map(({ at }) => at)).toEqual([5, 4]);
    const second = pageOf(items, { limit: 3, cursor: first.next }, placeOf, 'newest');
    expect(second.items.map(({ at }) => at)).toEqual([3, 2, 1]);
    expect(second.next).toBeUndefined();
  });

  it('goes on in the same place when the item there is gone', () => {
    const { next } = pageOf(items, { limit: 2 }, placeOf);
    const fewer = items.filter(({ at }) => at !== 2);
    expect(pageOf(fewer, { limit: 9, cursor: next }, placeOf).items.map(({ at }) => at)).toEqual([3, 4, 5]);
  });

  it('refuses a cursor of another list', () => {
    expect(() => pageOf(items, { limit: 2, cursor: writeCursor(['name']) }, placeOf)).toThrow(
      expect.objectContaining({ code: 'usage.cursor' }),
    );
  });
});

describe('readCursor', () => {
  const shape = z.tuple([z.int(), z.string()]);

  it('gives back what was written', () => {
    expect(readCursor(writeCursor([7, 'zażółć']), shape)).toEqual([7, 'zażółć']);
  });

  it.each([
    '',
    'x',
    'bm90IGpzb24',
    `${writeCursor([7, 'a'])}=`,
    `${writeCursor([7, 'a'])}!`,
    writeCursor(['7', 'a']),
  ])('refuses %j', (cursor) => {
    expect(() => readCursor(cursor, shape)).toThrow(expect.objectContaining({ code: 'usage.cursor' }));
  });
});
