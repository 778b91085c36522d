import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolgateError } from '#platform';
import type { CatalogueIndex, CatalogueQuery, CatalogueSource, SearchAnswer } from './catalogue-ports.ts';
import { manyTools, SAMPLE } from './catalogue-sample.suite.ts';

/** What the search of every driver must do. `build` gives an index over a source. */
export function catalogueSearchSuite(build: (source: CatalogueSource) => Promise<CatalogueIndex>): void {
  describe('CatalogueIndex.search', () => {
    let index: CatalogueIndex;
    let large: CatalogueIndex;
    beforeAll(async () => {
      index = await build(SAMPLE);
      large = await build(manyTools(150, 12));
    });
    afterAll(() => Promise.all([index.close(), large.close()]));

    const search = (text: string, choice: Partial<CatalogueQuery> = {}): Promise<SearchAnswer> =>
      index.search({ text, limit: 50, ...choice });
    const namesOf = ({ tools }: SearchAnswer): readonly string[] => tools.items.map(({ tool }) => tool.name);

    async function allPages(from: CatalogueIndex, query: CatalogueQuery): Promise<readonly string[]> {
      const paths: string[] = [];
      for (let cursor: string | undefined; ;) {
        const { tools } = await from.search({ ...query, ...(cursor !== undefined && { cursor }) });
        expect(tools.items.length).toBeLessThanOrEqual(query.limit);
        paths.push(...tools.items.map(({ server, tool }) => `${server.slug}/${tool.slug}`));
        cursor = tools.next;
        if (cursor === undefined) return paths;
      }
    }

    it('puts the name itself first, then names that begin so, then names with the word, then the rest', async () => {
      expect(namesOf(await search('refund'))).toEqual([
        'refund',
        'refund_order',
        'order_refund_status',
        'create_order',
      ]);
    });

    it('finds a tool by a word of its own and one of its server, before those that only mention them', async () => {
      expect(namesOf(await search('github issue'))).toEqual(['create_issue']);
      expect(namesOf(await search('issue acme'))).toEqual(['create_issue']);
    });

    it.each([
      ['pause campaign', ['pause_campaign', 'fluentcrm_pause_campaign', 'tool_ja', 'tool_ko']],
      ['PAUSE  campaign!', ['pause_campaign', 'fluentcrm_pause_campaign', 'tool_ja', 'tool_ko']],
      ['pause_camp', ['pause_campaign', 'fluentcrm_pause_campaign', 'tool_ja', 'tool_ko']],
      ['fluentcrm_pause_campaign', ['fluentcrm_pause_campaign']],
      ['get user', ['get_user', 'getUser']],
      ['getUser', ['get_user', 'getUser']],
      ['getuser', ['get_user', 'getUser']],
      ['http server restart', ['HTTPServer.restart']],
      ['httpserver', ['HTTPServer.restart']],
      ['delete file', ['delete-file', 'tool_zh', 'tool_ru']],
      ['deletes files', ['delete-file', 'tool_zh', 'tool_ru']],
    ])('finds %j however its words are joined', async (text, names) => {
      expect([...namesOf(await search(text))].sort()).toEqual([...names].sort());
    });

    it('wants every word, and takes the last one as a beginning', async () => {
      expect(namesOf(await search('refund sta'))).toEqual(['order_refund_status']);
      expect(namesOf(await search('refu status'))).toEqual([]);
    });

    it.each([
      ['Polish', 'wstrzymuje kampanię', 'fluentcrm_pause_campaign'],
      ['Polish without diacritics', 'zrodlo cala kampanie', 'fluentcrm_delete_campaign'],
      ['its English', 'deletes campaign', 'fluentcrm_delete_campaign'],
      ['Chinese', '营销活动', 'tool_zh'],
      ['Chinese words apart', '删除 文件', 'tool_zh'],
      ['one Chinese character inside a word', '件', 'tool_zh'],
      ['Japanese', '一時停止', 'tool_ja'],
      ['Japanese with its long vowel', 'キャンペーン', 'tool_ja'],
      ['Japanese in half width', 'ｷｬﾝﾍﾟｰﾝ', 'tool_ja'],
      ['Korean without its endings', '캠페인 일시중지', 'tool_ko'],
      ['Korean in parts of syllables', '캠페인을'.normalize('NFD'), 'tool_ko'],
      ['Russian', 'удаляет файл', 'tool_ru'],
      ['Russian without ё', 'УДАЛЯЕТ ЕЩЕ', 'tool_ru'],
      ['Turkish with dotless ı', 'isik', 'tool_tr'],
      ['Turkish with dotted İ', 'istanbul', 'tool_tr'],
      ['German', 'groesse'.replace('oe', 'o'), 'tool_de'],
      ['Greek in capitals', 'ΤΟΥΣ ΧΡΗΣΤΕΣ', 'tool_el'],
      ['Thai inside a sentence', 'ไฟล์', 'tool_th'],
    ])('finds %s', async (_language, text, name) => {
      expect(namesOf(await search(text))).toContain(name);
    });

    it('does not find a run of characters whose pairs are elsewhere', async () => {
      expect(namesOf(await search('活文'))).toEqual([]);
    });

    it('finds every tool first by its own name', async () => {
      const { tools } = await search('');
      for (const { tool } of tools.items) {
        const [first] = namesOf(await search(tool.name));
        expect(first?.toLowerCase().replaceAll(/[^a-z]/g, '')).toBe(
          tool.name.toLowerCase().replaceAll(/[^a-z]/g, ''),
        );
      }
    });

    it('finds everything for an empty text, and nothing for a text without words', async () => {
      const everything = await search('  ');
      expect(everything.tools.items).toHaveLength(23);
      expect(everything.facets).toEqual({ counts: (await index.totals()).byCategory, atLeast: false });
      expect(everything.servers.map(({ facts }) => facts.slug)[0]).toBe('fluentcrm');
      for (const text of ['🙂', '"*" (', '_']) {
        expect(await search(text)).toMatchObject({ servers: [], tools: { items: [] } });
      }
    });

    it('keeps to a category, to a level and to a server', async () => {
      expect(namesOf(await search('campaign', { category: 'destructive' }))).toEqual([
        'fluentcrm_delete_campaign',
      ]);
      expect(namesOf(await search('', { level: 'critical' })).toSorted()).toEqual([
        'delete-file',
        'fluentcrm_delete_campaign',
        'refund',
        'refund_order',
        'tool_ru',
        'tool_zh',
      ]);
      expect(namesOf(await search('pause', { server: 'newsletter' }))).toEqual([
        'pause_campaign',
        'pause_all_mailings',
      ]);
      expect(namesOf(await search('', { server: 'newsletter' }))).toHaveLength(2);
      expect(namesOf(await search('campaign', { category: 'read', level: 'critical' }))).toEqual([]);
      expect(await search('pause', { server: 'not-there' })).toMatchObject({
        tools: { items: [] },
        servers: [],
      });
    });

    it('counts what was found by category, whatever category is chosen', async () => {
      const counts = { read: 1, write: 1, execute: 1, destructive: 1, financial: 0, unknown: 0 };
      for (const choice of [{}, { category: 'read' }, { level: 'critical' }] as const) {
        const { facets } = await search('fluentcrm campaign', choice);
        expect(facets).toEqual({ counts, atLeast: false });
      }
    });

    it('says so when it stopped counting', async () => {
      const { facets } = await large.search({ text: 'server', limit: 1 });
      expect(facets.atLeast).toBe(true);
      expect(Object.values(facets.counts).reduce((sum, count) => sum + count, 0)).toBe(1000);
    });

    it('shows servers, best first, with the first page of what no facet was chosen for', async () => {
      const slugs = ({ servers }: SearchAnswer): readonly string[] => servers.map(({ facts }) => facts.slug);
      expect(slugs(await search('shop'))).toEqual(['shop-mcp']);
      expect(slugs(await search('fluent'))).toEqual(['fluentcrm']);
      expect(slugs(await search('github-tools'))).toEqual(['acme-github-tools']);
      expect(slugs(await search('shop', { category: 'read' }))).toEqual([]);
      const { tools } = await search('refund', { limit: 1 });
      expect(slugs(await search('refund', { limit: 1, cursor: tools.next ?? '' }))).toEqual([]);
    });

    it.each([
      ['a rare word', { text: 'file 7' }],
      ['a word in most tools', { text: 'server' }],
      ['a beginning of most words', { text: 'c' }],
      ['two words', { text: 'get campaign' }],
      ['a word and a category', { text: 'user', category: 'destructive' }],
      ['a word and a level', { text: 'order', level: 'critical' }],
      ['a word on one server', { text: 'u', server: 'server-user-3' }],
      ['nothing', { text: '' }],
      ['nothing but a category', { text: '', category: 'financial' }],
    ] as const)('goes through all pages of %s once, in the order of one long page', async (_name, query) => {
      const whole = await large.search({ ...query, limit: 2000 });
      const paths = whole.tools.items.map(({ server, tool }) => `${server.slug}/${tool.slug}`);
      expect(paths.length).toBeGreaterThan(0);
      expect(new Set(paths).size).toBe(paths.length);
      expect(whole.tools.next).toBeUndefined();
      expect(await allPages(large, { ...query, limit: 37 })).toEqual(paths);
    });

    it('does not fill the first page with tools of one server', async () => {
      const { tools } = await large.search({ text: 'server', limit: 30 });
      expect(new Set(tools.items.map(({ server }) => server.slug)).size).toBeGreaterThan(9);
    });

    it('takes any text for what it is, and any cursor for bad but its own', async () => {
      const anyText = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({
          unit: fc.constantFrom(
            '"',
            '*',
            '(',
            ')',
            ' ',
            'OR',
            'NOT',
            ':',
            '^',
            '-',
            '{',
            'get',
            '\0',
            '\ud800',
            '删',
          ),
        }),
      );
      await fc.assert(
        fc.asyncProperty(anyText, fc.option(anyText, { nil: undefined }), async (text, cursor) => {
          const query = { text, limit: 5, ...(cursor !== undefined && { cursor }) };
          const answer = await large.search(query).catch((error: unknown) => error);
          if (answer instanceof ToolgateError)
            expect([answer.code, cursor]).toEqual(['catalogue.cursor', cursor ?? '']);
          else expect(answer).toHaveProperty('facets.atLeast');
        }),
        { numRuns: 500 },
      );
    });

    it('bounds the words of a long text', async () => {
      const start = performance.now();
      for (const text of ['get '.repeat(2500), 'x'.repeat(10_000), '删除'.repeat(5000), 'aA'.repeat(5000)]) {
        await large.search({ text, limit: 5 });
      }
      expect(performance.now() - start).toBeLessThan(2000);
    });

    it('refuses a cursor of another list', async () => {
      const { next = '' } = await large.listTools({ limit: 1 });
      await expect(large.search({ text: 'get', limit: 5, cursor: next })).rejects.toMatchObject({
        code: 'catalogue.cursor',
      });
    });
  });
}
