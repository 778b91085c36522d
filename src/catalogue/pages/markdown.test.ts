import { describe, expect, it } from 'vitest';
import { blocks, bullets, codeBlock, codeSpan, steps, table } from './markdown.ts';

describe('Markdown', () => {
  it('has an empty line between blocks, and leaves out what is not there', () => {
    expect(blocks('# A', undefined, '', false, 'b')).toBe('# A\n\nb\n');
  });

  it('writes code that nothing in it can end', () => {
    expect(codeSpan('a`b')).toBe('``a`b``');
    expect(codeSpan('`x`')).toBe('`` `x` ``');
    expect(codeSpan('two\nlines')).toBe('`two lines`');
    expect(codeBlock('json', '{"a": "```"}')).toBe('````json\n{"a": "```"}\n````');
  });

  it('writes lists and tables', () => {
    expect(bullets(['a', 'b'])).toBe('- a\n- b');
    expect(steps(['a', 'b'])).toBe('1. a\n2. b');
    expect(table(['A', 'B'], [['1', '2']])).toBe('| A | B |\n| --- | --- |\n| 1 | 2 |');
  });
});
