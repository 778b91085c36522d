import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawPagePicture } from './page-picture.ts';
import { strokesOf, widthOf } from './stroke-font.ts';

/** The pixels of a PNG of ours: rows of palette places without filters. */
function pixelsOf(png: Buffer): readonly Buffer[] {
  const start = png.indexOf('IDAT');
  const data = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  return Array.from({ length: 630 }, (_, y) => data.subarray(y * 1201 + 1, (y + 1) * 1201));
}

describe('the picture of a page', () => {
  it('is the same for the same words, and another one for others', () => {
    const picture = { title: 'pause_campaign', subtitle: 'on FluentCRM', level: 'medium' } as const;
    expect(drawPagePicture(picture)).toEqual(drawPagePicture({ ...picture }));
    expect(drawPagePicture(picture)).not.toEqual(drawPagePicture({ ...picture, level: 'high' }));
    expect(drawPagePicture(picture)).not.toEqual(drawPagePicture({ ...picture, title: 'resume_campaign' }));
  });

  it('keeps its margins, however long the words are', () => {
    for (const title of ['W'.repeat(300), 'a_b'.repeat(100), 'many words '.repeat(30), '漢'.repeat(300)]) {
      const rows = pixelsOf(drawPagePicture({ title, subtitle: title }));
      // the bar at the bottom goes from edge to edge
      const edges = rows.slice(0, 600).flatMap((row) => [...row.subarray(0, 60), ...row.subarray(1140)]);
      expect(edges.every((pixel) => pixel % 32 === 0)).toBe(true);
    }
  });

  it('is drawn for any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(text, text, (title, subtitle) => {
        expect(drawPagePicture({ title, subtitle }).subarray(1, 4).toString()).toBe('PNG');
      }),
      { numRuns: 25 },
    );
  });
});

describe('the font', () => {
  it('has every character of ASCII, and letters with marks', () => {
    const box = JSON.stringify(strokesOf('漢', 10));
    for (let code = 0x21; code < 0x7f; code++)
      expect(JSON.stringify(strokesOf(String.fromCharCode(code), 10))).not.toBe(box);
    for (const letter of 'ąćęłńóśźżäöüßáéíñçčřšžå')
      expect(JSON.stringify(strokesOf(letter, 10))).not.toBe(box);
    expect(widthOf('ć', 10)).toBe(widthOf('c', 10));
    expect(strokesOf('ć', 10)).toHaveLength(strokesOf('c', 10).length + 1);
  });

  it('leaves out what nobody sees', () => {
    expect(strokesOf('a\u202eb\u200b', 10)).toEqual(strokesOf('ab', 10));
    expect(strokesOf('\u0301', 10)).toEqual([]);
    expect(widthOf('a\u202eb\u200b', 10)).toBe(widthOf('ab', 10));
  });
});
