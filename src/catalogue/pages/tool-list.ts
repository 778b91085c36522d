import { riskLevelOf } from '#risk';
import type { CatalogueCategory, CatalogueLevel, CategoryCounts, ServerEntry, ToolEntry } from '#store';
import { inert, inertMarkdown, inertText } from './inert-text.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';
import {
  CATEGORIES_BY_DANGER,
  categoryTitle,
  counted,
  countsInWords,
  figure,
  levelTitle,
} from './phrases.ts';

/** Longest name of a tool or server in a list. */
const LONGEST_NAME = 120;

/** The page of a tool. */
export function toolPath({ server, tool }: Pick<ToolEntry, 'server' | 'tool'>): string {
  return `/tools/${server.slug}/${tool.slug}`;
}

/** The page of a server. */
export function serverPath(slug: string): string {
  return `/tools/${slug}`;
}

/** Category and level as a link to the level: the words say it, the colour only helps. */
export function riskBadge(level: CatalogueLevel, category: CatalogueCategory): Html {
  return markup`<a class="badge ${category === 'unknown' ? 'unknown' : level}" href="/risk/${level}">${badgeText(level, category)}</a>`;
}

/** What a badge says, where it cannot be a link. */
export function badgeText(level: CatalogueLevel, category: CatalogueCategory): string {
  return category === 'unknown'
    ? `Unknown · treated as ${levelTitle(level)}`
    : `${categoryTitle(category)} · ${levelTitle(level)}`;
}

/** Tools as a list, each with badge, name, server and what it does. */
export function toolList(
  entries: readonly ToolEntry[],
  { withServer = true }: { readonly withServer?: boolean } = {},
): Html {
  return markup`<ul class="rows">${entries.map(
    (entry) => markup`<li class="row">
<span class="tag ${entry.tool.category === 'unknown' ? 'unknown' : entry.level}">${categoryTitle(entry.tool.category)}</span>
<span class="row-main"><a class="row-name" href="${toolPath(entry)}">${inert(entry.tool.name, LONGEST_NAME)}</a>${
      entry.tool.hasHiddenText === true &&
      markup` <span class="hidden-mark" title="The definition holds characters that a reader does not see">hidden text</span>`
    }
<span class="row-note">${withServer && markup`${inert(entry.server.name, LONGEST_NAME)} · `}${inert(entry.summary, 200)}</span></span></li>`,
  )}</ul>`;
}

/** The same as Markdown. */
export function toolListMarkdown(
  entries: readonly ToolEntry[],
  { withServer = true }: { readonly withServer?: boolean } = {},
): string {
  return entries
    .map(
      (entry) =>
        `- [${inertMarkdown(entry.tool.name, LONGEST_NAME)}](${toolPath(entry)}) (${badgeText(entry.level, entry.tool.category)}${
          withServer ? `, ${inertMarkdown(entry.server.name, LONGEST_NAME)}` : ''
        }): ${inertMarkdown(entry.summary, 200)}`,
    )
    .join('\n');
}

/** Servers as a list, each with its counts by category. */
export function serverList(entries: readonly ServerEntry[]): Html {
  return markup`<ul class="rows">${entries.map(
    ({ facts, toolCount, counts, tokens }) => markup`<li class="row server-row">
<span class="row-main"><a class="row-name" href="${serverPath(facts.slug)}">${inert(facts.name, LONGEST_NAME)}</a>
<span class="row-note">${counted(toolCount, 'tool')} · ${figure(tokens)} tokens${
      facts.version !== undefined && markup` · version ${inert(facts.version, 40)}`
    }</span></span>
${countsBar(counts)}</li>`,
  )}</ul>`;
}

/** The same as Markdown. */
export function serverListMarkdown(entries: readonly ServerEntry[]): string {
  return entries
    .map(
      ({ facts, toolCount, counts }) =>
        `- [${inertMarkdown(facts.name, LONGEST_NAME)}](${serverPath(facts.slug)}): ${counted(toolCount, 'tool')} (${countsInWords(counts)})`,
    )
    .join('\n');
}

/** The colour of a category: that of its level. */
export function levelClass(category: CatalogueCategory): CatalogueLevel | 'unknown' {
  return category === 'unknown' ? category : riskLevelOf(category);
}

/** Counts by category as small labelled figures, worst first; those that are zero are left out. */
export function countsBar(counts: CategoryCounts): Html {
  return markup`<span class="counts">${CATEGORIES_BY_DANGER.filter((category) => counts[category] > 0).map(
    (category) =>
      markup`<span class="tag ${levelClass(category)}">${figure(counts[category])} ${categoryTitle(category)}</span> `,
  )}</span>`;
}

/** A name of others as plain text, for titles. */
export function plainName(name: string): string {
  return inertText(name, LONGEST_NAME);
}
