import { describe, expect, it } from 'vitest';
import { canonicalDefinition, definitionHash, type DefinedTool } from './definition-hash.ts';

const ONE: DefinedTool = {
  name: 'a',
  description: 'x',
  inputSchema: { type: 'object', properties: { p: { type: 'string' } } },
};

describe('definitionHash', () => {
  it('is the same however members are ordered, and another for every change', () => {
    const other = {
      inputSchema: { properties: { p: { type: 'string' } }, type: 'object' },
      description: 'x',
      name: 'a',
    };
    expect(definitionHash(other)).toBe(definitionHash(ONE));
    for (const change of [{ description: 'y' }, { title: 't' }, { annotations: {} }, { inputSchema: {} }])
      expect(definitionHash({ ...ONE, ...change })).not.toBe(definitionHash(ONE));
  });

  it('does not look at what no model is told', () => {
    expect(definitionHash({ ...ONE, _meta: { build: 7 }, icons: [] } as DefinedTool)).toBe(
      definitionHash(ONE),
    );
  });

  it('stays what it was: hashes are kept in records and pins', () => {
    expect(canonicalDefinition(ONE)).toBe(
      '{"description":"x","inputSchema":{"properties":{"p":{"type":"string"}},"type":"object"},"name":"a"}',
    );
    expect(definitionHash(ONE)).toBe('bdfae23b247b6ec88efa2316bb3bdda3c177c6be3a3f61fbccb67a24286e5753');
  });
});
