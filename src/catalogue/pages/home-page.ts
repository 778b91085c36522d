import type { CatalogueTotals, ServerEntry, ToolEntry } from '#store';
import { blocks, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import { searchForm } from './not-there.ts';
import type { PageContent } from './page.ts';
import { CATEGORIES_BY_DANGER, categoryTitle, counted, figure, share } from './phrases.ts';
import { inert } from './inert-text.ts';
import { codeFigure, policyText } from './policy-block.ts';
import { recommendedFor } from './policy-variants.ts';
import { prose } from './prose.ts';
import { joinSections, type Section } from './section.ts';
import { levelClass, riskBadge, serverList, serverListMarkdown, toolPath } from './tool-list.ts';

/** What the home page is made from. */
export interface HomeFacts {
  readonly totals: CatalogueTotals;
  /** Most dangerous first. */
  readonly dangerous: readonly ServerEntry[];
  /** The tool that stands as the example, and how many its server has. */
  readonly example?: { readonly entry: ToolEntry; readonly toolCount: number };
  readonly origin: string;
}

const CLAIM = 'Know what your agents could call, and decide what they may.';
const WHAT =
  'Toolgate is a policy gateway for MCP: it stands between AI agents and MCP servers, and nothing reaches a server without passing the rules you wrote.';
const CATALOGUE =
  'The catalogue says, tool by tool, what an agent could do with it, how bad that could be, and which rule to put on it.';

/** The home page: what this is, the search, and where to begin. */
export function homePage({ totals, dangerous, example, origin }: HomeFacts): PageContent {
  const body = joinSections(
    classesSection(totals),
    dangerousSection(dangerous),
    gatewaySection(),
    operatorsSection(),
  );
  return {
    path: '/',
    title: 'Toolgate: every MCP tool, its risk and its rule',
    description: `${WHAT} ${CATALOGUE}`,
    main: markup`<section class="hero" aria-labelledby="title"><div><h1 id="title">${CLAIM}</h1>
<p class="lead">${WHAT} ${CATALOGUE}</p>
${searchForm('')}
${figures(totals)}</div>
${example !== undefined && exampleCard(example)}</section>
${body.html}`,
    markdown: blocks(
      '# Toolgate',
      WHAT,
      CATALOGUE,
      `${counted(totals.tools, 'tool')} of ${counted(totals.servers, 'server')}. Search: [/search](/search)`,
      body.markdown,
    ),
    structured: [
      {
        '@context': 'https://schema.org',
        '@type': 'WebSite',
        name: 'Toolgate',
        url: `${origin}/`,
        potentialAction: {
          '@type': 'SearchAction',
          target: `${origin}/search?q={search_term_string}`,
          'query-input': 'required name=search_term_string',
        },
      },
    ],
    picture: { title: 'Toolgate', subtitle: CLAIM },
  };
}

/** One tool with its rule, so that one sees at once what the catalogue gives. */
function exampleCard({ entry, toolCount }: NonNullable<HomeFacts['example']>): PageContent['main'] {
  const { policy, effect } = recommendedFor(entry, toolCount);
  return markup`<div class="panel">${riskBadge(entry.level, entry.tool.category)}
<h2 class="example"><a class="row-name" href="${toolPath(entry)}">${inert(entry.tool.name, 120)}</a></h2>
<p class="muted small">${prose(entry.tool.rationale)}</p>
${codeFigure(policyText(policy), { id: 'example', label: 'policy.json' })}
<p class="small"><strong>Effect:</strong> ${prose(effect)}</p></div>`;
}

function figures({ servers, tools, byCategory }: CatalogueTotals): PageContent['main'] {
  const critical = byCategory.destructive + byCategory.financial;
  const rows: readonly (readonly [label: string, value: string])[] = [
    [tools === 1 ? 'tool' : 'tools', figure(tools)],
    [servers === 1 ? 'server that answered' : 'servers that answered', figure(servers)],
    ['destroy or move money', figure(critical)],
  ];
  return markup`<dl class="figures">${rows.map(([label, value]) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const MEANS: Readonly<Record<(typeof CATEGORIES_BY_DANGER)[number], string>> = {
  read: 'Looks, and leaves everything as it was.',
  write: 'Changes something that can be changed back.',
  execute: 'Sets something going that takes its own course.',
  destructive: 'Takes something away that does not come back by itself.',
  financial: 'Moves money, or commits to paying it.',
  unknown: 'Its definition does not tell what it does; treated as Execute.',
};

function classesSection({ byCategory, tools }: CatalogueTotals): Section {
  return {
    html: markup`<section aria-labelledby="classes"><h2 id="classes">What tools can do</h2><ul class="cards wide">${CATEGORIES_BY_DANGER.map(
      (category) =>
        markup`<li class="card"><span class="tag ${levelClass(category)}">${categoryTitle(category)}</span> <a href="/category/${category}">${counted(byCategory[category], 'tool')}</a><p>${MEANS[category]}</p><p class="small">${share(byCategory[category], tools)} of all</p></li>`,
    )}</ul></section>`,
    markdown: blocks(
      '## What tools can do',
      CATEGORIES_BY_DANGER.map(
        (category) =>
          `- [${categoryTitle(category)}](/category/${category}): ${counted(byCategory[category], 'tool')}. ${MEANS[category]}`,
      ).join('\n'),
    ),
  };
}

function dangerousSection(servers: readonly ServerEntry[]): Section | undefined {
  if (servers.length === 0) return undefined;
  const note =
    'Servers with the most tools that destroy or move money. This is what they could do, not a judgement of who made them.';
  return {
    html: markup`<section aria-labelledby="dangerous"><h2 id="dangerous">Most to lose</h2><p class="muted">${note}</p>${serverList(servers)}</section>`,
    markdown: blocks('## Most to lose', note, serverListMarkdown(servers)),
  };
}

const SERVE = 'toolgate serve --config toolgate.json';
const WRAP = 'toolgate wrap --policy policy.json -- npx -y @modelcontextprotocol/server-filesystem /data';

function gatewaySection(): Section {
  const one = 'One server, one policy file, started by the client itself:';
  const all = 'All servers of a configuration, over HTTP, with a grant for each agent:';
  return {
    html: markup`<section aria-labelledby="gateway"><h2 id="gateway">Start the gateway</h2><p>${one}</p>${codeFigure(WRAP, { id: 'wrap', label: 'terminal' })}
<p>${all}</p>${codeFigure(SERVE, { id: 'serve', label: 'terminal' })}
<p>Every page of a tool or server has the policy and the configuration, filled in.</p></section>`,
    markdown: blocks('## Start the gateway', one, codeBlock('sh', WRAP), all, codeBlock('sh', SERVE)),
  };
}

function operatorsSection(): Section {
  const rows: readonly (readonly [path: string, text: string])[] = [
    ['/mcp/<server>/', 'the gateway: one address for each configured server, with the grant as bearer token'],
    ['/healthz', 'answers while the process lives'],
    ['/readyz', 'answers when it can serve'],
    ['/metrics', 'figures for monitoring, by default for this machine only'],
  ];
  return {
    html: markup`<section aria-labelledby="operators"><h2 id="operators">On this port</h2><dl class="facts">${rows.map(
      ([path, text]) => markup`<dt><code>${path}</code></dt><dd>${text}</dd>`,
    )}</dl></section>`,
    markdown: blocks('## On this port', rows.map(([path, text]) => `- \`${path}\`: ${text}`).join('\n')),
  };
}
