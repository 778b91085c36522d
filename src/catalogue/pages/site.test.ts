import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { openMadeUpCatalogue, type MadeUpCatalogue } from '../fixtures.suite.ts';
import { SCRIPT_PATH, STYLE_PATH } from './assets.ts';
import { createSite } from './site.ts';

let catalogue: MadeUpCatalogue;
let site: Hono;
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue();
  site = createSite(catalogue.parts);
});
afterAll(() => catalogue.close());

async function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ answer: Response; text: string }> {
  const answer = await site.request(`http://127.0.0.1${path}`, { headers });
  return { answer, text: await answer.text() };
}

const PAGES = [
  '/',
  '/tools/example-desk',
  '/tools/example-desk/create-note',
  '/app/start/example-desk',
  '/app/start/example-desk/create-note',
];

describe('every page', () => {
  it.each(PAGES)('%s is there, whole without a script and strict about what may run', async (path) => {
    const { answer, text } = await ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).toContain('<main id="main"');
    expect(text).toContain('href="#main"');
    expect(text).not.toMatch(/ style="| on\w+="/);
  });

  it.each(PAGES)('%s is the same, byte for byte, when it is asked for again', async (path) => {
    expect((await ask(path)).text).toBe((await ask(path)).text);
  });

  it.each(PAGES)('%s has a twin in Markdown', async (path) => {
    const { answer, text } = await ask(path === '/' ? '/index.md' : `${path}.md`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(text).toMatch(/^# /);
  });

  it('is not sent again to whom has it', async () => {
    const etag = (await ask('/tools/example-desk')).answer.headers.get('etag') ?? '';
    const { answer, text } = await ask('/tools/example-desk', { 'if-none-match': `"other", W/${etag}` });
    expect([answer.status, text]).toEqual([304, '']);
  });

  it('says where it belongs', async () => {
    expect((await ask('/tools/example-desk/create-note')).text).toContain(
      '<link rel="canonical" href="https://toolgate.example/tools/example-desk/create-note">',
    );
  });

  it('has unique ids, and labels that point to them', async () => {
    for (const path of PAGES) {
      const { text } = await ask(path);
      const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, id] of text.matchAll(/(?: for| aria-labelledby| data-copy)="([^"]*)"/g))
        expect(ids).toContain(id);
    }
  });

  it('has links within it that lead somewhere', async () => {
    const seen = new Set<string>();
    for (const path of PAGES)
      for (const [, to = ''] of (await ask(path)).text.matchAll(/href="(\/(?!assets)[^"#]*)"/g)) seen.add(to);
    expect(seen.size).toBeGreaterThan(20);
    for (const path of seen) expect([path, (await ask(path)).answer.status]).toEqual([path, 200]);
  });
});

describe('the files of the site', () => {
  it.each([STYLE_PATH, SCRIPT_PATH])('%s is kept for good under the hash in its name', async (path) => {
    const { answer } = await ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(path).toMatch(/\.[0-9a-f]{10}\.(?:css|js)$/);
  });

  it('are not there under another name', async () => {
    expect((await ask('/assets/site.0000000000.css')).answer.status).toBe(404);
  });
});

describe('addresses that are not there', () => {
  it('give the nearest tools of the server', async () => {
    const { answer, text } = await ask('/tools/example-desk/creat-note');
    expect(answer.status).toBe(404);
    expect(text).toContain('href="/tools/example-desk/create-note"');
  });

  it('give the nearest servers', async () => {
    const { answer, text } = await ask('/tools/exampel-desk');
    expect(answer.status).toBe(404);
    expect(text).toContain('href="/tools/example-desk"');
  });

  it('lead on from the name of a server or tool to its page', async () => {
    const server = await ask('/tools/%40example%2Fdesk');
    expect([server.answer.status, server.answer.headers.get('location')]).toEqual([
      301,
      '/tools/example-desk',
    ]);
    const tool = await ask('/tools/example-desk/create_note');
    expect([tool.answer.status, tool.answer.headers.get('location')]).toEqual([
      301,
      '/tools/example-desk/create-note',
    ]);
  });

  it('tell of a server that did not answer', async () => {
    const { answer, text } = await ask('/tools/silent-server');
    expect(answer.status).toBe(404);
    expect(text).toContain('it ended before it answered');
  });

  it('repeat nothing of themselves as markup', async () => {
    const { answer, text } = await ask(`/tools/${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
    expect(answer.status).toBe(404);
    expect(text).not.toContain('<img');
  });

  it('are kept out of search engines', async () => {
    expect((await ask('/nowhere')).text).toContain('<meta name="robots" content="noindex">');
  });
});

describe('while the index is being built', () => {
  it('pages say so, with 503', async () => {
    const early = createSite({ ...catalogue.parts, index: () => undefined });
    for (const path of PAGES) {
      const answer = await early.request(`http://127.0.0.1${path}`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('being built');
    }
  });
});
