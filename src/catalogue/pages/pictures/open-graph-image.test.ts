import { Hono } from 'hono';
import { expect, it, test } from 'vitest';
import { markup } from '../markup.ts';
import type { PageContent } from '../page.ts';
import { pageRoute, type Show } from '../routes.ts';
import { registerPictures, withPictures } from './open-graph-image.ts';

function siteWith(pages: readonly PageContent[]): Hono {
  const app = new Hono();
  const show: Show = withPictures(async (c, page) => c.html(page.main, page.status ?? 200));
  for (const page of pages) pageRoute(app, show, page.path, () => page);
  app.get('/plain.txt', (c) => c.text('plain'));
  registerPictures(app);
  return app;
}

const page: PageContent = {
  path: '/tools/crm/pause',
  title: 'pause',
  description: '',
  main: markup`<h1>pause</h1>`,
  markdown: '',
  picture: { title: 'pause', subtitle: 'on crm', level: 'medium' },
};

it('gives the picture of a page beside the page', async () => {
  const app = siteWith([page, { ...page, path: '/' }]);
  expect(await (await app.request('/tools/crm/pause')).text()).toContain('<h1>pause</h1>');
  for (const path of ['/pictures/tools/crm/pause.png', '/pictures/index.png']) {
    const answer = await app.request(path);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 630]);
  }
});

it('gives the same bytes again, and 304 to who has them', async () => {
  const first = await siteWith([page]).request('/pictures/tools/crm/pause.png');
  const again = await siteWith([page]).request('/pictures/tools/crm/pause.png');
  expect(Buffer.from(await first.arrayBuffer())).toEqual(Buffer.from(await again.arrayBuffer()));
  const etag = first.headers.get('etag') ?? '';
  const repeated = await siteWith([page]).request('/pictures/tools/crm/pause.png', {
    headers: { 'if-none-match': etag },
  });
  expect(repeated.status).toBe(304);
});

test.each([
  ['/pictures/nothing.png', 'no page'],
  ['/pictures/plain.txt.png', 'no page but a file'],
  ['/pictures/plain.png', 'a page without a picture'],
  ['/pictures/missing.png', 'a page that is not there'],
  ['/pictures/tools/crm/pause', 'no ending'],
  ['/pictures/tools/crm/pause.md.png', 'a twin'],
  ['/pictures/pictures/tools/crm/pause.png.png', 'a picture of a picture'],
])('%s is 404: %s', async (path) => {
  const { picture: _, ...plain } = page;
  const app = siteWith([page, { ...plain, path: '/plain' }, { ...page, path: '/missing', status: 404 }]);
  expect((await app.request(path)).status).toBe(404);
});
