import { afterAll, describe, expect, it, test } from 'vitest';
import { openMadeUpCatalogue, type MadeUpServer } from '../fixtures.suite.ts';
import { classesOf, levelOf } from './class-facts.ts';
import { CATEGORIES_BY_DANGER, LEVELS_BY_DANGER } from './phrases.ts';
import { createSite } from './site.ts';

const MANY: MadeUpServer = {
  slug: 'many',
  tools: Array.from({ length: 60 }, (_, i) => ({ name: `list_things_${i}`, description: 'Lists things.' })),
};
const catalogue = await openMadeUpCatalogue();
const large = await openMadeUpCatalogue([MANY]);
const site = createSite(catalogue.parts);
afterAll(() => Promise.all([catalogue.close(), large.close()]));

async function textAt(path: string, of = site): Promise<string> {
  const answer = await of.request(path);
  expect(answer.status).toBe(200);
  return answer.text();
}

describe('levels and classes', () => {
  it('cover each other', () => {
    expect(LEVELS_BY_DANGER.flatMap(classesOf).toSorted()).toEqual([...CATEGORIES_BY_DANGER].toSorted());
  });

  it('are shown with what the recommended rule does', async () => {
    const page = await textAt('/risk');
    for (const level of LEVELS_BY_DANGER) expect(page).toContain(`href="/risk/${level}"`);
    for (const category of CATEGORIES_BY_DANGER) expect(page).toContain(`href="/category/${category}"`);
    expect(page).toContain('Allowed, at most 30 a minute per grant.');
    expect(page).toContain('Every call waits for a person.');
    expect(page).toContain('Neither listed nor callable.');
  });

  test.each(LEVELS_BY_DANGER)('%s has its page and its twin', async (level) => {
    const page = await textAt(`/risk/${level}`);
    for (const category of classesOf(level)) expect(page).toContain(`href="/category/${category}"`);
    expect(page).toContain('href="/attacks/');
    expect(await textAt(`/risk/${level}.md`)).toMatch(/^# (?:Low|Medium|High|Critical) risk\n/);
  });

  test.each(CATEGORIES_BY_DANGER)('%s has its page with its tools and its policy', async (category) => {
    const page = await textAt(`/category/${category}`);
    const own = catalogue.servers.flatMap(({ slug, tools }) =>
      tools.filter((tool) => tool.category === category).map((tool) => `/tools/${slug}/${tool.slug}`),
    );
    for (const path of own) expect(page).toContain(`href="${path}"`);
    expect(page).toContain('tool_name');
    expect(page).toContain(`href="/risk/${levelOf(category)}"`);
    expect(await textAt(`/category/${category}.md`)).toContain('```json');
  });

  it('show unknown as unknown', async () => {
    const page = await textAt('/category/unknown');
    expect(page).toContain('Unknown · treated as High');
    expect(page).toContain('xyzzy');
    expect(await textAt('/category/read')).not.toContain('xyzzy');
  });

  test.each(['/risk/none', '/risk/__proto__', '/category/other', '/category/constructor', '/risk/Low'])(
    '%s is not there',
    async (path) => {
      expect((await site.request(path)).status).toBe(404);
    },
  );
});

describe('a long list', () => {
  const many = createSite(large.parts);

  it.each(['/risk/low', '/category/read'])('%s goes on', async (path) => {
    const first = await textAt(path, many);
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).toMatch(new RegExp(`^${path}\\?cursor=`));
    const second = await textAt(next, many);
    expect(second).toContain('noindex');
    expect(second).toContain(`href="${path}">From the beginning`);
    const names = (text: string): readonly string[] => text.match(/(?<=href="\/tools\/many\/)[\w-]+/g) ?? [];
    const seen = [...names(first), ...names(second)];
    expect(new Set(seen).size).toBe(60);
    expect(seen).toHaveLength(60);
  });

  it('has no page for a cursor of another list', async () => {
    expect((await many.request('/risk/low?cursor=nonsense')).status).toBe(400);
    expect((await many.request('/category/read?cursor=WzEsMl0')).status).toBe(400);
  });
});
