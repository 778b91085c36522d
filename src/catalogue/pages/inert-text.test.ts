import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inert, inertMarkdown, inertText } from './inert-text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('text of others', () => {
  it('is escaped', () => {
    expect(inert('<script>alert("1")</script>').toString()).toBe(
      '<bdi>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</bdi>',
    );
  });

  it('shows characters that turn the direction of writing as marks', () => {
    expect(inertText('pay\u202Egnp.exe')).toBe('pay⟨U+202E⟩gnp.exe');
    expect(inert('pay\u202Egnp.exe').toString()).toContain('title="invisible character">⟨U+202E⟩</span>');
  });

  it.each([
    ['zero width space', '\u200B', '⟨U+200B⟩'],
    ['tag letters', '\u{E0041}', '⟨U+E0041⟩'],
    ['Hangul filler', '\u3164', '⟨U+3164⟩'],
    ['escape', '\u001B', '⟨U+001B⟩'],
    ['half of a character', '\uD83D', '⟨U+D83D⟩'],
    ['line separator', '\u2028', '⟨U+2028⟩'],
  ])('shows a %s', (_, hidden, mark) => {
    expect(inertText(`a${hidden}b`)).toBe(`a${mark}b`);
  });

  it('leaves line breaks, tabs and pictures made of several as they are', () => {
    expect(inertText('a\n\tb 👩‍💻')).toBe('a\n\tb 👩‍💻');
  });

  it('is clipped with a note, and not inside a character', () => {
    expect(inert('A'.repeat(100_000), 10).toString()).toContain(
      'AAAAAAAAAA</bdi> <span class="clipped">(clipped: 99,990 more characters)',
    );
    expect(inertText('123456789😀', 10)).toBe('123456789…');
  });

  it('holds no markup of its own, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const own = inert(text)
          .toString()
          .replaceAll(/<\/?bdi>|<span class="(?:unseen|clipped)"[^<>]*>|<\/span>/g, '');
        expect(own).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('shows no character that a reader does not see, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(inertText(text)).not.toMatch(/[\u0000-\u0008\u200B\u202A-\u202E\u2066-\u2069\p{Cs}]/u);
      }),
    );
  });
});

describe('text of others in Markdown', () => {
  it('is neither a link, nor a heading, nor HTML, nor code', () => {
    expect(inertMarkdown('# [x](javascript:1) <b> `c`')).toBe(
      String.raw`\# \[x\](javascript:1) &lt;b&gt; \`c\``,
    );
  });

  it('stays on one line', () => {
    expect(inertMarkdown('one\n\n# two\r\n- three')).toBe('one # two - three');
    expect(inertMarkdown('- item')).toBe(String.raw`\- item`);
    expect(inertMarkdown('1. item')).toBe(String.raw`1\. item`);
  });

  it('holds no unescaped angle bracket or bracket, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const written = inertMarkdown(text);
        expect(written).not.toMatch(/[<>\n]/);
        expect(written.replaceAll(/\\[\s\S]/g, '')).not.toMatch(/[[\]`*]|:\/\/|\b_\b|^#/);
      }),
    );
  });
});
