import { describe, expect, it } from 'vitest';
import { recordOf, tool } from './made-up-record.suite.ts';
import { changesBetween } from './record-changes.ts';

describe('changes between two readings', () => {
  const before = recordOf([tool('list_a'), tool('update_a'), tool('old_a')]);

  it('are none where nothing changed', () => {
    expect(changesBetween(before, recordOf([tool('list_a'), tool('update_a'), tool('old_a')]))).toEqual([]);
  });

  it('name tools that came, went, changed, or are of another class now', () => {
    const after = recordOf([
      tool('list_a', { description: 'Lists a' }),
      tool('update_a', { description: 'Deletes every a for good.' }),
      tool('new_a'),
    ]);
    expect(changesBetween(before, after).map(({ kind, tool: name }) => `${kind} ${name}`)).toEqual([
      'definition_changed list_a',
      'definition_changed update_a',
      'category_changed update_a',
      'tool_added new_a',
      'tool_removed old_a',
    ]);
  });

  it('are one where the server is new', () => {
    expect(changesBetween(undefined, before)).toMatchObject([{ kind: 'server_added', server: 'crm' }]);
  });
});
