import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { named, prose, proseMarkdown, prosePlain } from './prose.ts';

describe('a sentence with names', () => {
  const text = `${named('delete_note')} cannot be undone.`;

  it('is HTML with code', () => {
    expect(prose(text).toString()).toBe('<code><bdi>delete_note</bdi></code> cannot be undone.');
  });

  it('is Markdown with code', () => {
    expect(proseMarkdown(text)).toBe('`delete_note` cannot be undone.');
  });

  it('is plain text', () => {
    expect(prosePlain(text)).toBe('delete_note cannot be undone.');
  });

  it('keeps a backtick that has no other half', () => {
    expect(prosePlain('a ` b')).toBe('a b');
    expect(prose('a ` b').toString()).toBe('a ` b');
  });
});

describe('a name in a sentence', () => {
  it('cannot end its own code', () => {
    expect(named('a`b')).toBe('`a´b`');
    expect(named(' \n ')).toBe('`´´`');
  });

  it('is inert, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), (name) => {
        const html = prose(`The tool ${named(name)} is here.`)
          .toString()
          .replaceAll(/<\/?(?:bdi|code)>|<span class="(?:unseen|clipped)"[^<>]*>|<\/span>/g, '');
        expect(html).not.toMatch(/[<>]/);
        expect(html).toMatch(/ is here\.$/);
      }),
    );
  });
});
