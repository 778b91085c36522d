import { describe, expect, it } from 'vitest';
import { definitionDiff } from './definition-diff.ts';
import type { DefinedTool } from './definition-hash.ts';

const PAUSE: DefinedTool = {
  name: 'pause',
  description: 'Pauses a campaign until it is resumed.',
  inputSchema: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      reason: { type: 'string', enum: ['spam', 'cost'] },
      filter: { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' } } } },
    },
    required: ['id'],
  },
  annotations: { destructiveHint: true },
};

interface PauseSchema {
  properties: {
    id: { type: string };
    reason?: { enum: string[] };
    filter: { properties: { tags: { items: { maxLength?: number } } } };
    token?: object;
    note?: object;
  };
  required: string[];
}
const withSchema = (change: (schema: PauseSchema) => void): DefinedTool => {
  const inputSchema = structuredClone(PAUSE.inputSchema) as PauseSchema;
  change(inputSchema);
  return { ...PAUSE, inputSchema };
};
const textsOf = (after: DefinedTool): readonly string[] =>
  definitionDiff(PAUSE, after).map(({ text }) => text);

describe('what changed in a definition', () => {
  it('is nothing for the same one, in whatever order its members stand', () => {
    const turned = {
      annotations: PAUSE.annotations,
      ...withSchema((schema) => schema.required.sort()),
    };
    expect(definitionDiff(PAUSE, turned)).toEqual([]);
    expect(textsOf(withSchema((schema) => schema.properties.reason?.enum.sort()))).toEqual([]);
  });

  it('is told word by word for a description', () => {
    const [change] = definitionDiff(PAUSE, { ...PAUSE, description: 'Pauses a campaign for ever.' });
    expect(change).toMatchObject({
      pointer: '/description',
      kind: 'changed',
      text: 'The description changed.',
    });
    expect(change?.words).toEqual([
      { kind: 'same', text: 'Pauses a campaign ' },
      { kind: 'removed', text: 'until it is resumed.' },
      { kind: 'added', text: 'for ever.' },
    ]);
  });

  it('says of an argument whether it is new, required, or gone, once', () => {
    expect(
      textsOf(
        withSchema((schema) => {
          schema.properties.token = { type: 'string' };
          schema.required.push('token');
        }),
      ),
    ).toEqual(['There is a new required argument, "token".']);
    expect(textsOf(withSchema((schema) => (schema.properties.note = {})))).toEqual([
      'There is a new optional argument, "note".',
    ]);
    expect(textsOf(withSchema((schema) => delete schema.properties.reason))).toEqual([
      'The argument "reason" is gone.',
    ]);
    expect(textsOf(withSchema((schema) => schema.required.push('reason')))).toEqual([
      'The argument "reason" is required now.',
    ]);
    expect(textsOf(withSchema((schema) => schema.required.pop()))).toEqual([
      'The argument "id" is no longer required.',
    ]);
  });

  it('names the argument in which a schema changed, however deep', () => {
    expect(textsOf(withSchema((schema) => (schema.properties.id.type = 'string')))).toEqual([
      'The argument "id" is of type "string" now, and was "integer".',
    ]);
    expect(textsOf(withSchema((schema) => schema.properties.reason?.enum.push('all')))).toEqual([
      'The argument "reason" may be "all" now.',
    ]);
    expect(
      textsOf(withSchema((schema) => (schema.properties.filter.properties.tags.items.maxLength = 5))),
    ).toEqual(['The argument "filter.tags[]" has "maxLength" now: 5.']);
  });

  it('tells what the server claims of itself now', () => {
    expect(textsOf({ ...PAUSE, annotations: { destructiveHint: false, readOnlyHint: true } })).toEqual([
      'The server claims destructiveHint: false now, and true before.',
      'The server claims readOnlyHint: true now.',
    ]);
  });

  it('tells of a tool that came or went', () => {
    expect(definitionDiff(PAUSE, undefined)).toEqual([
      { pointer: '', kind: 'removed', text: 'The server no longer lists the tool.' },
    ]);
    expect(definitionDiff(undefined, undefined)).toEqual([]);
    const [isNew, ...says] = definitionDiff(undefined, PAUSE);
    expect(isNew).toEqual({ pointer: '', kind: 'added', text: 'The tool is new.' });
    expect(says).toContainEqual(
      expect.objectContaining({ pointer: '/description', kind: 'added', after: PAUSE.description }),
    );
    expect(says.map(({ pointer }) => pointer)).toContain('/inputSchema');
  });

  it('shows characters that nobody sees', () => {
    const [change] = definitionDiff(PAUSE, {
      ...PAUSE,
      description: 'Pauses a campaign\u200b until\u{e0041} it is resumed.',
    });
    expect(change?.after).toBe('Pauses a campaign\\u{200b} until\\u{e0041} it is resumed.');
    expect(change?.words?.map(({ text }) => text).join('')).not.toMatch(/\u200b|\u{e0041}/u);
  });

  it('takes names like __proto__ and slashes as names', () => {
    const odd = withSchema((schema) => {
      schema.properties = JSON.parse(
        JSON.stringify(schema.properties).replace('{', '{"__proto__":{"type":"null"},"a/b~c":{},'),
      );
    });
    expect(definitionDiff(PAUSE, odd).map(({ pointer }) => pointer)).toEqual([
      '/inputSchema/properties/__proto__',
      '/inputSchema/properties/a~1b~0c',
    ]);
  });

  it('stays small and quick for huge definitions', () => {
    const words = (seed: string): string => Array.from({ length: 50_000 }, (_, i) => `${seed}${i}`).join(' ');
    const properties = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p${i}`, {}]));
    const huge = { ...PAUSE, description: words('b'), inputSchema: { type: 'object', properties } };
    const changes = definitionDiff({ ...PAUSE, description: words('a') }, huge);
    expect(changes.length).toBeLessThanOrEqual(201);
    expect(changes.at(-1)?.text).toContain('more changes');
    expect(JSON.stringify(changes).length).toBeLessThan(200_000);
  });
});
