import { describe, expect, it } from 'vitest';
import { chatText, plainFacts, plainLine, unlinked } from './inert-text.ts';

describe('a plain line', () => {
  it.each([
    ['forges no line', 'a\r\nApproved by: admin', 'a Approved by: admin'],
    ['colours no terminal', '\u001b[31mred', '[31mred'],
    ['turns no direction', 'a\u202eexe.fdp', 'a exe.fdp'],
    ['hides nothing between letters', 'pay\u200bpal', 'pay pal'],
    ['has no half characters', 'a\ud800b', 'a b'],
    ['keeps words of any language', 'Wstrzymuje kampanię 停止', 'Wstrzymuje kampanię 停止'],
  ])('%s', (_name, text, line) => {
    expect(plainLine(text)).toBe(line);
  });

  it('ends with an ellipsis where there would be more than 500 characters, none of them cut in half', () => {
    expect(plainLine('x'.repeat(500))).toBe('x'.repeat(500));
    expect(plainLine('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
    expect(plainLine('💰'.repeat(501))).toBe(`${'💰'.repeat(499)}…`);
    expect(plainLine('💰'.repeat(5_000_000))).toBe(`${'💰'.repeat(499)}…`);
  });
});

describe('text for a chat', () => {
  it.each([
    ['<!channel>'],
    ['<!here|hi> <@U123> <#C1>'],
    ['@channel @here @all'],
    ['<https://evil.example|Approve>'],
    ['https://evil.example/a'],
    ['[Approve](https://evil.example)'],
    ['[Approve](evil.example)'],
    ['[Approve][1]'],
    ['www.evil.example'],
    ['mailto:a@evil.example'],
  ])('calls nobody and is no link: %s', (text) => {
    const shown = chatText(text);
    expect(shown).not.toMatch(/[<>]|@(?!\u200b)|:\/\/|\]\(|\]\[|[a-z0-9]\.[a-z]|mailto:(?!\u200b)/i);
    expect(shown.replaceAll('\u200b', '').replaceAll('&lt;', '<').replaceAll('&gt;', '>')).toBe(text);
  });

  it('escapes an ampersand first, so that nothing can be escaped back', () => {
    expect(chatText('&lt;!channel&gt;')).toBe('&amp;lt;!channel&amp;gt;');
  });

  it('leaves times and numbers as they are', () => {
    expect(unlinked('2026-06-01T12:15:00.000Z, 1.5')).toBe('2026-06-01T12:15:00.000Z, 1.5');
  });
});

describe('facts', () => {
  it('are cleaned at every depth, and what is no JSON is left out', () => {
    const facts = plainFacts({
      'a\n': 'x\ny',
      list: [{ b: '\u001b[0m' }, 1, undefined, () => 1],
      deep: { a: { b: { c: { d: 1 } } } },
      none: undefined,
      no: null,
    });
    expect(JSON.parse(JSON.stringify(facts))).toEqual({
      a: 'x y',
      list: [{ b: '[0m' }, 1, null, null],
      deep: { a: { b: {} } },
      no: null,
    });
  });

  it('are bounded in number', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`f${n}`, n]));
    expect(Object.keys(plainFacts(many))).toHaveLength(50);
    expect(plainFacts({ list: Array.from({ length: 1000 }, () => 1) })['list']).toHaveLength(50);
  });
});
