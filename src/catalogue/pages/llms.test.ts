import { afterAll, expect, it } from 'vitest';
import { openMadeUpCatalogue, ORIGIN } from '../fixtures.suite.ts';
import { createSite } from './site.ts';

const catalogue = await openMadeUpCatalogue();
const site = createSite(catalogue.parts);
afterAll(() => catalogue.close());

it('llms.txt links to twins that are there', async () => {
  const text = await (await site.request('/llms.txt')).text();
  expect(text).toMatch(/^# Toolgate\n/);
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, address = '']) => address.slice(ORIGIN.length));
  const twins = links.filter((path) => /\.md(?:\?|$)/.test(path) && !path.includes('<'));
  expect(twins.length).toBeGreaterThan(20);
  for (const path of twins) {
    const answer = await site.request(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('content-type')).toContain('text/markdown');
  }
});

it('llms.txt is there before the index is, without figures', async () => {
  const early = createSite({ ...catalogue.parts, index: () => undefined });
  expect(await (await early.request('/llms.txt')).text()).not.toContain('The catalogue holds');
});
