import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#mcp';
import { compilePolicy } from '#policy';
import { filterCompletion } from './inspect-completion.ts';

const policy = compilePolicy(
  {
    version: '1',
    default: 'deny',
    resources: {
      hide: ['x://h/secret/*', 'x://h/a/key', 'x://h/b%20c'],
      uris: { 'x://h/*': {}, 'x://{host}/a': {} },
    },
  },
  { name: 'p', version: '1' },
);

function values(
  template: string,
  offered: readonly unknown[],
  context: object = {},
  argument = 'v',
): unknown {
  const result = {
    completion: { values: offered, total: 9, hasMore: true, more: 1 },
  } as unknown as JsonObject;
  const asked = { argument: { name: argument, value: '' }, context: { arguments: context } } as JsonObject;
  const offering = { kind: 'template', name: template } as const;
  const filtered = filterCompletion(result, { offering, asked, policy });
  return (filtered['completion'] as JsonObject)['values'];
}

describe('completions of a template', () => {
  it.each<[string, string, unknown[], unknown[]]>([
    ['a part of the path', 'x://h/{v}', ['a', 'b c'], ['a']],
    ['more than one part', 'x://h/{+v}', ['a', 'secret/key', 'a/key'], ['a']],
    ['a slash that is encoded', 'x://h/{v}', ['a', 'secret/key'], ['a']],
    ['a way up', 'x://h/{+v}', ['a', '../a'], ['a']],
    ['a part with a length', 'x://h/{v:3}/b', ['a', 'secret'], ['a']],
    ['a part in front of an open one', 'x://h/{v}/{w}', ['a', 'secret'], ['a']],
    ['what is no text', 'x://h/{v}', ['a', 7, null, { b: 1 }], ['a']],
    ['half a character', 'x://h/{v}', ['a', '\ud800'], ['a']],
    ['where the URI itself is not allowed', 'x://{host}/a', ['h', 'i'], ['h']],
  ])('%s', (_, template, offered, expected) => {
    expect(values(template, offered, {}, template.includes('host') ? 'host' : 'v')).toEqual(expected);
  });

  it('takes in what the other variables are', () => {
    expect(values('x://h/{w}/{v}', ['b', 'key'], { w: 'a' })).toEqual(['b']);
    expect(values('x://h/{w}/{v}', ['b', 'key'], { w: 'c' })).toEqual(['b', 'key']);
  });

  it('leaves an answer alone in which all may stay, and tells no count when not', () => {
    const result = { completion: { values: ['a'], total: 1 } } as unknown as JsonObject;
    const offering = { kind: 'template', name: 'x://h/{v}' } as const;
    const asked = { argument: { name: 'v', value: '' } };
    expect(filterCompletion(result, { offering, asked, policy })).toBe(result);
    const other = { completion: { values: ['b c'], total: 1, hasMore: false } } as unknown as JsonObject;
    expect(filterCompletion(other, { offering, asked, policy })).toEqual({ completion: { values: [] } });
  });

  it('tells nothing where it is not known what was completed, and all where no rule is about it', () => {
    const result = { completion: { values: ['a'] } } as unknown as JsonObject;
    const unknown = { offering: undefined, asked: undefined };
    expect(filterCompletion(result, { ...unknown, policy })).toEqual({ completion: { values: [] } });
    expect(filterCompletion(result, { ...unknown, policy: undefined })).toBe(result);
    const offering = { kind: 'prompt', name: 'p' } as const;
    expect(filterCompletion(result, { offering, asked: undefined, policy })).toBe(result);
  });
});
