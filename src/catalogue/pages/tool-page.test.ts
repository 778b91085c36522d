import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import { validatePolicy } from '#policy';
import type { CatalogueIndex } from '#store';
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
import { toolPage, type ToolFacts } from './tool-page.ts';

let catalogue: MadeUpCatalogue;
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue([
    DESK,
    FORECAST,
    HOSTILE,
    { slug: 'fluentcrm', version: '0.1.0', by: 'bundled', tools: listTools('pl') },
  ]);
});
afterAll(() => catalogue.close());

async function factsOf(
  server: string,
  tool: string,
  index: CatalogueIndex = catalogue.index,
): Promise<ToolFacts> {
  const [entry, owner, siblings] = await Promise.all([
    index.tool(server, tool),
    index.server(server),
    index.toolsOf(server),
  ]);
  if (entry === undefined || owner === undefined) throw new Error(`no tool ${server}/${tool}`);
  const known = await catalogue.definitions.definitionsOf(server);
  return {
    entry,
    server: owner,
    siblings: siblings.filter((other) => other.tool.slug !== tool),
    related: [],
    definition: known?.get(entry.tool.name),
    origin: ORIGIN,
  };
}

async function pageOf(server: string, tool: string): Promise<PageContent> {
  return toolPage(await factsOf(server, tool));
}

/** What a reader sees, on one line. */
function textOf({ main }: PageContent): string {
  return main
    .toString()
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');
}

describe('the page of fluentcrm_pause_campaign', () => {
  it('says what it is, and why', async () => {
    const text = textOf(await pageOf('fluentcrm', 'fluentcrm-pause-campaign'));
    expect(text).toContain('Write · Medium');
    expect(text).toContain('fluentcrm_pause_campaign is a Write tool, and Write has the level Medium.');
    expect(text).toContain('modifies state reversibly: fluentcrm_resume_campaign undoes it');
    expect(text).toMatch(/Wstrzymuje kampanię ” \( ?Polish ?\)|Wstrzymuje kampanię.*Polish/);
    expect(text).toContain('says that it pauses a campaign');
  });

  it('shows the description in its own language, marked as such', async () => {
    const html = (await pageOf('fluentcrm', 'fluentcrm-pause-campaign')).main.toString();
    expect(html).toMatch(/<blockquote class="quoted" dir="auto" lang="pl"><bdi>Wstrzymuje kampanię/);
  });

  it('has the policy of the worked example, and what the engine says of it', async () => {
    const { main, markdown } = await pageOf('fluentcrm', 'fluentcrm-pause-campaign');
    const policy = /<pre id="policy"[^>]*><code>([^<]*)</
      .exec(main.toString())?.[1]
      ?.replaceAll('&quot;', '"');
    expect(JSON.parse(policy ?? '')).toEqual({
      version: '1',
      default: 'deny',
      tools: {
        fluentcrm_pause_campaign: {
          limits: [{ counter: 'fluentcrm_pause_campaign_rate', window: 'minute', max: 30, scope: 'grant' }],
        },
      },
    });
    expect(markdown).toContain('`fluentcrm_pause_campaign` is allowed, at most 30 a minute per grant');
  });

  it('leads to the level, the attacks, the server and the start', async () => {
    const html = (await pageOf('fluentcrm', 'fluentcrm-pause-campaign')).main.toString();
    for (const href of [
      '/risk/medium',
      '/category/write',
      '/attacks/runaway-tool-loops',
      '/tools/fluentcrm',
      '/tools/fluentcrm/fluentcrm-resume-campaign',
      '/app/start/fluentcrm/fluentcrm-pause-campaign',
      '/app/start/fluentcrm',
      '#rule',
    ])
      expect(html).toContain(`href="${href}"`);
  });

  it('is well under 60 kB', async () => {
    const page = framed(await pageOf('fluentcrm', 'fluentcrm-pause-campaign'), { origin: ORIGIN });
    expect(Buffer.byteLength(page)).toBeLessThan(40_000);
  });

  it('tells search engines its place, and the questions with their answers', async () => {
    const { structured = [] } = await pageOf('fluentcrm', 'fluentcrm-pause-campaign');
    expect(structured.map((object) => (object as { '@type': string })['@type'])).toEqual([
      'BreadcrumbList',
      'FAQPage',
      'WebAPI',
    ]);
    expect(JSON.stringify(structured)).toContain('How do I rate-limit fluentcrm_pause_campaign?');
  });
});

describe('the page of a tool', () => {
  it('says of an unknown tool that it is unknown, never that it reads', async () => {
    const text = textOf(await pageOf('example-desk', 'xyzzy'));
    expect(text).toContain('Unknown · treated as High');
    expect(text).toContain('The class of xyzzy is unknown');
    expect(text).not.toContain('is a Read tool');
  });

  it('says where a recommended policy leaves nothing of the server to use', async () => {
    const text = textOf(await pageOf('example-desk', 'delete-note'));
    expect(text).toContain(
      'All tools of the server, delete_note among them, are neither listed nor callable.',
    );
    expect(text).toContain('refuses the other 5 tools too, for no rule allows them');
  });

  it('says in words what parameters make possible', async () => {
    const text = textOf(await pageOf('example-desk', 'run-command'));
    expect(text).toContain('code : carries code or a command that is run');
  });

  it('never calls a plain refusal an approval, and says what a held call waits for', async () => {
    const text = textOf(await pageOf('example-desk', 'create-refund'));
    expect(text).toContain('For create_refund , every call waits for a person');
    expect(text).toContain('the very same call passes once after a person has agreed');
  });

  it('speaks of one tool where there is one', async () => {
    const text = textOf(await pageOf('forecast', 'get-forecast'));
    expect(text).toContain('get_forecast is the only tool of forecast .');
    expect(text).not.toMatch(/\b1 tools\b|\bother tools?\b/);
  });

  it('has valid policies only, in every answer and variant', async () => {
    for (const entry of await catalogue.index.toolsOf('example-desk')) {
      const { main } = await pageOf('example-desk', entry.tool.slug);
      const policies = [...main.toString().matchAll(/<pre id="(?:policy|answer)[^>]*><code>([^<]*)</g)];
      expect(policies.length).toBeGreaterThan(6);
      for (const [, text = ''] of policies)
        expect(validatePolicy(JSON.parse(text.replaceAll('&quot;', '"')))).toMatchObject({ ok: true });
    }
  });

  it('does without the definition where this machine has none, and says so', async () => {
    const page = toolPage({ ...(await factsOf('example-desk', 'create-note')), definition: undefined });
    expect(textOf(page)).toContain('The catalogue keeps facts about definitions, not their text');
  });
});

const OWN_ELEMENTS = new Set(
  'a aside bdi blockquote br button code dd details div dl dt fieldset figcaption figure h1 h2 h3 input label legend li nav ol p pre q section span strong summary table tbody td th thead tr ul'.split(
    ' ',
  ),
);

/** Elements of a page that are none of ours, and attributes that run something. */
function foreignIn(html: string): readonly string[] {
  const elements = [...html.matchAll(/<\/?([^\s>/]*)([^>]*)>/g)];
  return elements.flatMap(([whole, name = '', attributes = '']) =>
    OWN_ELEMENTS.has(name) && !/\son\w+=/.test(attributes.replaceAll(/"[^"]*"/g, '""')) ? [] : [whole],
  );
}

describe('hostile text', () => {
  it('is inert: no element of the page is made of it', async () => {
    for (const entry of await catalogue.index.toolsOf('hostile')) {
      const page = await pageOf('hostile', entry.tool.slug);
      expect(foreignIn(page.main.toString())).toEqual([]);
      // what is escaped, and what is code, means nothing
      const live = page.markdown.replaceAll(/\\[\s\S]/g, '').replaceAll(/```[\s\S]*?```|`+[^`\n]*`+/g, '');
      expect(live).not.toMatch(/<script|<svg|\]\(javascript/);
    }
  });

  it('shows what turns the direction of writing, and clips what is long', async () => {
    const page = await pageOf('hostile', 'script-alert-1-script');
    expect(textOf(page)).toContain('⟨U+202E⟩');
    expect(textOf(page)).toContain('clipped:');
    expect(Buffer.byteLength(framed(page, { origin: ORIGIN }))).toBeLessThan(60_000);
  });

  it('makes neither a page fail nor an element, whatever stands in names and definitions', async () => {
    const facts = await factsOf('example-desk', 'run-command');
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(text, text, text, (name, words, parameter) => {
        const { tool } = facts.entry;
        const page = toolPage({
          ...facts,
          server: { ...facts.server, facts: { ...facts.server.facts, name: words } },
          entry: {
            ...facts.entry,
            server: { slug: 'example-desk', name: words },
            summary: words,
            tool: {
              ...tool,
              name,
              rationale: words,
              evidence: [{ source: 'description', quote: words, language: 'pl', translation: parameter }],
              reversibleBy: parameter,
              parameters: [{ name: parameter, type: 'string', signal: words }],
            },
          },
          definition: { name, description: words },
        });
        const document = framed(page, { origin: ORIGIN });
        expect(foreignIn(page.main.toString())).toEqual([]);
        expect(document.match(/<script/g)).toHaveLength(4);
        expect(document.match(/<\/title>/g)).toHaveLength(1);
        expect(document).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      }),
      { numRuns: 60 },
    );
  });
});
