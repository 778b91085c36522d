import { describe, expect, it } from 'vitest';
import { DESK, madeUpRecord } from '../fixtures.suite.ts';
import { editDistance, nearestTools } from './nearest-tools.ts';

const tools = madeUpRecord(DESK).tools.map((tool) => ({
  server: { slug: 'example-desk', name: '@example/desk' },
  tool,
  level: 'low' as const,
  summary: '',
}));
const names = (slug: string): readonly string[] => nearestTools(tools, slug, 2).map(({ tool }) => tool.name);

describe('the tools nearest to a name that is not there', () => {
  it('finds a misspelt one first', () => {
    expect(names('delet-note')[0]).toBe('delete_note');
    expect(names('list-note')[0]).toBe('list_notes');
  });

  it('finds one that shares a word', () => {
    expect(names('refund')[0]).toBe('create_refund');
  });

  it('counts insertions, deletions and replacements', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('same', 'same')).toBe(0);
  });
});
