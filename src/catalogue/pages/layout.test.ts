import { describe, expect, it } from 'vitest';
import { framed, jsonInHtml, picturePath, twinPath } from './layout.ts';
import { markup } from './markup.ts';

const PAGE = {
  path: '/risk',
  title: 'Risk & levels',
  description: 'What "levels" mean.',
  main: markup`<h1>Risk</h1>`,
  markdown: '# Risk',
};

describe('the frame of a page', () => {
  it('has the title and description, escaped', () => {
    const html = framed(PAGE, { origin: 'https://toolgate.example' });
    expect(html).toContain('<title>Risk &amp; levels · Toolgate</title>');
    expect(html).toContain('<meta name="description" content="What &quot;levels&quot; mean.">');
  });

  it('says which section one is in', () => {
    const html = framed({ ...PAGE, path: '/risk/high' }, { origin: 'https://toolgate.example' });
    expect(html).toContain('<a href="/risk" aria-current="page">');
  });

  it('has the totals of the index where they are known', () => {
    const totals = {
      servers: 1,
      tools: 2,
      unanswered: 0,
      byCategory: { read: 2, write: 0, execute: 0, destructive: 0, financial: 0, unknown: 0 },
      newestScan: '2026-11-20T10:00:00.000Z',
      tokens: { median: 1, p90: 1, most: 1 },
    };
    const html = framed(PAGE, { origin: '', totals });
    expect(html).toContain('<strong>2 tools</strong> of <strong>1 server</strong>');
    expect(html).toContain('newest reading 20 November 2026');
  });

  it('keeps private pages out of search engines', () => {
    const html = framed({ ...PAGE, isPrivate: true }, { origin: '' });
    expect(html).toContain('content="noindex"');
    expect(html).not.toContain('canonical');
  });
});

describe('what stands in the head', () => {
  it('writes JSON that cannot end its element', () => {
    const json = jsonInHtml({ name: '</script><!--\u2028' });
    expect(json).not.toMatch(/[<>\u2028]/);
    expect(JSON.parse(json)).toEqual({ name: '</script><!--\u2028' });
  });

  it('names the twin and the picture of a page', () => {
    expect([twinPath('/'), twinPath('/risk')]).toEqual(['/index.md', '/risk.md']);
    expect([picturePath('/'), picturePath('/risk')]).toEqual(['/pictures/index.png', '/pictures/risk.png']);
  });
});
