import { describe, expect, it } from 'vitest';
import { definitionHash } from './definition-hash.ts';
import { tool } from './made-up-record.suite.ts';

describe('definitionHash', () => {
  it('is the same however members are ordered, and another for every change', () => {
    const one = tool('a', {
      description: 'x',
      inputSchema: { type: 'object', properties: { p: { type: 'string' } } },
    });
    const other = {
      inputSchema: { properties: { p: { type: 'string' } }, type: 'object' },
      description: 'x',
      name: 'a',
    };
    expect(definitionHash(other)).toBe(definitionHash(one));
    for (const change of [{ description: 'y' }, { title: 't' }, { annotations: {} }, { inputSchema: {} }])
      expect(definitionHash({ ...one, ...change })).not.toBe(definitionHash(one));
  });
});
