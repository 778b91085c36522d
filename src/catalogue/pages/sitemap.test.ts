import { Hono } from 'hono';
import { afterAll, describe, expect, it } from 'vitest';
import { openMadeUpCatalogue, ORIGIN, type MadeUpServer } from '../fixtures.suite.ts';
import { createSite } from './site.ts';
import { registerSitemap } from './sitemap.ts';

const servers: readonly MadeUpServer[] = Array.from({ length: 230 }, (_, i) => ({
  slug: `server-${i}`,
  tools: Array.from({ length: i % 7 }, (_, t) => ({ name: `get_thing_${t}` })),
}));
const catalogue = await openMadeUpCatalogue(servers);
afterAll(() => catalogue.close());

async function addressesAt(app: Hono, path: string): Promise<readonly string[]> {
  const answer = await app.request(path);
  expect(answer.headers.get('content-type')).toContain('application/xml');
  return [...(await answer.text()).matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, address = '']) => address);
}

describe('the sitemap', () => {
  const wanted = catalogue.servers
    .flatMap(({ slug, tools }) => [`/tools/${slug}`, ...tools.map((tool) => `/tools/${slug}/${tool.slug}`)])
    .map((path) => `${ORIGIN}${path}`);

  it.each([1, 3, 10, 97, 918, 10_000])('has every page once, at most %i in a file', async (most) => {
    const app = new Hono();
    registerSitemap(app, catalogue.parts, most);
    const [pages, ...files] = await addressesAt(app, '/sitemap.xml');
    expect(pages).toBe(`${ORIGIN}/sitemaps/pages.xml`);
    expect(files).toHaveLength(Math.ceil(wanted.length / most));
    const shown = most > 3 ? files : files.slice(0, 40);
    const found: string[] = [];
    for (const file of shown) {
      const own = await addressesAt(app, file.slice(ORIGIN.length));
      expect(own.length).toBeLessThanOrEqual(most);
      found.push(...own);
    }
    expect(new Set(found).size).toBe(found.length);
    if (most > 3) expect(found.toSorted()).toEqual(wanted.toSorted());
    else expect(found).toHaveLength(40 * most);
  });

  it('names pages that are there', async () => {
    const site = createSite(catalogue.parts);
    for (const address of await addressesAt(site, '/sitemaps/pages.xml'))
      expect([address, (await site.request(address.slice(ORIGIN.length))).status]).toEqual([address, 200]);
  });

  it('has no file behind its last one', async () => {
    const site = createSite(catalogue.parts);
    expect((await site.request('/sitemaps/99.xml')).status).toBe(404);
    expect((await site.request('/sitemaps/0.xml')).status).toBe(404);
  });

  it('waits for the index', async () => {
    const early = createSite({ ...catalogue.parts, index: () => undefined });
    expect((await early.request('/sitemap.xml')).status).toBe(503);
    expect((await early.request('/sitemaps/1.xml')).status).toBe(503);
  });
});

it('robots.txt names the sitemap', async () => {
  const text = await (await createSite(catalogue.parts).request('/robots.txt')).text();
  expect(text).toContain(`Sitemap: ${ORIGIN}/sitemap.xml`);
});
