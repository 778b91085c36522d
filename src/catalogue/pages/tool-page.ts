import { attacksFor, type AttackPattern, type SignalKind } from '#risk';
import type { ServerEntry, ToolEntry } from '#store';
import type { ScannedTool } from '../scan/scan.ts';
import { inertMarkdown } from './inert-text.ts';
import { blocks, bullets } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html, PageContent } from './page.ts';
import { categoryTitle, counted, countsInWords, levelTitle, sentence, verb } from './phrases.ts';
import { policyVariants, recommendedFor } from './policy-variants.ts';
import { named, prose, proseMarkdown, prosePlain } from './prose.ts';
import { crumbs, crumbsData, joinSections, type Crumb, type Section } from './section.ts';
import { controlSection, startPath, variantsSection } from './tool-control.ts';
import { definitionSection, evidenceSection, factsPanel, parametersSection } from './tool-definition.ts';
import {
  badgeText,
  plainName,
  riskBadge,
  serverPath,
  toolList,
  toolListMarkdown,
  toolPath,
} from './tool-list.ts';
import { classSentence, questionsData, questionsSection, toolQuestions } from './tool-questions.ts';

/** What the page of a tool is made from. */
export interface ToolFacts {
  readonly entry: ToolEntry;
  readonly server: ServerEntry;
  /** Some other tools of its server. */
  readonly siblings: readonly ToolEntry[];
  /** Tools of other servers that do the same kind of thing. */
  readonly related: readonly ToolEntry[];
  /** What the server itself says of the tool, where this machine has it. */
  readonly definition: ScannedTool | undefined;
  readonly origin: string;
}

/** The page of one tool: what an agent could do with it, why that is judged so, and the rule to put on it. */
export function toolPage(facts: ToolFacts): PageContent {
  const { entry, server, origin } = facts;
  const { tool } = entry;
  const path = toolPath(entry);
  const recommended = recommendedFor(entry, server.toolCount);
  const variants = policyVariants(entry, server.toolCount);
  const questions = toolQuestions({ entry, server, recommended, variants });
  const attacks = attacksOn(entry);
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: serverPath(entry.server.slug), label: plainName(entry.server.name) },
    { path, label: plainName(tool.name) },
  ];
  const body = joinSections(
    definitionSection(facts),
    onThisServer(facts),
    evidenceSection(entry),
    parametersSection(entry),
    attacksSection(attacks),
    controlSection(entry, server, recommended),
    variantsSection(variants),
    wholeServer(server),
    relatedSection(facts),
    questionsSection(questions),
    deeperSection(entry, attacks),
  );
  const title = `${plainName(tool.name)} on ${plainName(entry.server.name)}`;
  return {
    path,
    title,
    description: prosePlain(`${classSentence(entry)} ${recommended.effect}`),
    main: markup`${crumbs(way)}
<div class="split"><div class="page-head"><p>${riskBadge(entry.level, tool.category)}</p>
<h1 class="name"><bdi>${plainName(tool.name)}</bdi></h1>
<p class="lead">${prose(sentence(entry.summary.replaceAll('`', '´')))}</p>
<p class="actions"><a class="button" href="#rule">Jump to the rule</a><a class="button quiet" href="${startPath(entry.server.slug, tool.slug)}">Put it in force</a></p></div>
<aside class="aside" aria-label="Facts">${factsPanel(facts)}</aside>
<div class="body">${body.html}</div></div>`,
    markdown: blocks(
      `# ${inertMarkdown(tool.name, 120)}`,
      `${badgeText(entry.level, tool.category)}. Server: [${inertMarkdown(entry.server.name, 120)}](${serverPath(entry.server.slug)})`,
      inertMarkdown(entry.summary),
      body.markdown,
    ),
    structured: [crumbsData(way, origin), questionsData(questions), aboutTool(facts, path)],
    picture: {
      title: plainName(tool.name),
      subtitle: `${badgeText(entry.level, tool.category)} · ${plainName(entry.server.name)}`,
      level: entry.level,
    },
  };
}

function attacksOn({ tool }: ToolEntry): readonly AttackPattern[] {
  return attacksFor({
    category: tool.category,
    signals: tool.parameters.flatMap(({ signal }) => (signal === undefined ? [] : [signal as SignalKind])),
    ...(tool.hasHiddenText && { hasHiddenText: true }),
  });
}

function aboutTool({ entry, server }: ToolFacts, path: string): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'WebAPI',
    name: plainName(entry.tool.name),
    description: prosePlain(classSentence(entry)),
    url: path,
    provider: {
      '@type': 'SoftwareApplication',
      name: plainName(server.facts.name),
      applicationCategory: 'MCP server',
      ...(server.facts.version !== undefined && { softwareVersion: plainName(server.facts.version) }),
    },
  };
}

function onThisServer({ entry, server }: ToolFacts): Section {
  const { tool } = entry;
  const others = server.counts[tool.category] - 1;
  const same =
    others === 0
      ? `It is the only one of the class ${categoryTitle(tool.category)}.`
      : sentence(
          `${counted(others, 'other tool')} of the server ${verb(others, 'has', 'have')} the class ${categoryTitle(tool.category)} too`,
        );
  const undo =
    tool.reversibleBy === undefined ? '' : ` What it does, ${named(tool.reversibleBy)} takes back.`;
  const text = `${named(tool.name)} is one of ${counted(server.toolCount, 'tool')} of ${named(server.facts.name)} (${countsInWords(server.counts)}). ${same}${undo}`;
  const alone = `${named(tool.name)} is the only tool of ${named(server.facts.name)}.`;
  const told = server.toolCount === 1 ? alone : text;
  return {
    html: markup`<section aria-labelledby="server"><h2 id="server">On this server</h2><p>${prose(told)}</p></section>`,
    markdown: blocks('## On this server', proseMarkdown(told)),
  };
}

function attacksSection(attacks: readonly AttackPattern[]): Section {
  return {
    html: markup`<section aria-labelledby="attacks"><h2 id="attacks">Attacks that use this kind of access</h2>
<ul class="cards">${attacks.map(
      ({ slug, title, summary, group }) =>
        markup`<li class="card"><a href="/attacks/${slug}">${title}</a><p>${summary}</p><p class="small">${group}</p></li>`,
    )}</ul></section>`,
    markdown: blocks(
      '## Attacks that use this kind of access',
      bullets(attacks.map(({ slug, title, summary }) => `[${title}](/attacks/${slug}): ${summary}`)),
    ),
  };
}

function wholeServer({ facts, toolCount }: ServerEntry): Section {
  const text = `Enforce a policy on every tool of this server: one document with the recommended rule for each of its ${toolCount === 1 ? 'tools (it has one)' : counted(toolCount, 'tool')}.`;
  return {
    html: markup`<section class="panel" aria-labelledby="whole"><h2 id="whole">The whole server at once</h2>
<p>${text}</p>
<p class="actions"><a class="button" href="${startPath(facts.slug)}">Put it in force for the server</a><a href="${serverPath(facts.slug)}#policy">See the policy</a></p></section>`,
    markdown: blocks('## The whole server at once', text, `[The policy](${serverPath(facts.slug)})`),
  };
}

function relatedSection(facts: ToolFacts): Section | undefined {
  const { entry, siblings, related } = facts;
  const lists: readonly (readonly [title: string, tools: readonly ToolEntry[], withServer: boolean])[] = [
    ['On the same server', siblings, false],
    ['On other servers', related, true],
  ];
  const there = lists.filter(([, tools]) => tools.length > 0);
  if (there.length === 0) return undefined;
  return {
    html: markup`<section aria-labelledby="related"><h2 id="related">Related tools</h2>
${there.map(([title, tools, withServer]): Html => markup`<h3>${title}</h3>${toolList(tools, { withServer })}`)}
<p><a href="${serverPath(entry.server.slug)}">All tools of this server and their policy</a></p></section>`,
    markdown: blocks(
      '## Related tools',
      ...there.flatMap(([title, tools, withServer]) => [
        `### ${title}`,
        toolListMarkdown(tools, { withServer }),
      ]),
    ),
  };
}

function deeperSection({ tool, level }: ToolEntry, attacks: readonly AttackPattern[]): Section {
  const sources = attacks.flatMap(({ goDeeper }) => goDeeper.slice(0, 1));
  const once = [...new Map(sources.map((source) => [source.url, source])).values()];
  const links: readonly (readonly [href: string, label: string])[] = [
    [`/risk/${level}`, `What the level ${levelTitle(level)} means, and who has most of it`],
    [`/category/${tool.category}`, `All tools of the class ${categoryTitle(tool.category)}`],
    ['/check', 'Everything that your agents could call, by risk'],
    ...once.map(({ url, title }) => [url, title] as const),
  ];
  return {
    html: markup`<section aria-labelledby="deeper"><h2 id="deeper">Go deeper</h2>
<ul>${links.map(([href, label]) => markup`<li><a href="${href}">${label}</a></li>`)}</ul></section>`,
    markdown: blocks('## Go deeper', bullets(links.map(([href, label]) => `[${label}](${href})`))),
  };
}
