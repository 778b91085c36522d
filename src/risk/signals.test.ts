import { describe, expect, it } from 'vitest';
import { parameterSignals } from './signals.ts';

const signalsOf = (properties: Record<string, unknown>) =>
  parameterSignals({ name: 'x', inputSchema: { type: 'object', properties } });
const text = { type: 'string' };

describe('what a parameter makes possible', () => {
  it.each([
    ['path', 'file_path'],
    ['outputPath', 'file_path'],
    ['url', 'url'],
    ['webhook_url', 'url'],
    ['sql', 'sql'],
    ['command', 'code'],
    ['script', 'code'],
    ['api_key', 'credentials'],
    ['userPassword', 'credentials'],
    ['amount', 'money'],
    ['recipients', 'recipients'],
    ['to', 'recipients'],
    ['is_all', 'bulk'],
    ['force', 'force'],
    ['recursive', 'force'],
    ['dryRun', 'dry_run'],
  ])('%s: %s', (parameter, kind) => {
    expect(signalsOf({ [parameter]: text })).toEqual([{ kind, parameter }]);
  });

  it.each([
    ['a format', { link_to: { type: 'string', format: 'uri' } }, 'url'],
    ['an object without declared members', { options: { type: 'object' } }, 'free_form'],
    ['a choice of acts', { action: { enum: ['list', 'delete'] } }, 'choice_of_action'],
  ])('by its schema: %s', (_, properties, kind) => {
    expect(signalsOf(properties)).toMatchObject([{ kind }]);
  });

  it('is nothing for ordinary ones', () => {
    const closed = { type: 'object', additionalProperties: false };
    expect(
      signalsOf({ name: text, page: { type: 'integer' }, mode: { enum: ['dark', 'light'] }, closed }),
    ).toEqual([]);
  });

  it('is looked for in two hundred parameters', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`url_${i}_url`, text]));
    expect(signalsOf(many)).toHaveLength(200);
  });
});
