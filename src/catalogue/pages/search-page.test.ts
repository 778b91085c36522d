import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { openMadeUpCatalogue } from '../fixtures.suite.ts';
import { createSite } from './site.ts';
import type { Suggestions } from './search-page.ts';

const catalogue = await openMadeUpCatalogue();
const site = createSite(catalogue.parts);
afterAll(() => catalogue.close());

async function textAt(path: string): Promise<string> {
  const answer = await site.request(path);
  expect(answer.status).toBe(200);
  return answer.text();
}

describe('the search page', () => {
  it('finds tools by words, and links to their pages', async () => {
    const page = await textAt('/search?q=delete+note');
    expect(page).toContain('href="/tools/example-desk/delete-note"');
    // the one, and the other one that it undoes
    expect(page).toContain('2 tools have all of these words.');
    expect(page.indexOf('/delete-note"')).toBeLessThan(page.indexOf('/create-note"'));
    expect(page).toContain('<meta name="robots" content="noindex">');
  });

  it('finds servers', async () => {
    expect(await textAt('/search?q=forecast')).toContain('href="/tools/forecast"');
  });

  it('says when there is nothing, and what to do', async () => {
    expect(await textAt('/search?q=qqqqqq')).toContain('No tool has all of these words.');
  });

  it('narrows by class and by level, and takes the choice back', async () => {
    const plain = await textAt('/search?q=note');
    expect(plain).toContain('href="/search?q=note&amp;category=destructive"');
    expect(plain).toContain('href="/search?q=note&amp;level=critical"');
    const narrowed = await textAt('/search?q=note&category=destructive');
    expect(narrowed).toContain('1 tool of the class Destructive has all of these words.');
    expect(narrowed).toContain('aria-current="true" href="/search?q=note"');
    expect(narrowed).toContain('name="category" value="destructive"');
    expect(narrowed).not.toContain('list-notes');
  });

  it('shows what was searched for as text', async () => {
    const page = await textAt(`/search?q=${encodeURIComponent('"><script>alert(1)</script>\u202e')}`);
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;');
  });

  it('answers a cursor that is not of this list with a way back', async () => {
    const answer = await site.request('/search?q=note&cursor=nonsense');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('href="/search?q=note"');
  });

  it('has a twin in Markdown', async () => {
    const twin = await textAt('/search.md?q=delete+note');
    expect(twin).toContain('(/tools/example-desk/delete-note)');
    expect(twin).not.toContain('<a ');
  });

  it('is the same every time', async () => {
    expect(await textAt('/search?q=note')).toBe(await textAt('/search?q=note'));
  });

  test.each([
    ['ten thousand characters', 'x'.repeat(10_000)],
    ['ten thousand words', 'a '.repeat(5000)],
    ['only marks', '"*()^:-+ OR AND NOT NEAR'],
    ['half a character at the cut', `${'x'.repeat(199)}\u{1F600}`],
  ])('takes %s', async (_, query) => {
    await textAt(`/search?q=${encodeURIComponent(query)}`);
  });

  it('takes any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60 }), async (query) => {
        const page = await textAt(`/search?${new URLSearchParams({ q: query }).toString()}`);
        expect(page).not.toMatch(/<(?:svg|img|script(?! src="\/assets\/| type="application\/ld))[^>]*onload/);
      }),
      { numRuns: 40 },
    );
  });
});

describe('suggestions', () => {
  async function suggested(query: string): Promise<Suggestions> {
    return JSON.parse(await textAt(`/search/suggest?q=${encodeURIComponent(query)}`)) as Suggestions;
  }

  it('are servers and tools for a beginning', async () => {
    expect(await suggested('run_com')).toEqual({
      servers: [],
      tools: [
        {
          name: 'run_command',
          server: '@example/desk',
          path: '/tools/example-desk/run-command',
          level: 'high',
          category: 'execute',
        },
      ],
    });
    expect((await suggested('forec')).servers).toEqual([
      { name: 'forecast', path: '/tools/forecast', toolCount: 1 },
    ]);
  });

  it('are none for nothing', async () => {
    expect(await suggested('  ')).toEqual({ servers: [], tools: [] });
  });
});

it('waits for the index', async () => {
  const early = createSite({ ...catalogue.parts, index: () => undefined });
  expect((await early.request('/search?q=note')).status).toBe(503);
  expect(await (await early.request('/search/suggest?q=note')).json()).toEqual({ servers: [], tools: [] });
});
