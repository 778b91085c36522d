import { describe, expect, it } from 'vitest';
import { lintPolicy, readPolicy } from '#policy';
import type { Answer } from './answers.ts';
import { openMadeUpCatalogue } from './made-up-catalogue.suite.ts';
import { createRegistryApi } from './registry-api.ts';

const index = await openMadeUpCatalogue();
const parts = { index: () => index, origin: 'https://catalogue.example', version: '1.0.0' };
const api = createRegistryApi(parts);

async function get<T>(path: string): Promise<T> {
  const response = await api.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

async function refused(path: string, status: number, init?: RequestInit): Promise<Answer<'Problem'>> {
  const response = await api.request(path, init);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  return (await response.json()) as Answer<'Problem'>;
}

describe('the record of a server', () => {
  it('has its tools with the riskiest first, each with class and recommended rule', async () => {
    const { tools } = await get<Answer<'ServerRecord'>>('/v0/servers/campaign-mcp');
    expect(tools.map(({ name, level, recommended }) => [name, level, recommended.effect])).toEqual([
      ['create_refund', 'critical', 'every call waits for a person'],
      ['delete_campaign', 'critical', 'neither listed nor callable'],
      ['resume_campaign', 'high', 'allowed, at most 10 a minute per grant'],
      ['run_shell_command', 'high', 'allowed, at most 10 a minute per grant'],
      ['xyzzy', 'high', 'allowed, at most 10 a minute per grant'],
      ['pause_campaign', 'medium', 'allowed, at most 30 a minute per grant'],
      ['list_campaigns', 'low', 'allowed'],
    ]);
    expect(tools[5]?.recommended.rule).toEqual({
      limits: [{ counter: 'pause_campaign_rate', window: 'minute', max: 30, scope: 'grant' }],
    });
    expect(tools[1]?.recommended.rule).toBe('hide');
  });

  it('says when and how it was read, what it weighs, and where more is', async () => {
    expect(await get('/v0/servers/campaign-mcp')).toMatchObject({
      slug: 'campaign-mcp',
      package: '@example/campaign-mcp',
      lastRead: '2026-11-20T10:00:00.000Z',
      toolCount: 7,
      counts: { read: 1, write: 1, execute: 2, destructive: 1, financial: 1, unknown: 1 },
      how: { by: 'npm', sandbox: 'bubblewrap' },
      lifecycle: { status: 'answers', earlier: [{ version: '1.1.0' }] },
      links: {
        page: '/tools/campaign-mcp',
        record: '/v0/servers/campaign-mcp',
        policy: '/v0/servers/campaign-mcp/policy',
      },
    });
  });

  it('says that a newer version did not answer', async () => {
    expect(await get('/v0/servers/search-0')).toMatchObject({
      lifecycle: { status: 'stopped_answering', failedAttempt: { version: '2.0.0', reason: 'no_answer' } },
    });
  });

  it('adds its effects up to all of its tools', async () => {
    for (const slug of ['campaign-mcp', 'hostile-mcp', 'no-tools-mcp']) {
      const { effects, toolCount } = await get<Answer<'ServerRecord'>>(`/v0/servers/${slug}`);
      expect(effects.reduce((sum, { tools }) => sum + tools, 0)).toBe(toolCount);
    }
  });
});

describe('the recommended policy of a server', () => {
  it.each(['campaign-mcp', 'hostile-mcp', 'no-tools-mcp'])('of %s is valid as it is', async (slug) => {
    const text = await (await api.request(`/v0/servers/${slug}/policy`)).text();
    const read = readPolicy(text);
    expect(read).toMatchObject({ ok: true });
    const { tools } = await get<Answer<'ServerRecord'>>(`/v0/servers/${slug}`);
    if (read.ok)
      expect(lintPolicy(read.document, tools).filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('tools', () => {
  it('are found by exact name, each with the path of its page', async () => {
    const { tools } = await get<Answer<'ToolPage'>>('/v0/tools?name=pause_campaign');
    expect(tools.map(({ server, links }) => [server.slug, links.page])).toEqual([
      ['campaign-mcp', '/tools/campaign-mcp/pause-campaign'],
    ]);
    expect(await get('/v0/tools?name=pause-campaign')).toEqual({ tools: [] });
  });

  it('of one name on more servers than the limit lets through say so', async () => {
    const cut = await get<Answer<'ToolPage'>>('/v0/tools?name=search&limit=29');
    expect([cut.tools.length, cut.isCut]).toEqual([29, true]);
    const all = await get<Answer<'ToolPage'>>('/v0/tools?name=search&limit=30');
    expect([all.tools.length, all.isCut]).toEqual([30, undefined]);
  });

  it('are found by words, category and level, page by page, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await get<Answer<'ToolPage'>>(
        `/v0/tools?q=search&category=read&level=low&limit=7${cursor}`,
      );
      seen.push(...page.tools.map(({ server }) => server.slug));
      cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== '');
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
  });

  it('have a record with evidence, parameters and attacks', async () => {
    expect(await get('/v0/servers/campaign-mcp/tools/pause-campaign')).toMatchObject({
      name: 'pause_campaign',
      category: 'write',
      language: 'pl',
      reversibleBy: 'resume_campaign',
      evidence: expect.arrayContaining([
        expect.objectContaining({ quote: 'Wstrzymuje kampanię', language: 'pl' }),
      ]) as unknown,
      parameters: [{ name: 'campaign_id', type: 'integer', required: true }],
      attacks: expect.arrayContaining([
        expect.objectContaining({ page: '/attacks/runaway-tool-loops' }),
      ]) as unknown,
    });
  });

  it('that a policy cannot name have no rule, and say what that means', async () => {
    const { tools } = await get<Answer<'ServerRecord'>>('/v0/servers/hostile-mcp');
    const starred = tools.find(({ name }) => name === 'delete_*');
    expect(starred?.recommended).toEqual({ effect: 'neither listed nor callable' });
  });
});

describe('servers', () => {
  it('are listed page by page in each order, each once', async () => {
    for (const order of ['slug', 'danger', 'tokens']) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await get<Answer<'ServerPage'>>(`/v0/servers?order=${order}&limit=10${cursor}`);
        seen.push(...page.servers.map(({ slug }) => slug));
        cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
      } while (cursor !== '');
      expect(new Set(seen).size).toBe(33);
      expect(seen).toHaveLength(33);
      if (order === 'slug') expect(seen).toEqual(seen.toSorted());
    }
  });

  it('are found by words, and by the exact name of a package', async () => {
    const byWords = await get<Answer<'ServerPage'>>('/v0/servers?q=campaign');
    expect(byWords.servers.map(({ slug }) => slug)).toEqual(['campaign-mcp']);
    const byName = await get<Answer<'ServerPage'>>('/v0/servers?name=%40example%2Fcampaign-mcp');
    expect(byName.servers.map(({ slug }) => slug)).toEqual(['campaign-mcp']);
    expect(await get('/v0/servers?name=campaign')).toEqual({ servers: [] });
  });
});

describe('the feed of changes', () => {
  it('goes on where it ended, and stays there while nothing is new', async () => {
    const first = await get<Answer<'ChangePage'>>('/v0/changes?after=0&limit=3');
    expect(first.changes.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const second = await get<Answer<'ChangePage'>>(`/v0/changes?after=${first.continueAfter}`);
    expect(second.changes).toMatchObject([{ seq: 4, from: 'write', to: 'destructive' }]);
    expect(await get(`/v0/changes?after=${second.continueAfter}`)).toEqual({
      changes: [],
      continueAfter: 4,
    });
  });

  it('has the newest first where no place is given, and those of one server alone', async () => {
    const { changes } = await get<Answer<'ChangePage'>>('/v0/changes?server=campaign-mcp&limit=2');
    expect(changes.map(({ seq }) => seq)).toEqual([4, 2]);
  });
});

it('counts everything, and lists what did not answer', async () => {
  expect(await get('/v0/totals')).toMatchObject({ servers: 33, unanswered: 2 });
  const first = await get<Answer<'UnansweredPage'>>('/v0/unanswered?limit=1');
  expect(first.unanswered).toMatchObject([{ name: '@example/broken-mcp', reason: 'exited' }]);
  const second = await get<Answer<'UnansweredPage'>>(`/v0/unanswered?limit=1&cursor=${first.next}`);
  expect([second.unanswered[0]?.name, second.next]).toEqual(['search-mcp-0', undefined]);
});

describe('a configuration', () => {
  const check = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    ({ method: 'POST', body, headers }) as const;
  const SECRET = 'sk-canary-1234';

  it('is answered server by server, without its secrets', async () => {
    const block = {
      mcpServers: {
        campaigns: {
          command: 'npx',
          args: ['-y', '@example/campaign-mcp', '--key', SECRET],
          env: { TOKEN: SECRET },
        },
        broken: { command: 'npx', args: ['-y', '@example/broken-mcp'] },
        far: { url: `https://mcp.example/mcp?key=${SECRET}` },
        own: { command: './server' },
      },
    };
    const headers = { 'content-type': 'application/json', 'if-none-match': '*' };
    const response = await api.request('/v0/check', check(JSON.stringify(block), headers));
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(text).not.toContain(SECRET);
    const report = JSON.parse(text) as Answer<'StackReport'>;
    expect(report).toMatchObject({
      toolCount: 7,
      byStatus: { known: 1, unanswered: 1, remote: 1, unknown: 1 },
      servers: [
        {
          name: 'campaigns',
          status: 'known',
          known: { server: { slug: 'campaign-mcp' }, readVersion: '1.2.0' },
        },
        { name: 'broken', status: 'unanswered', failedAttempt: { reason: 'exited' } },
        { name: 'far', status: 'remote', host: 'mcp.example' },
        { name: 'own', status: 'unknown' },
      ],
      problems: [],
    });
    expect(report.servers[0]?.known?.mostDangerous[0]?.level).toBe('critical');
  });

  it('that cannot be read is refused with the place of the fault', async () => {
    const { problems } = await refused('/v0/check', 400, check('{"mcpServers": {'));
    expect(problems?.[0]).toMatchObject({ line: 1 });
  });

  it('is refused when it is too large or not JSON', async () => {
    await refused('/v0/check', 413, check(' '.repeat(1024 * 1024 + 1)));
    await refused('/v0/check', 415, check('{}', { 'content-type': 'text/plain' }));
  });
});

describe('what is asked for wrongly', () => {
  it.each([
    ['/v0/servers?limit=0', /from 1 to 100/],
    ['/v0/servers?limit=101', /from 1 to 100/],
    ['/v0/servers?limit=1e1', /from 1 to 100/],
    ['/v0/servers?order=age', /slug/],
    ['/v0/servers?page=2', /q, name, order, limit, cursor/],
    ['/v0/servers?limit=1&limit=2', /once/],
    ['/v0/servers?q=x&cursor=y', /Leave/],
    ['/v0/servers?cursor=made-up', /begin again without one/],
    ['/v0/tools?cursor=made-up', /begin again without one/],
    ['/v0/unanswered?cursor=made-up', /begin again without one/],
    ['/v0/tools?category=harmless', /destructive/],
    ['/v0/tools?name=x&q=y', /limit/],
    [`/v0/tools?q=${'x'.repeat(201)}`, /200 characters/],
    ['/v0/changes?after=-1', /continueAfter/],
    ['/v0/totals?x=1', /Leave all parameters out/],
  ])('%s says what to do', async (path, hint) => {
    expect((await refused(path, 400)).hint).toMatch(hint);
  });

  it('is told which are called like it', async () => {
    const { nearest } = await refused('/v0/servers/campain-mcp', 404);
    expect(nearest?.[0]).toEqual({ name: 'campaign-mcp', record: '/v0/servers/campaign-mcp' });
    const tool = await refused('/v0/servers/campaign-mcp/tools/pause-campain', 404);
    expect(tool.nearest?.[0]).toEqual({
      name: 'pause_campaign',
      record: '/v0/servers/campaign-mcp/tools/pause-campaign',
    });
  });

  it('is told the slug where it gave the name of a package, and that a package did not answer', async () => {
    const { nearest } = await refused('/v0/servers/%40example%2Fcampaign-mcp', 404);
    expect(nearest).toEqual([{ name: 'campaign-mcp', record: '/v0/servers/campaign-mcp' }]);
    expect((await refused('/v0/servers/%40example%2Fbroken-mcp', 404)).code).toBe('registry.unanswered');
  });

  it.each(['/v0', '/v0/', '/v0/nothing', '/v0/servers/', '/v0/servers/a/b', '/v0/servers/%ff'])(
    '%s is not there',
    async (path) => {
      await refused(path, 404);
    },
  );

  it('is refused for another method, which is named', async () => {
    const response = await api.request('/v0/totals', { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await api.request('/v0/check')).headers.get('allow')).toBe('POST');
  });
});

describe('every answer', () => {
  it('has the same bytes each time, and is not sent again to who has it', async () => {
    for (const path of ['/v0/servers/campaign-mcp', '/v0/tools?q=campaign', '/v0/openapi.json']) {
      const first = await api.request(path);
      const again = await api.request(path);
      expect(await again.text()).toBe(await first.text());
      const etag = first.headers.get('etag') ?? '';
      expect(first.headers.get('cache-control')).toBe('public, max-age=300');
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const known304 = await api.request(path, { headers: { 'if-none-match': known } });
        expect([known304.status, await known304.text(), known304.headers.get('etag')]).toEqual([
          304,
          '',
          etag,
        ]);
      }
      expect((await api.request(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    }
  });

  it('can be asked for without its body', async () => {
    const response = await api.request('/v0/totals', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('etag')).toMatch(/^".+"$/);
  });

  it('may be read by pages of other sites, which may send nothing', async () => {
    expect((await api.request('/v0/totals')).headers.get('access-control-allow-origin')).toBe('*');
    expect((await api.request('/v0/nothing')).headers.get('access-control-allow-origin')).toBe('*');
    const asked = await api.request('/v0/totals', { method: 'OPTIONS' });
    expect([asked.status, asked.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD']);
    const check = await api.request('/v0/check', { method: 'OPTIONS' });
    expect([check.status, check.headers.get('access-control-allow-origin')]).toEqual([405, null]);
  });
});

describe('while there is no index', () => {
  it('every path says when to ask again, and the document is there', async () => {
    const early = createRegistryApi({ ...parts, index: () => undefined });
    const response = await early.request('/v0/totals');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await early.request('/v0/openapi.json')).status).toBe(200);
  });

  it('an index that is closed under a request counts as none', async () => {
    const other = await openMadeUpCatalogue();
    await other.close();
    const closed = createRegistryApi({ ...parts, index: () => other });
    expect((await closed.request('/v0/totals')).status).toBe(503);
  });
});

it('a fault is told to who runs it, and not to who asked', async () => {
  const faults: unknown[] = [];
  const broken = createRegistryApi({
    ...parts,
    index: () => ({ ...index, totals: () => Promise.reject(new Error('disk on fire')) }),
    onFault: (error) => faults.push(error),
  });
  const response = await broken.request('/v0/totals');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('fire');
  expect(faults).toHaveLength(1);
});
