import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMadeUpCatalogue, ORIGIN, type MadeUpCatalogue } from '../fixtures.suite.ts';
import { homePage } from './home-page.ts';

let catalogue: MadeUpCatalogue;
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue();
});
afterAll(() => catalogue.close());

describe('the home page', () => {
  it('has the search, the totals and the most dangerous servers', async () => {
    const totals = await catalogue.index.totals();
    const { items } = await catalogue.index.listServers({ order: 'danger', limit: 2 });
    const html = homePage({ totals, dangerous: items, origin: ORIGIN }).main.toString();
    expect(html).toContain('action="/search"');
    expect(html).toContain(`<dt>tools</dt><dd>${totals.tools}</dd>`);
    expect(html).toContain(`href="/tools/${items[0]?.facts.slug}"`);
  });

  it('shows a tool with its rule where there is one to show', async () => {
    const entry = await catalogue.index.tool('example-desk', 'create-note');
    if (entry === undefined) throw new Error('no tool');
    const { main } = homePage({
      totals: await catalogue.index.totals(),
      dangerous: [],
      example: { entry, toolCount: 6 },
      origin: ORIGIN,
    });
    expect(main.toString()).toContain('at most 30 a minute per grant');
  });

  it('says how the gateway is started, and what answers on this port', async () => {
    const { markdown } = homePage({ totals: await catalogue.index.totals(), dangerous: [], origin: ORIGIN });
    for (const words of ['toolgate wrap --policy', 'toolgate serve --config', '/mcp/<server>/', '/healthz'])
      expect(markdown).toContain(words);
  });
});
