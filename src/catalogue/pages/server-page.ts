import type { CatalogueChange, CatalogueTotals, ServerEntry, ToolEntry } from '#store';
import { connectSection } from './connect-section.ts';
import { inert, inertMarkdown } from './inert-text.ts';
import { blocks, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import type { PageContent } from './page.ts';
import {
  CATEGORIES_BY_DANGER,
  categoryTitle,
  counted,
  countsInWords,
  figure,
  sentence,
  share,
  verb,
} from './phrases.ts';
import { policyBlock, policyText } from './policy-block.ts';
import { recommendedForServer, type StatedPolicy } from './policy-variants.ts';
import { named, prose, proseMarkdown, prosePlain } from './prose.ts';
import { crumbs, crumbsData, joinSections, type Crumb, type Section } from './section.ts';
import { changesSection, readingPanel, readingSection } from './server-reading.ts';
import { startPath } from './tool-control.ts';
import {
  levelClass,
  plainName,
  serverList,
  serverListMarkdown,
  serverPath,
  toolList,
  toolListMarkdown,
  toolPath,
} from './tool-list.ts';
import { notesOn } from './tool-questions.ts';

/** What the page of a server is made from. */
export interface ServerFacts {
  readonly server: ServerEntry;
  /** All its tools, in its own order. */
  readonly tools: readonly ToolEntry[];
  readonly similar: readonly ServerEntry[];
  /** Newest first. */
  readonly changes: readonly CatalogueChange[];
  readonly totals: CatalogueTotals;
  readonly origin: string;
}

/** Tools shown with what they do; the others are shown by name. */
const SHOWN_IN_FULL = 40;
/** Tokens that a common model can hold. */
const WINDOW = 200_000;

/** The page of one server: what its tools could do, the policy for all of them, and what they cost. */
export function serverPage(facts: ServerFacts): PageContent {
  const { server, tools, similar, origin } = facts;
  const { name, slug } = server.facts;
  const path = serverPath(slug);
  const recommended = recommendedForServer(tools);
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path, label: plainName(name) },
  ];
  const lead = leadOf(server);
  const body = joinSections(
    countsSection(server),
    hiddenSection(tools),
    toolsSection(tools),
    policySection(server, recommended),
    costSection(facts),
    connectSection(server.facts),
    readingSection(server),
    changesSection(facts.changes, tools, slug),
    similarSection(similar),
  );
  return {
    path,
    title: `${plainName(name)}: tools, risk and policy`,
    description: prosePlain(`${lead} ${recommended.effect}`),
    main: markup`${crumbs(way)}
<div class="split"><div class="page-head"><h1 class="name"><bdi>${plainName(name)}</bdi></h1>
<p class="lead">${prose(lead)}</p>
<p class="actions"><a class="button" href="#policy">Jump to the policy</a><a class="button quiet" href="${startPath(slug)}">Put it in force</a></p></div>
<aside class="aside" aria-label="Facts">${readingPanel(server)}</aside>
<div class="body">${body.html}</div></div>`,
    markdown: blocks(`# ${inertMarkdown(name, 120)}`, proseMarkdown(lead), body.markdown),
    structured: [crumbsData(way, origin), aboutServer(server, `${origin}${path}`)],
    picture: {
      title: plainName(name),
      subtitle: `${counted(server.toolCount, 'tool')}: ${countsInWords(server.counts)}`,
      level: worstLevel(tools),
    },
  };
}

function worstLevel(tools: readonly ToolEntry[]): ToolEntry['level'] {
  const levels = new Set(tools.map(({ level }) => level));
  return (['critical', 'high', 'medium'] as const).find((level) => levels.has(level)) ?? 'low';
}

/** How many tools, and how many of them can do harm. */
function leadOf({ facts, toolCount, counts }: ServerEntry): string {
  const critical = counts.destructive + counts.financial;
  const changing = critical + counts.write + counts.execute;
  const head = `${named(facts.name)} gives an agent ${counted(toolCount, 'tool')}.`;
  if (changing === 0 && counts.unknown === 0)
    return `${head} ${sentence(toolCount === 1 ? 'it only reads' : 'all of them only read')}`;
  const parts = [
    counts.destructive > 0 && `${figure(counts.destructive)} can take away what does not come back`,
    counts.financial > 0 && `${figure(counts.financial)} can move money`,
    counts.execute > 0 &&
      `${figure(counts.execute)} ${verb(counts.execute, 'sets', 'set')} things going that take their own course`,
    counts.write > 0 &&
      `${figure(counts.write)} ${verb(counts.write, 'changes', 'change')} things that can be changed back`,
    counts.unknown > 0 && `what ${figure(counts.unknown)} ${verb(counts.unknown, 'does', 'do')} is unknown`,
  ].filter((part) => part !== false);
  return `${head} ${sentence(`of these, ${parts.join('; ')}`)}`;
}

function aboutServer({ facts }: ServerEntry, url: string): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'SoftwareApplication',
    name: plainName(facts.name),
    applicationCategory: 'MCP server',
    url,
    ...(facts.version !== undefined && { softwareVersion: plainName(facts.version) }),
    ...(facts.repository !== undefined && { codeRepository: plainName(facts.repository) }),
  };
}

function countsSection({ counts, toolCount }: ServerEntry): Section {
  return {
    html: markup`<section aria-labelledby="classes"><h2 id="classes">By class</h2><ul class="bars">${CATEGORIES_BY_DANGER.filter(
      (category) => counts[category] > 0,
    ).map(
      (category) =>
        markup`<li class="${levelClass(category)}"><a href="/category/${category}">${categoryTitle(category)}</a><progress max="${toolCount}" value="${counts[category]}" aria-label="${categoryTitle(category)}">${counts[category]}</progress><span class="count">${figure(counts[category])}</span></li>`,
    )}</ul></section>`,
    markdown: blocks('## By class', sentence(countsInWords(counts))),
  };
}

function hiddenSection(tools: readonly ToolEntry[]): Section | undefined {
  const marked = tools.filter(({ tool }) => tool.hasHiddenText === true);
  if (marked.length === 0) return undefined;
  const text = `The ${marked.length === 1 ? 'definition of 1 tool holds' : `definitions of ${figure(marked.length)} tools hold`} characters that a reader does not see: ${marked
    .slice(0, 10)
    .map(({ tool }) => named(tool.name))
    .join(', ')}${marked.length > 10 ? ' and more' : ''}. They may be meant for the model alone.`;
  return { html: markup`<p class="warn">${prose(text)}</p>`, markdown: proseMarkdown(text) };
}

/** The server's tools, the most dangerous first. */
export function byDanger(tools: readonly ToolEntry[]): readonly ToolEntry[] {
  return tools.toSorted(
    (a, b) => CATEGORIES_BY_DANGER.indexOf(a.tool.category) - CATEGORIES_BY_DANGER.indexOf(b.tool.category),
  );
}

function toolsSection(tools: readonly ToolEntry[]): Section {
  const sorted = byDanger(tools);
  const first = sorted.slice(0, SHOWN_IN_FULL);
  const others = sorted.slice(SHOWN_IN_FULL);
  return {
    html: markup`<section aria-labelledby="tools"><h2 id="tools">Tools, most dangerous first</h2>
${toolList(first, { withServer: false })}
${
  others.length > 0 &&
  markup`<details class="more"><summary>${counted(others.length, 'more tool')}</summary><ul class="rows">${others.map(
    (entry) =>
      markup`<li class="row"><span class="tag ${levelClass(entry.tool.category)}">${categoryTitle(entry.tool.category)}</span><a class="row-name" href="${toolPath(entry)}">${inert(entry.tool.name, 120)}</a></li>`,
  )}</ul></details>`
}</section>`,
    markdown: blocks('## Tools, most dangerous first', toolListMarkdown(sorted, { withServer: false })),
  };
}

function policySection({ facts, toolCount }: ServerEntry, recommended: StatedPolicy): Section {
  const note = notesOn(recommended).trim();
  const intro = `The recommended rule for ${toolCount === 1 ? 'its tool' : `each of its ${counted(toolCount, 'tool')}`}, and nothing else let through.`;
  return {
    html: markup`<section aria-labelledby="policy"><h2 id="policy">A policy for the whole server</h2><p>${intro}</p>
${policyBlock(recommended.policy, { id: 'server-policy', label: 'policy.json', effect: recommended.effect })}
${note !== '' && markup`<p class="muted small">${prose(note)}</p>`}
<p class="actions"><a class="button" href="${startPath(facts.slug)}">Put this policy in force</a></p></section>`,
    markdown: blocks(
      '## A policy for the whole server',
      intro,
      codeBlock('json', policyText(recommended.policy)),
      `**Effect:** ${proseMarkdown(recommended.effect)}`,
      proseMarkdown(note),
      `[Put this policy in force](${startPath(facts.slug)})`,
    ),
  };
}

/** What the definitions cost, beside other servers. */
function costSection({ server, totals }: ServerFacts): Section {
  const { tokens, tokenRank, toolCount } = server;
  const { median } = totals.tokens;
  const against =
    tokens === median
      ? 'as much as the median server'
      : `${tokens > median ? 'more' : 'less'} than the median server (${figure(median)})`;
  const rank = tokenRank === 1 ? 'the heaviest' : `number ${figure(tokenRank)} by weight`;
  const text = `Before it calls anything, an agent reads ${toolCount === 1 ? 'its definition' : `all ${figure(toolCount)} definitions`}: ${counted(tokens, 'token')}, ${share(tokens, WINDOW)} of a window of ${figure(WINDOW)}. That is ${against}, and makes it ${rank} of ${counted(totals.servers, 'server')}. A tool that a policy hides, or that nothing allows under default deny, is not listed and costs nothing.`;
  return {
    html: markup`<section aria-labelledby="cost"><h2 id="cost">What its definitions cost</h2><p>${text}</p></section>`,
    markdown: blocks('## What its definitions cost', text),
  };
}

function similarSection(similar: readonly ServerEntry[]): Section | undefined {
  if (similar.length === 0) return undefined;
  return {
    html: markup`<section aria-labelledby="similar"><h2 id="similar">Similar servers</h2>${serverList(similar)}</section>`,
    markdown: blocks('## Similar servers', serverListMarkdown(similar)),
  };
}
