import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatalogueIndex, CatalogueSource, Page, ServerEntry, ToolEntry } from './catalogue-ports.ts';
import { manyTools, SAMPLE, serverOf, sourceOf, toolOf } from './catalogue-sample.suite.ts';
import { catalogueSearchSuite } from './catalogue-search.suite.ts';

const slugsOf = (servers: readonly ServerEntry[]): readonly string[] =>
  servers.map(({ facts }) => facts.slug);
const pathsOf = (tools: readonly ToolEntry[]): readonly string[] =>
  tools.map(({ server, tool }) => `${server.slug}/${tool.slug}`);

async function allPages<T>(read: (cursor?: string) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return items;
  }
}

/** What every driver's `CatalogueIndex` must do. `build` gives an index over a source. */
export function catalogueIndexSuite(build: (source: CatalogueSource) => Promise<CatalogueIndex>): void {
  catalogueSearchSuite(build);

  describe('CatalogueIndex', () => {
    let index: CatalogueIndex;
    beforeAll(async () => {
      index = await build(SAMPLE);
    });
    afterAll(() => index.close());

    it('counts what it was built from', async () => {
      expect(await index.totals()).toEqual({
        servers: 5,
        tools: 23,
        unanswered: 3,
        byCategory: { read: 7, write: 8, execute: 2, destructive: 4, financial: 2, unknown: 0 },
        newestScan: '2026-05-01T00:00:00.000Z',
        tokens: { median: 500, p90: 5300, most: 5300 },
      });
    });

    it('is there for a catalogue of nothing', async () => {
      const empty = await build(sourceOf([]));
      expect(await empty.totals()).toMatchObject({ servers: 0, tools: 0 });
      expect((await empty.totals()).newestScan).toBeUndefined();
      expect(await empty.search({ text: '', limit: 5 })).toMatchObject({ servers: [], tools: { items: [] } });
      expect(await empty.nearestServers('any', 5)).toEqual([]);
      await empty.close();
    });

    it('gives a server as its record has it, with what its tools add up to', async () => {
      const { tools: _, ...facts } = [...(SAMPLE.servers() as Iterable<ReturnType<typeof serverOf>>)][2] ?? {
        tools: [],
      };
      expect(await index.server('acme-github-tools')).toEqual({
        facts,
        toolCount: 4,
        counts: { read: 1, write: 1, execute: 1, destructive: 1, financial: 0, unknown: 0 },
        tokens: 5300,
        tokenRank: 1,
      });
    });

    it('gives a tool as its record has it, with server, level and summary', async () => {
      expect(await index.tool('shop-mcp', 'refund')).toEqual({
        server: { slug: 'shop-mcp', name: 'shop-mcp' },
        tool: toolOf('refund', 'financial'),
        level: 'critical',
        summary: 'Its name says so. Part of shop-mcp.',
      });
    });

    it('gives nothing for what is not there, whatever is asked for', async () => {
      for (const slug of ['', 'not-there', 'shop-mcp\0', '\ud800', 'SHOP-MCP', "' OR 1 --"]) {
        expect(await index.server(slug)).toBeUndefined();
        expect(await index.toolsOf(slug)).toEqual([]);
        expect(await index.tool(slug, 'refund')).toBeUndefined();
        expect(await index.tool('shop-mcp', slug)).toBeUndefined();
        expect(await index.toolsNamed(slug, 5)).toEqual([]);
        expect(await index.serverNamed(slug)).toBeUndefined();
        expect(await index.similarServers(slug, 5)).toEqual([]);
        expect(await index.relatedTools(slug, 'refund', 5)).toEqual([]);
        expect(await index.unansweredNamed(slug)).toBeUndefined();
      }
    });

    it('keeps the tools of a server in its own order', async () => {
      expect((await index.toolsOf('shop-mcp')).map(({ tool }) => tool.name)).toEqual([
        'get_user',
        'refund',
        'refund_order',
        'create_order',
        'order_refund_status',
      ]);
    });

    it('finds tools by their exact name, also one that no text column can hold', async () => {
      const names = ['run', 'Run', 'odd\0name', 'odd\ud800name'];
      const odd = await build(
        sourceOf(
          [1, 2].map((n) =>
            serverOf(
              `s${n}`,
              names.map((name, i) => toolOf(name, 'read', { slug: `t${i}` })),
            ),
          ),
        ),
      );
      for (const name of names) {
        expect((await odd.toolsNamed(name, 10)).map(({ tool }) => tool.name)).toEqual([name, name]);
      }
      expect(await odd.toolsNamed('run', 1)).toHaveLength(1);
      await odd.close();
    });

    it('finds a server by package, slug, or what it calls itself, in this order', async () => {
      expect((await index.serverNamed('@acme/github-tools'))?.facts.slug).toBe('acme-github-tools');
      expect((await index.serverNamed('acme-github-tools'))?.facts.slug).toBe('acme-github-tools');
      expect((await index.serverNamed('FluentCRM MCP'))?.facts.slug).toBe('fluentcrm');
      const named = await build(
        sourceOf([
          serverOf('one', [], { serverInfo: { name: 'two', version: '1' }, repository: 'first/by-rank' }),
          serverOf('two', []),
        ]),
      );
      expect((await named.serverNamed('two'))?.facts.slug).toBe('two');
      await named.close();
    });

    it('lists servers by slug, by danger and by tokens, each once, over all pages', async () => {
      const list = (order: 'slug' | 'danger' | 'tokens') =>
        allPages((cursor) => index.listServers({ order, limit: 2, ...(cursor !== undefined && { cursor }) }));
      expect(slugsOf(await list('slug'))).toEqual([
        'acme-github-tools',
        'fluentcrm',
        'many-tongues',
        'newsletter',
        'shop-mcp',
      ]);
      expect(slugsOf(await list('danger'))).toEqual([
        'many-tongues',
        'shop-mcp',
        'acme-github-tools',
        'fluentcrm',
        'newsletter',
      ]);
      const byTokens = await list('tokens');
      expect(byTokens.map(({ tokens }) => tokens)).toEqual([5300, 800, 500, 400, 200]);
      expect(byTokens.map(({ tokenRank }) => tokenRank)).toEqual([1, 2, 3, 4, 5]);
    });

    it('lists tools of a category or level, each once, over all pages', async () => {
      const large = await build(manyTools(40, 10));
      for (const [choice, count] of [
        [{}, 400],
        [{ category: 'write' }, 80],
        [{ level: 'critical' }, 160],
        [{ category: 'read', level: 'critical' }, 0],
      ] as const) {
        const paths = pathsOf(
          await allPages((cursor) =>
            large.listTools({ ...choice, limit: 7, ...(cursor !== undefined && { cursor }) }),
          ),
        );
        expect(new Set(paths).size).toBe(count);
        expect(paths).toEqual(pathsOf((await large.listTools({ ...choice, limit: 1000 })).items));
      }
      await large.close();
    });

    it.each(['', 'x', 'AAAA', Buffer.from('["slug",1]').toString('base64url'), '💥'])(
      'refuses %j as a cursor of any list',
      async (cursor) => {
        for (const asked of [
          index.listServers({ order: 'slug', limit: 2, cursor }),
          index.listServers({ order: 'tokens', limit: 2, cursor }),
          index.listTools({ limit: 2, cursor }),
          index.unanswered({ limit: 2, cursor }),
        ]) {
          await expect(asked).rejects.toMatchObject({ code: 'catalogue.cursor' });
        }
      },
    );

    it('finds tools of other servers that do the same, the same name first', async () => {
      const related = await index.relatedTools('fluentcrm', 'fluentcrm-pause-campaign', 5);
      expect(pathsOf(related)).toEqual(['newsletter/pause-campaign']);
      expect(pathsOf(await index.relatedTools('acme-github-tools', 'getuser', 5))).toEqual([
        'shop-mcp/get-user',
      ]);
    });

    it('relates one tool of each of as many other servers as wanted', async () => {
      const large = await build(manyTools(40, 10));
      const related = await large.relatedTools('server-user-0', 'create-file-2', 7);
      expect(related).toHaveLength(7);
      expect(new Set(related.map(({ server }) => server.slug)).size).toBe(7);
      expect(related.map(({ server }) => server.slug)).not.toContain('server-user-0');
      expect(related[0]?.tool.name).toBe('create_file_2');
      await large.close();
    });

    it('finds servers with tools of the same names, not those that share nothing', async () => {
      expect(slugsOf(await index.similarServers('acme-github-tools', 5))).toEqual(['shop-mcp']);
    });

    it.each([
      ['flunetcrm', 'fluentcrm'],
      ['fluent-crm', 'fluentcrm'],
      ['fluentcrm-mcp', 'fluentcrm'],
      ['github-tools', 'acme-github-tools'],
      ['acme-github-tool', 'acme-github-tools'],
      ['shop', 'shop-mcp'],
      ['newsleter', 'newsletter'],
      ['many-tonges', 'many-tongues'],
    ])('finds what %j is most like', async (slug, nearest) => {
      expect(slugsOf(await index.nearestServers(slug, 3))[0]).toBe(nearest);
    });

    it('finds nothing near a slug like no other', async () => {
      for (const slug of ['zzzzzzzzzzzz', '', 'x'.repeat(5000), '%00', '\ud800', '🙂']) {
        expect(await index.nearestServers(slug, 3)).toEqual([]);
      }
    });

    it('tells changes from a place on, or the newest', async () => {
      const numbers = async (query: { after?: number; server?: string; limit: number }) =>
        (await index.changes(query)).map(({ seq }) => seq);
      expect(await numbers({ after: 0, limit: 3 })).toEqual([1, 2, 3]);
      expect(await numbers({ after: 3, limit: 3 })).toEqual([4]);
      expect(await numbers({ limit: 3 })).toEqual([4, 3, 2]);
      expect(await numbers({ server: 'shop-mcp', limit: 3 })).toEqual([4, 2]);
      expect(await numbers({ server: 'shop-mcp', after: 2, limit: 3 })).toEqual([4]);
    });

    it('names those that did not answer, in order of names', async () => {
      const all = await allPages((cursor) =>
        index.unanswered({ limit: 2, ...(cursor !== undefined && { cursor }) }),
      );
      expect(all.map(({ name }) => name)).toEqual(['silent-a', 'silent-b', 'silent-c']);
      expect(await index.unansweredNamed('silent-b')).toEqual(all[1]);
    });

    it('answers the same, in the same order, when it is built again', async () => {
      const answers = async (from: CatalogueIndex): Promise<string> =>
        JSON.stringify([
          await from.totals(),
          await from.search({ text: 'c', limit: 9 }),
          await from.search({ text: 'get user', limit: 9 }),
          await from.listTools({ limit: 50 }),
          await from.similarServers('server-user-3', 9),
          await from.relatedTools('server-user-3', 'get-user-0', 9),
          await from.nearestServers('server-usr', 9),
        ]);
      const [first, second] = [await build(manyTools(60, 9)), await build(manyTools(60, 9))];
      expect(await answers(second)).toBe(await answers(first));
      expect(await answers(first)).toBe(await answers(first));
      await Promise.all([first.close(), second.close()]);
    });

    it('refuses to answer once it is closed, and closes twice', async () => {
      const closed = await build(sourceOf([]));
      await closed.close();
      await closed.close();
      await expect(closed.totals()).rejects.toMatchObject({ code: 'store.closed' });
    });
  });
}
