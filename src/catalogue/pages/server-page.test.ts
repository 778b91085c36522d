import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DESK,
  FORECAST,
  HOSTILE,
  openMadeUpCatalogue,
  ORIGIN,
  type MadeUpCatalogue,
} from '../fixtures.suite.ts';
import { framed } from './layout.ts';
import type { PageContent } from './page.ts';
import { byDanger, serverPage, type ServerFacts } from './server-page.ts';
import { changeInWords, unansweredPage } from './server-reading.ts';

let catalogue: MadeUpCatalogue;
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue([DESK, FORECAST, HOSTILE]);
});
afterAll(() => catalogue.close());

async function factsOf(slug: string): Promise<ServerFacts> {
  const { index } = catalogue;
  const server = await index.server(slug);
  if (server === undefined) throw new Error(`no server ${slug}`);
  return {
    server,
    tools: await index.toolsOf(slug),
    similar: await index.similarServers(slug, 6),
    changes: await index.changes({ server: slug, limit: 30 }),
    totals: await index.totals(),
    origin: ORIGIN,
  };
}

function textOf({ main }: PageContent): string {
  return main
    .toString()
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');
}

describe('the page of a server', () => {
  it('says how many tools it has, and what they can do', async () => {
    expect(textOf(serverPage(await factsOf('example-desk')))).toContain(
      '@example/desk gives an agent 6 tools. Of these, 1 can take away what does not come back; 1 can move money; 1 sets things going that take their own course; 1 changes things that can be changed back; what 1 does is unknown.',
    );
  });

  it('speaks of a single tool that only reads', async () => {
    const text = textOf(serverPage(await factsOf('forecast')));
    expect(text).toContain('forecast gives an agent 1 tool. It only reads.');
    expect(text).not.toContain('1 tools');
  });

  it('lists tools, the most dangerous first', async () => {
    const { tools } = await factsOf('example-desk');
    expect(byDanger(tools).map(({ tool }) => tool.category)).toEqual([
      'financial',
      'destructive',
      'execute',
      'write',
      'read',
      'unknown',
    ]);
  });

  it('has the policy for all tools, and what it does to them', async () => {
    const { main, markdown } = serverPage(await factsOf('example-desk'));
    const policy = /<pre id="server-policy"[^>]*><code>([^<]*)</.exec(main.toString())?.[1];
    expect(JSON.parse(policy?.replaceAll('&quot;', '"') ?? '')).toMatchObject({
      default: 'deny',
      hide: ['delete_note'],
      tools: { list_notes: {}, create_refund: { action: 'require_approval' } },
    });
    expect(markdown).toContain('What the server may add later is neither listed nor callable.');
  });

  it('says what the definitions cost beside other servers', async () => {
    const facts = await factsOf('example-desk');
    const text = textOf(serverPage(facts));
    expect(text).toContain(`${facts.server.tokens} tokens`);
    expect(text).toMatch(/% of a window of 200,000/);
    expect(text).toContain(`of ${facts.totals.servers} servers`);
  });

  it('says how it was read, with which values made up', async () => {
    const text = textOf(serverPage(await factsOf('example-desk')));
    expect(text).toContain('On 20 November 2026 version 1.2.3 was installed from its package');
    expect(text).toContain('The variables DESK_API_KEY and DESK_URL had made-up values.');
  });

  it('tells what changed, the newest first', async () => {
    const text = textOf(serverPage(await factsOf('example-desk')));
    expect(text).toMatch(
      /class of create_note changed in version 1\.2\.3 from Read to Write.*came into the catalogue/,
    );
  });

  it('marks definitions with hidden text', async () => {
    expect(textOf(serverPage(await factsOf('hostile')))).toContain('characters that a reader does not see');
  });

  it('makes neither a failure nor an element of what others wrote', async () => {
    const facts = await factsOf('example-desk');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), (text) => {
        const page = serverPage({
          ...facts,
          server: {
            ...facts.server,
            facts: {
              ...facts.server.facts,
              name: text,
              package: text,
              version: text,
              repository: text,
              revision: text,
              serverInfo: { name: text, version: text },
              how: { by: 'npm', bin: text, args: [text], dummyEnvironment: [text] },
              earlier: [{ version: text, scannedAt: text }],
            },
          },
          tools: facts.tools.map((entry) => ({
            ...entry,
            summary: text,
            tool: { ...entry.tool, name: text },
          })),
          changes: facts.changes.map((change) => ({ ...change, tool: text, from: text, to: text })),
        });
        const html = framed(page, { origin: ORIGIN });
        const names = [...html.matchAll(/<\/?([^\s>/]+)/g)].map(([, name]) => name);
        expect(names.filter((name) => /^(?:img|svg|iframe|object|b|style)$/.test(name ?? '')).length).toBe(2);
        expect(html).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a change in words', () => {
  const change = { seq: 1, at: '2026-11-20T10:00:00.000Z', server: 'x', version: '2.0.0' };

  it.each([
    ['server_added', {}, 'The server came into the catalogue with version `2.0.0`.'],
    ['tool_added', { tool: 'a', to: 'destructive' }, '`a` was added in version `2.0.0`, class Destructive.'],
    ['tool_removed', { tool: 'a' }, '`a` was removed in version `2.0.0`.'],
    [
      'definition_changed',
      { tool: 'a', from: '0123456789abcdef', to: 'fedcba9876543210' },
      'The definition of `a` changed in version `2.0.0`: `0123456789ab` became `fedcba987654`.',
    ],
  ] as const)('%s', (kind, more, words) => {
    expect(changeInWords({ ...change, kind, ...more })).toBe(words);
  });
});

describe('the page of a server that did not answer', () => {
  it('says when and why, and makes up nothing', async () => {
    const server = await catalogue.index.unansweredNamed('silent-server');
    const page = server && unansweredPage(server, '/tools/silent-server');
    expect(page?.status).toBe(404);
    expect(page && textOf(page)).toContain(
      'silent-server (version 2.0.0 ) was tried on 20 November 2026, and it ended before it answered.',
    );
  });
});
