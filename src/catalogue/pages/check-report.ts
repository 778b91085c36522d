import type { CatalogueCategory, ToolEntry } from '#store';
import type { CheckedServer, StackFinding, StackReport } from '../stack/check-stack.ts';
import { inert, inertMarkdown, inertText } from './inert-text.ts';
import { blocks, bullets, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';
import {
  CATEGORIES_BY_DANGER,
  categoryTitle,
  counted,
  countsInWords,
  figure,
  joined,
  sentence,
} from './phrases.ts';
import { policyBlock, policyText } from './policy-block.ts';
import { recommendedForServer } from './policy-variants.ts';
import { named, prose, proseMarkdown } from './prose.ts';
import { joinSections, type Section } from './section.ts';
import { countsBar, levelClass, serverPath, toolList, toolListMarkdown, toolPath } from './tool-list.ts';

type Known = Extract<StackFinding, { status: 'known' }>;

const LONGEST_NAME = 120;
/** Tools of one class that are shown. */
const SHOWN_OF_A_CLASS = 300;
/** A larger policy is shown on the page of its server only. */
const MOST_TOOLS_OF_A_POLICY = 150;

/** What the agents of a configuration could call: figures, every tool by class, and each server with its policy. */
export function checkReport(report: StackReport): Section {
  return joinSections(
    summary(report),
    toolsByClass(report),
    ...report.servers.map((server, index) => serverSection(server, index)),
  );
}

function summary({ servers, toolCount, counts, byStatus }: StackReport): Section {
  const known =
    byStatus.known === 0
      ? `The catalogue has none of ${servers.length === 1 ? 'this server' : `these ${counted(servers.length, 'server')}`}, so nothing can be said of the tools.`
      : `The catalogue knows ${figure(byStatus.known)} of ${counted(servers.length, 'server')}. Through ${byStatus.known === 1 ? 'it' : 'them'} your agents could call ${counted(toolCount, 'tool')}: ${countsInWords(counts)}.`;
  const missing = [
    byStatus.unknown > 0 && `${figure(byStatus.unknown)} not in the catalogue`,
    byStatus.unanswered > 0 && `${figure(byStatus.unanswered)} tried, without an answer`,
    byStatus.remote > 0 && `${figure(byStatus.remote)} at an address`,
  ].filter((part) => part !== false);
  const rest =
    missing.length === 0
      ? ''
      : ` ${sentence(`not counted: ${joined(missing)}. Their tools are unknown, not harmless`)}`;
  const text = `${known}${rest}`;
  return {
    html: markup`<p class="lead">${text}</p><p>${countsBar(counts)}</p>`,
    markdown: text,
  };
}

function toolsByClass({ servers, toolCount }: StackReport): Section | undefined {
  if (toolCount === 0) return undefined;
  const all = servers.flatMap(({ name, finding }) =>
    finding.status === 'known' ? finding.tools.map((entry) => ({ name, entry })) : [],
  );
  const classes = CATEGORIES_BY_DANGER.map((category) => ({
    category,
    found: all.filter(({ entry }) => entry.tool.category === category),
  })).filter(({ found }) => found.length > 0);
  return {
    html: markup`<section aria-labelledby="calls"><h2 id="calls">Every tool, by class</h2>${classes.map(
      ({ category, found }) => classList(category, found),
    )}</section>`,
    markdown: blocks(
      '## Every tool, by class',
      ...classes.flatMap(({ category, found }) => [
        `### ${categoryTitle(category)}: ${counted(found.length, 'tool')}`,
        bullets(
          found
            .slice(0, SHOWN_OF_A_CLASS)
            .map(
              ({ name, entry }) =>
                `[${inertMarkdown(entry.tool.name, LONGEST_NAME)}](${toolPath(entry)}) of ${inertMarkdown(name, LONGEST_NAME)}`,
            ),
        ),
      ]),
    ),
  };
}

function classList(
  category: CatalogueCategory,
  found: readonly { readonly name: string; readonly entry: ToolEntry }[],
): Html {
  const left = found.length - SHOWN_OF_A_CLASS;
  const isOpen = category === 'financial' || category === 'destructive';
  return markup`<details class="more"${isOpen && markup` open`}><summary><span class="tag ${levelClass(category)}">${categoryTitle(category)}</span> ${counted(found.length, 'tool')}</summary><ul class="names">${found
    .slice(0, SHOWN_OF_A_CLASS)
    .map(
      ({ name, entry }) =>
        markup`<li><a class="row-name" href="${toolPath(entry)}">${inert(entry.tool.name, LONGEST_NAME)}</a> <span class="muted small">${inert(name, LONGEST_NAME)}</span></li>`,
    )}</ul>${left > 0 && markup`<p class="muted">and ${counted(left, 'more tool')}, on the pages of the servers</p>`}</details>`;
}

function serverSection(server: CheckedServer, index: number): Section {
  const { name, finding } = server;
  const id = `server-${index + 1}`;
  const heading = markup`<h2 id="${id}">${inert(name, LONGEST_NAME)}</h2>`;
  const title = `## ${inertMarkdown(name, LONGEST_NAME)}`;
  if (finding.status !== 'known') {
    const text = absence(server);
    return {
      html: markup`<section aria-labelledby="${id}">${heading}<p>${prose(text)}</p>${scanHint(server)}</section>`,
      markdown: blocks(title, proseMarkdown(text)),
    };
  }
  const known = knownServer(server, finding, index);
  return {
    html: markup`<section aria-labelledby="${id}">${heading}${known.html}</section>`,
    markdown: blocks(title, known.markdown),
  };
}

function knownServer(server: CheckedServer, finding: Known, index: number): Section {
  const { entry, tools, mostDangerous } = finding;
  const path = serverPath(entry.facts.slug);
  const note = versionNote(server, finding);
  const intro = `${counted(entry.toolCount, 'tool')}: ${countsInWords(entry.counts)}.`;
  const recommended = tools.length > MOST_TOOLS_OF_A_POLICY ? undefined : recommendedForServer(tools);
  const shownName = `${inertText(server.name, 40)}-policy.json`;
  return {
    html: markup`<p>${intro} <a href="${path}">Its page</a></p>
${note !== undefined && markup`<p class="note">${prose(note)}</p>`}
${toolList(mostDangerous, { withServer: false })}
${
  recommended === undefined
    ? markup`<p>Its policy is long: <a href="${path}#policy">take it from its page</a>.</p>`
    : markup`<details class="more" open><summary>The policy for it</summary>${policyBlock(recommended.policy, { id: `policy-${index + 1}`, label: shownName, effect: recommended.effect })}</details>`
}`,
    markdown: blocks(
      intro,
      note !== undefined && proseMarkdown(note),
      toolListMarkdown(mostDangerous, { withServer: false }),
      recommended === undefined
        ? `[Its policy](${path}#policy)`
        : codeBlock('json', policyText(recommended.policy)),
      recommended !== undefined && `**Effect:** ${proseMarkdown(recommended.effect)}`,
    ),
  };
}

function versionNote({ packageVersion }: CheckedServer, { readVersion, entry }: Known): string | undefined {
  if (readVersion === undefined) return undefined;
  const read = `The catalogue read version ${named(readVersion, 40)}`;
  if (packageVersion === undefined)
    return `${read}; your block names none, so another version may run than the one described here.`;
  return `${read} of ${named(entry.facts.name)}; your block asks for ${named(packageVersion, 40)}.`;
}

const KINDS: Readonly<Record<CheckedServer['kind'], string>> = {
  npm: 'The catalogue has no record of this package',
  remote: 'A server at an address: the catalogue reads packages, and knows nothing of what answers there',
  python: 'It is started with Python; the catalogue reads packages of npm',
  container: 'It is started as a container; the catalogue reads packages of npm',
  program: 'It is a program of its own; the catalogue reads packages of npm',
};

/** Why nothing is known of a server. */
function absence({ kind, packageName, host, finding }: CheckedServer): string {
  if (finding.status === 'unanswered') {
    const { name, version, reason } = finding.attempt;
    return `${named(name)} was tried in version ${named(version, 40)} and gave no tools (${inertText(reason.replaceAll('_', ' '), 60)}). What it could do is unknown.`;
  }
  const what = packageName ?? host;
  return `${what === undefined ? '' : `${named(what)}: `}${KINDS[kind]}. What it could do is unknown.`;
}

/** How to find out. A package's name has no character that means something to a shell. */
function scanHint({ kind, packageName }: CheckedServer): Html {
  const command =
    kind === 'npm' && packageName !== undefined
      ? `toolgate scan --npm ${packageName}`
      : kind === 'remote'
        ? 'toolgate scan --url <its address>'
        : 'toolgate scan -- <its command>';
  return markup`<p>To find out: <code>${command}</code></p>`;
}
