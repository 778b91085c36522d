import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, type Classification } from './classify.ts';
import { titleOf, type RiskTool } from './definition.ts';

/** Pieces that the reader looks for, so that random texts reach its branches. */
const PIECES = [
  ...'delete deletes deleted refund pay send runs get lists create_x deleteUser not never without nothing'.split(
    ' ',
  ),
  ...'usuwa nie kampanię löscht nicht supprime ne elimina no удаляет не 删除 不 获取 、 削除しません 삭제하지 않 silmez nemaže'.split(
    ' ',
  ),
  '. ',
  ', ',
  '(',
  ')',
  '"',
  '`',
  '\n',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\u0000',
  'İ',
  'ß',
  '𝒹',
  '\ud800',
  ' and ',
  ': ',
];
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constant(' '),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
const schema = fc.oneof(
  fc.jsonValue(),
  fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(
      text,
      fc.oneof(fc.jsonValue(), fc.record({ enum: fc.array(text, { maxLength: 4 }) })),
      { maxKeys: 4 },
    ),
  }),
);
const tool: fc.Arbitrary<RiskTool> = fc.record(
  {
    name: text,
    title: fc.oneof(text, fc.jsonValue()),
    description: fc.oneof(text, fc.jsonValue()),
    inputSchema: schema,
    annotations: fc.oneof(
      fc.jsonValue(),
      fc.record({ readOnlyHint: fc.boolean(), destructiveHint: fc.boolean() }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: ['name'] },
);
const siblings = fc.array(text, { maxLength: 5 });

function sourceOf(
  found: Classification['evidence'][number],
  given: RiskTool,
  names: readonly string[],
): string {
  switch (found.source) {
    case 'name':
      return given.name;
    case 'title':
      return titleOf(given);
    case 'description':
      return String(given.description);
    case 'parameter':
      return JSON.stringify(given.inputSchema);
    case 'annotation':
      return JSON.stringify(given.annotations);
    case 'sibling':
      return names.includes(found.quote) ? found.quote : '';
  }
}

describe('any definition at all', () => {
  it('is classified the same every time, with quotes that stand in it and one line of reason', () => {
    fc.assert(
      fc.property(tool, siblings, (given, names) => {
        const found = classify(given, names);
        expect(classify(given, names)).toEqual(found);
        expect(found.confidence).toBeGreaterThanOrEqual(0);
        expect(found.confidence).toBeLessThanOrEqual(1);
        expect(found.rationale).toMatch(/^[^\n\r\u202e\u0000]+\.$/);
        for (const one of found.evidence) {
          const quoted = one.source === 'parameter' ? JSON.stringify(one.quote).slice(1, -1) : one.quote;
          expect(sourceOf(one, given, names)).toContain(quoted);
          expect(one.quote).not.toBe('');
          expect(one.translation === undefined).toBe(one.language === undefined);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('is never made harmless by an annotation', () => {
    const rank = { read: 0, write: 1, unknown: 2, execute: 2, destructive: 3, financial: 4 };
    fc.assert(
      fc.property(tool, fc.boolean(), fc.boolean(), (given, readOnlyHint, destructiveHint) => {
        const bare = classify({ ...given, annotations: {} });
        const marked = classify({ ...given, annotations: { readOnlyHint, destructiveHint, title: '' } });
        expect(rank[marked.category]).toBeGreaterThanOrEqual(rank[bare.category]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['words', 'Deletes the file. '],
    ['a word', 'a'],
    ['Chinese', '删除文件不'],
    ['Japanese', '削除しません、'],
    ['brackets', '("[`'],
    ['dots', 'a.'],
    ['commas', 'deletes, '],
    ['slashes', 'a/'],
    ['letters with marks', 'e\u0301\u0302'],
    ['nothing visible', '\u200b'],
    ['capitals', 'aB'],
    ['blanks', ' '],
    ['the irreversible', 'not permanently '],
  ])('takes no longer for being huge: %s', (_, piece) => {
    const limit = 16_000;
    const once = timeOf(piece.repeat(Math.ceil(limit / piece.length)));
    const text = piece.repeat(Math.ceil((limit * 60) / piece.length));
    // the best of three, for the machine may be busy with other things
    const huge = Math.min(timeOf(text), timeOf(text), timeOf(text));
    // sixty times the text: reading it all would take sixty times as long, or thousands of times if quadratic
    expect(huge).toBeLessThan(once * 10 + 100);
  });
});

function timeOf(description: string): number {
  const start = performance.now();
  classify({ name: description, title: description, description }, [description, 'x']);
  return performance.now() - start;
}
