import type { CatalogueChange, CatalogueMethod, ServerEntry, ToolEntry, UnansweredServer } from '#store';
import { inert, inertMarkdown } from './inert-text.ts';
import { blocks, bullets } from './markdown.ts';
import { markup, type Child } from './markup.ts';
import { searchForm } from './not-there.ts';
import type { Html, PageContent } from './page.ts';
import { categoryTitle, counted, dayOf, figure, joined, sentence } from './phrases.ts';
import { named, prose, proseMarkdown } from './prose.ts';
import { crumbs, type Section } from './section.ts';
import { plainName, serverPath } from './tool-list.ts';

const SHORT_HASH = 12;
const SHOWN_CHANGES = 30;

/** The facts of a reading at a glance. */
export function readingPanel({ facts, toolCount, tokens }: ServerEntry): Html {
  const { repository } = facts;
  const rows: readonly (readonly [term: string, value: Child])[] = [
    ['Tools', figure(toolCount)],
    ['In context', counted(tokens, 'token')],
    ['Package', facts.package !== undefined && markup`<code>${inert(facts.package, 120)}</code>`],
    ['Version', facts.version !== undefined && inert(facts.version, 40)],
    ['Read on', dayOf(facts.scannedAt)],
    ['Source', repository !== undefined && sourceLink(repository)],
    [
      'Calls itself',
      facts.serverInfo !== undefined &&
        markup`${inert(facts.serverInfo.name, 80)} ${inert(facts.serverInfo.version, 40)}`,
    ],
    ['Protocol', inert(facts.revision, 40)],
  ];
  return markup`<div class="panel"><dl class="facts">${rows
    .filter(([, value]) => value !== false)
    .map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)}</dl></div>`;
}

function sourceLink(repository: string): Html {
  return /^[\w.-]+\/[\w.-]+$/.test(repository)
    ? markup`<a href="https://github.com/${repository}" rel="nofollow noopener">${repository}</a>`
    : inert(repository, 120);
}

const REACHED: Readonly<Record<CatalogueMethod['by'], string>> = {
  npm: 'installed from its package without running its scripts, started',
  command: 'started from a command',
  url: 'asked at its address',
  bundled: 'started as a part of Toolgate',
};
const SANDBOXES: Readonly<Record<NonNullable<CatalogueMethod['sandbox']>, string>> = {
  bubblewrap: 'in a sandbox (bubblewrap) without a network or a home',
  unshare: 'in namespaces of its own without a network',
};

/** How the server was read, so that anybody can do it again. */
export function readingSection({ facts }: ServerEntry): Section {
  const { how, version, scannedAt, era } = facts;
  const dummies = how.dummyEnvironment ?? [];
  const told = [
    `On ${dayOf(scannedAt)}${version === undefined ? '' : ` version ${named(version, 40)}`} was ${REACHED[how.by]}${how.sandbox === undefined ? '' : ` ${SANDBOXES[how.sandbox]}`}, and asked for its tools as a client asks (${era === 'legacy' ? 'with a handshake' : 'without a session'}, revision ${named(facts.revision, 40)}).`,
    dummies.length > 0 &&
      `${dummies.length === 1 ? 'The variable' : 'The variables'} ${joined(dummies.slice(0, 8).map((name) => named(name, 60)))}${dummies.length > 8 ? ` and ${counted(dummies.length - 8, 'more variable')}` : ''} had made-up values.`,
    how.args !== undefined &&
      how.args.length > 0 &&
      `It was given the arguments ${joined(how.args.slice(0, 8).map((arg) => named(arg, 60)))}.`,
    'What it lists may depend on credentials and settings that this reading did not have.',
  ].filter((part) => part !== false);
  const earlier = facts.earlier ?? [];
  return {
    html: markup`<section aria-labelledby="reading"><h2 id="reading">How it was read</h2><p>${prose(told.join(' '))}</p>
${
  earlier.length > 0 &&
  markup`<h3>Versions read before</h3><ul>${earlier.map(({ version, scannedAt }) => markup`<li>${inert(version, 40)} on ${dayOf(scannedAt)}</li>`)}</ul>`
}</section>`,
    markdown: blocks(
      '## How it was read',
      proseMarkdown(told.join(' ')),
      earlier.length > 0 && '### Versions read before',
      bullets(
        earlier.map(({ version, scannedAt }) => `${inertMarkdown(version, 40)} on ${dayOf(scannedAt)}`),
      ),
    ),
  };
}

/** What changed between readings. */
export function changesSection(
  changes: readonly CatalogueChange[],
  tools: readonly ToolEntry[],
  slug: string,
): Section | undefined {
  if (changes.length === 0) return undefined;
  const slugOf = new Map(tools.map(({ tool }) => [tool.name, tool.slug]));
  const shown = changes.slice(0, SHOWN_CHANGES);
  return {
    html: markup`<section aria-labelledby="changes"><h2 id="changes">Changes</h2><ul class="evidence">${shown.map(
      (change) => {
        const page = change.tool === undefined ? undefined : slugOf.get(change.tool);
        return markup`<li><span class="muted">${dayOf(change.at)}</span> ${prose(changeInWords(change))}${page !== undefined && markup` <a href="${serverPath(slug)}/${page}">Open</a>`}</li>`;
      },
    )}</ul></section>`,
    markdown: blocks(
      '## Changes',
      bullets(shown.map((change) => `${dayOf(change.at)}: ${proseMarkdown(changeInWords(change))}`)),
    ),
  };
}

/** One change in words; names stand between backticks. */
export function changeInWords({ kind, tool, from, to, version }: CatalogueChange): string {
  const name = named(tool ?? '');
  const at = version === undefined ? '' : ` in version ${named(version, 40)}`;
  switch (kind) {
    case 'server_added':
      return `The server came into the catalogue${version === undefined ? '' : ` with version ${named(version, 40)}`}.`;
    case 'server_removed':
      return 'The server left the catalogue.';
    case 'tool_added':
      return `${name} was added${at}${to === undefined ? '' : `, class ${className(to)}`}.`;
    case 'tool_removed':
      return `${name} was removed${at}.`;
    case 'definition_changed':
      return `The definition of ${name} changed${at}${from === undefined || to === undefined ? '' : `: ${named(from.slice(0, SHORT_HASH))} became ${named(to.slice(0, SHORT_HASH))}`}.`;
    case 'category_changed':
      return `The class of ${name} changed${at}${from === undefined || to === undefined ? '' : ` from ${className(from)} to ${className(to)}`}.`;
  }
}

const CLASSES: ReadonlySet<string> = new Set([
  'read',
  'write',
  'execute',
  'destructive',
  'financial',
  'unknown',
]);

function className(text: string): string {
  return CLASSES.has(text) ? categoryTitle(text as Parameters<typeof categoryTitle>[0]) : named(text, 40);
}

const REASONS: Readonly<Record<string, string>> = {
  not_found: 'the package was not there',
  install_failed: 'it could not be installed',
  no_command: 'the package has no command to start',
  exited: 'it ended before it answered',
  no_answer: 'it did not answer in time',
  not_mcp: 'what it answered is not MCP',
  no_tools: 'it answered, and lists no tools',
  too_large: 'its answer was too large',
  unreachable: 'it could not be reached',
  refused: 'it refused the reading',
};

/** The page of a server that was tried and gave no tools: nothing is made up about it. */
export function unansweredPage(server: UnansweredServer, path: string): PageContent {
  const { name, version, scannedAt, reason, detail } = server;
  const why = REASONS[reason] ?? reason.replaceAll('_', ' ');
  const text = `${named(name)}${version === '' ? '' : ` (version ${named(version, 40)})`} was tried on ${dayOf(scannedAt)}, and ${why}.`;
  const rest =
    'So the catalogue knows none of its tools, and lists none. A server that needs a real account, a network or another program often ends this way.';
  return {
    path,
    title: `${plainName(name)} did not answer`,
    description: `${plainName(name)} was tried and gave no tools: ${why}.`,
    status: 404,
    isPrivate: true,
    main: markup`${crumbs([
      { path: '/', label: 'Catalogue' },
      { path, label: plainName(name) },
    ])}
<h1 class="name"><bdi>${plainName(name)}</bdi></h1>
<p class="lead">${prose(text)}</p>
<p>${rest}</p>
${detail !== '' && markup`<h2>What it said</h2><blockquote class="quoted" dir="auto">${inert(sentence(detail), 300)}</blockquote>`}
${searchForm('')}`,
    markdown: blocks(
      `# ${inertMarkdown(name, 120)}`,
      proseMarkdown(text),
      rest,
      detail !== '' && `What it said: ${inertMarkdown(detail, 300)}`,
    ),
  };
}
