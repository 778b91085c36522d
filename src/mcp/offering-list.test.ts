import { describe, expect, it } from 'vitest';
import type { JsonObject } from './message.ts';
import { filterOfferingLists, listsOfferings } from './offering-list.ts';

const all = (): boolean => true;
const none = (): boolean => false;

describe('filterOfferingLists', () => {
  it('looks at each list by its own kind of name', () => {
    const asked: string[] = [];
    const result = {
      resources: [{ uri: 'x://a', name: 'n' }],
      resourceTemplates: [{ uriTemplate: 'x://{a}', name: 'n' }],
      prompts: [{ name: 'p' }],
      nextCursor: '',
    };
    const filtered = filterOfferingLists(
      result,
      (kind, name) => {
        asked.push(`${kind} ${name}`);
        return kind === 'template';
      },
      'legacy',
    );
    expect(asked).toEqual(['resource x://a', 'template x://{a}', 'prompt p']);
    expect(filtered).toEqual({
      resources: [],
      resourceTemplates: [{ uriTemplate: 'x://{a}', name: 'n' }],
      prompts: [],
      nextCursor: '',
    });
  });

  it('drops what has no text name, whoever may see all', () => {
    const result = { resources: [null, 'x://a', [], {}, { uri: 1 }, { URI: 'x://a' }, { uri: 'x://a' }] };
    expect(filterOfferingLists(result, all, 'legacy')).toEqual({ resources: [{ uri: 'x://a' }] });
  });

  it.each<[string, JsonObject, 'legacy' | 'modern']>([
    ['a whole list', { prompts: [{ name: 'p' }] }, 'legacy'],
    ['a private list', { prompts: [{ name: 'p' }], ttlMs: 5, cacheScope: 'private' }, 'modern'],
    ['contents', { contents: [{ uri: 'x://a' }] }, 'legacy'],
    ['something else', { content: [], isError: false }, 'modern'],
    ['members that are no lists', { resources: { a: 1 }, prompts: 'all' }, 'modern'],
    ['a question', { resultType: 'input_required', contents: [] }, 'modern'],
  ])('hands back the very same object for %s', (_, result, era) => {
    expect(filterOfferingLists(result, all, era)).toBe(result);
  });

  it.each(['resources', 'resourceTemplates', 'prompts', 'contents'])('makes modern %s private', (member) => {
    for (const hints of [{ ttlMs: 7, cacheScope: 'public' }, { ttlMs: 7 }]) {
      const filtered = filterOfferingLists(
        { resultType: 'complete', [member]: [], ...hints },
        none,
        'modern',
      );
      expect(filtered).toMatchObject({ ttlMs: 7, cacheScope: 'private' });
      expect(listsOfferings(filtered)).toBe(true);
    }
    for (const hints of [{}, { ttlMs: -1 }, { ttlMs: '7' }])
      expect(filterOfferingLists({ [member]: [], ...hints }, none, 'modern')).toMatchObject({
        ttlMs: 0,
        cacheScope: 'private',
      });
  });

  it('nothing else is looked at', () => {
    expect(listsOfferings({ tools: [], content: [], structuredContent: { resources: [] } })).toBe(false);
  });

  it('never removes what was read', () => {
    const result = { contents: [{ uri: 'x://a' }, {}] };
    expect(filterOfferingLists(result, none, 'modern')['contents']).toBe(result.contents);
  });
});
