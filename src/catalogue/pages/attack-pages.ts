import type { Hono } from 'hono';
import {
  compilePolicy,
  knowListedTool,
  runPolicyCases,
  validatePolicy,
  type PolicyCaseResult,
  type ToolDefinition,
} from '#policy';
import { ATTACK_PATTERNS, type AttackGroup, type AttackPattern } from '#risk';
import { attackCards, attackCardsMarkdown, attackPath, classesInWords } from './attack-list.ts';
import { blocks, bullets, codeBlock, codeSpan, table } from './markdown.ts';
import { markup } from './markup.ts';
import { notFoundPage } from './not-there.ts';
import type { PageContent, SiteParts } from './page.ts';
import { categoryTitle, counted, figure, joined, sentence, signalInWords, verb } from './phrases.ts';
import { codeFigure, policyText } from './policy-block.ts';
import { prose } from './prose.ts';
import { pageRoute, type Show } from './routes.ts';
import { crumbs, crumbsData, joinSections, type Crumb, type Section } from './section.ts';
import { levelClass } from './tool-list.ts';

const PATH = '/attacks';
const COMMAND = 'toolgate policy test policy.json cases.json --tools tools.json';

const GROUPS: Readonly<Record<AttackGroup, string>> = {
  'Agent behaviour': 'An agent with good intentions, and more rights than its task needs.',
  Protocol: 'What the protocol lets a server say, and change.',
  'Supply chain': 'How a server gets onto the machine.',
};

/** All attack patterns, by where they start. */
export function attacksPage(patterns: readonly AttackPattern[], origin: string): PageContent {
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: PATH, label: 'Attacks' },
  ];
  const lead = `${counted(patterns.length, 'way')} to abuse what agents may do with tools. Each happened or was shown to work, and each has a policy with example calls that you can run.`;
  const body = joinSections(
    ...(Object.keys(GROUPS) as AttackGroup[]).map((group) => {
      const own = patterns.filter((pattern) => pattern.group === group);
      return {
        html: markup`<section aria-label="${group}"><h2>${group}</h2><p class="muted">${GROUPS[group]}</p>${attackCards(own)}</section>`,
        markdown: blocks(`## ${group}`, GROUPS[group], attackCardsMarkdown(own)),
      };
    }),
  );
  return {
    path: PATH,
    title: 'Attack patterns against agents and MCP servers',
    description: lead,
    main: markup`${crumbs(way)}<h1>Attack patterns</h1><p class="lead">${lead}</p>${body.html}`,
    markdown: blocks('# Attack patterns', lead, body.markdown),
    structured: [crumbsData(way, origin)],
    picture: { title: 'Attack patterns', subtitle: lead },
  };
}

/** One attack pattern: what happens, where it did, and the rule that stops it as a test to run. */
export function attackPage(pattern: AttackPattern, origin: string): PageContent {
  const { title, group, summary } = pattern;
  const path = attackPath(pattern);
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: PATH, label: 'Attacks' },
    { path, label: title },
  ];
  const body = joinSections(
    happeningSection(pattern),
    incidentSection(pattern),
    needsSection(pattern),
    stopSection(pattern),
    runSection(pattern),
    remainsSection(pattern),
    deeperSection(pattern),
  );
  return {
    path,
    title: `${title}: how the attack works and which rule stops it`,
    description: summary,
    main: markup`${crumbs(way)}<p class="muted">${group}</p><h1>${title}</h1><p class="lead">${summary}</p>${body.html}`,
    markdown: blocks(`# ${title}`, `${group}. ${summary}`, body.markdown),
    structured: [
      crumbsData(way, origin),
      {
        '@context': 'https://schema.org',
        '@type': 'TechArticle',
        headline: title,
        description: summary,
        url: `${origin}${path}`,
      },
    ],
    picture: { title, subtitle: summary },
  };
}

function happeningSection({ whatHappens }: AttackPattern): Section {
  return {
    html: markup`<section aria-labelledby="happens"><h2 id="happens">What happens</h2>${whatHappens.map((text) => markup`<p>${text}</p>`)}</section>`,
    markdown: blocks('## What happens', ...whatHappens),
  };
}

function incidentSection({ incident: { title, whenText, text, source } }: AttackPattern): Section {
  return {
    html: markup`<section aria-labelledby="incident"><h2 id="incident">It happened</h2><div class="panel"><h3>${title}</h3><p class="muted small">${whenText}</p><p>${text}</p><p class="small">Source: <a href="${source.url}">${source.title}</a></p></div></section>`,
    markdown: blocks(
      '## It happened',
      `### ${title}`,
      `${whenText}. ${text}`,
      `Source: [${source.title}](<${source.url}>)`,
    ),
  };
}

function needsSection(pattern: AttackPattern): Section {
  const { categories, signals } = pattern;
  const served = signals.map((kind) => signalInWords(kind));
  return {
    html: markup`<section aria-labelledby="needs"><h2 id="needs">What it needs</h2><p>It acts through ${classesInWords(pattern)}.</p>
${categories !== 'all' && markup`<p class="actions">${categories.map((category) => markup`<a class="badge ${levelClass(category)}" href="/category/${category}">${categoryTitle(category)}</a> `)}</p>`}
${served.length > 0 && markup`<p>Parameters that serve it:</p><ul>${served.map(({ label, meaning }) => markup`<li><strong>${label}</strong>: ${meaning}</li>`)}</ul>`}</section>`,
    markdown: blocks(
      '## What it needs',
      `It acts through ${classesInWords(pattern)}.`,
      served.length > 0 && 'Parameters that serve it:',
      bullets(served.map(({ label, meaning }) => `**${label}**: ${meaning}`)),
    ),
  };
}

/** Decides the example calls with the engine: what the page says of them is what happens. */
export function decideCases({ stops }: AttackPattern): readonly PolicyCaseResult[] {
  const read = validatePolicy(stops.policy);
  if (!read.ok) throw new Error(`the policy of an attack pattern is not valid: ${read.problems[0]?.message}`);
  const list = JSON.parse(JSON.stringify(stops.tools)) as readonly ToolDefinition[];
  const tools = list.map((tool) => knowListedTool(tool, list));
  return runPolicyCases(compilePolicy(read.document, { name: 'policy', version: '1' }), stops.cases, tools);
}

const OUTCOMES = { allow: 'allowed', deny: 'refused', hold: 'held for a person' } as const;

function stopSection(pattern: AttackPattern): Section {
  const { sentence: says, repetition, policy } = pattern.stops;
  const results = decideCases(pattern);
  const tally = (['allow', 'deny', 'hold'] as const)
    .map((outcome) => ({
      outcome,
      count: results.filter(({ decision }) => decision.outcome === outcome).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${figure(count)} ${verb(count, 'is', 'are')} ${OUTCOMES[outcome]}`);
  const effect = sentence(`of ${counted(results.length, 'example call')}, ${joined(tally)}`);
  const again =
    repetition &&
    `Made again and again, the call of \`${repetition.call.name}\` passes ${counted(repetition.passes, 'time')} in a window; then \`${repetition.rule}\` refuses it.`;
  const head = ['Call', 'Outcome', 'Decided by'];
  return {
    html: markup`<section aria-labelledby="stop"><h2 id="stop">The rule that stops it</h2><p>${says}</p>
<figure class="policy">${codeFigure(policyText(policy), { id: 'policy', label: 'policy.json' })}<figcaption><strong>Effect:</strong> ${effect}${again !== undefined && markup` ${prose(again)}`}</figcaption></figure>
<div class="table" tabindex="0" role="region" aria-label="Example calls"><table><thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${results.map(
      ({ case: one, decision }) =>
        markup`<tr><td class="words">${one.description}<br><code>${callText(one.call)}</code></td><td class="short">${OUTCOMES[decision.outcome]}</td><td class="words"><code>${decision.rule}</code></td></tr>`,
    )}</tbody></table></div></section>`,
    markdown: blocks(
      '## The rule that stops it',
      says,
      codeBlock('json', policyText(policy)),
      `**Effect:** ${[effect, again].filter((text) => text !== undefined).join(' ')}`,
      table(
        head,
        results.map(({ case: one, decision }) => [
          `${one.description ?? ''}: ${codeSpan(callText(one.call)).replaceAll('|', String.raw`\|`)}`,
          OUTCOMES[decision.outcome],
          codeSpan(decision.rule),
        ]),
      ),
    ),
  };
}

function callText({ name, arguments: args }: PolicyCaseResult['case']['call']): string {
  return `${name}(${JSON.stringify(args ?? {})})`;
}

function runSection({ stops: { tools, cases, repetition } }: AttackPattern): Section {
  const intro = 'Save the policy above and these two files, and run the engine over them:';
  const note =
    repetition === undefined
      ? undefined
      : 'This decides each call by itself. Calls are counted against limits in the running gateway.';
  const files = [
    { name: 'tools.json', text: policyText({ tools }) },
    { name: 'cases.json', text: policyText(cases) },
  ];
  return {
    html: markup`<section aria-labelledby="run"><h2 id="run">Run it yourself</h2><p>${intro}</p>
${codeFigure(COMMAND, { id: 'command', label: 'terminal' })}
${note !== undefined && markup`<p class="note">${note}</p>`}
${files.map(({ name, text }) => markup`<details class="more"><summary>${name}</summary>${codeFigure(text, { id: name.replace('.', '-'), label: name })}</details>`)}</section>`,
    markdown: blocks(
      '## Run it yourself',
      intro,
      codeBlock('sh', COMMAND),
      note,
      ...files.flatMap(({ name, text }) => [`\`${name}\`:`, codeBlock('json', text)]),
    ),
  };
}

function remainsSection({ remains }: AttackPattern): Section {
  return {
    html: markup`<section aria-labelledby="remains"><h2 id="remains">What no policy can do</h2><p>${remains}</p></section>`,
    markdown: blocks('## What no policy can do', remains),
  };
}

function deeperSection({ goDeeper }: AttackPattern): Section {
  return {
    html: markup`<section aria-labelledby="deeper"><h2 id="deeper">Go deeper</h2><ul>${goDeeper.map(({ title, url }) => markup`<li><a href="${url}">${title}</a></li>`)}</ul><p><a href="${PATH}">All attack patterns</a></p></section>`,
    markdown: blocks(
      '## Go deeper',
      bullets(goDeeper.map(({ title, url }) => `[${title}](<${url}>)`)),
      `[All attack patterns](${PATH})`,
    ),
  };
}

/** Registers `/attacks` and `/attacks/<slug>`. */
export function registerAttacks(app: Hono, show: Show, { origin }: SiteParts): void {
  pageRoute(app, show, PATH, () => attacksPage(ATTACK_PATTERNS, origin));
  pageRoute(app, show, `${PATH}/:slug`, (c) => {
    const pattern = ATTACK_PATTERNS.find(({ slug }) => slug === c.req.param('slug'));
    return pattern === undefined ? notFoundPage(c.req.path) : attackPage(pattern, origin);
  });
}
