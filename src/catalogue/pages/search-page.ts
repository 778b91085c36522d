import type { Context, Hono } from 'hono';
import type { CatalogueCategory, CatalogueIndex, CatalogueLevel, CatalogueQuery, SearchAnswer } from '#store';
import { countOfLevel, levelOf } from './class-facts.ts';
import { inertMarkdown, inertText } from './inert-text.ts';
import { blocks } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html, PageContent, SiteParts } from './page.ts';
import { addressOf, cursorOf, pageLinks, withCursor } from './paging.ts';
import {
  CATEGORIES_BY_DANGER,
  categoryTitle,
  counted,
  figure,
  LEVELS_BY_DANGER,
  levelTitle,
  sentence,
  verb,
} from './phrases.ts';
import { answer, pageRoute, withIndex, type Show } from './routes.ts';
import {
  serverList,
  serverListMarkdown,
  serverPath,
  toolList,
  toolListMarkdown,
  toolPath,
} from './tool-list.ts';

/** What was searched for. */
export type Wanted = Pick<CatalogueQuery, 'text' | 'category' | 'level' | 'cursor'>;

/** What the suggestions for a beginning are made of; the script of the site reads it. */
export interface Suggestions {
  readonly servers: readonly { readonly name: string; readonly path: string; readonly toolCount: number }[];
  readonly tools: readonly {
    readonly name: string;
    readonly server: string;
    readonly path: string;
    readonly level: CatalogueLevel;
    readonly category: CatalogueCategory;
  }[];
}

const PATH = '/search';
const ON_A_PAGE = 30;
const LONGEST_QUERY = 200;
const SUGGESTED = { servers: 3, tools: 7 } as const;
const LONGEST_NAME = 120;

/** The search: what was found, and ways to narrow it. */
export function searchPage(wanted: Wanted, { servers, tools, facets }: SearchAnswer): PageContent {
  const { text } = wanted;
  const isPlain = wanted.category === undefined && wanted.level === undefined && wanted.cursor === undefined;
  const found = foundInWords(wanted, facets);
  const next = tools.next === undefined ? undefined : addressFor({ ...wanted, cursor: tools.next });
  const first = wanted.cursor === undefined ? undefined : addressFor({ ...wanted, cursor: undefined });
  return {
    path: PATH,
    title: text === '' ? 'Search' : `${inertText(text, 80)} · Search`,
    description: 'Find an MCP server or tool by name, or by words in any language.',
    // every query is another page of the same things; the search itself is one page
    ...((text !== '' || !isPlain) && { isPrivate: true as const }),
    picture: { title: 'Search', subtitle: 'MCP servers and tools, by name or by words in any language' },
    main: markup`<h1>Search</h1>
${form(wanted)}
<div id="results">
<p class="muted" role="status">${found}</p>
${narrow(wanted, facets)}
${servers.length > 0 && markup`<section aria-labelledby="servers"><h2 id="servers">Servers</h2>${serverList(servers)}</section>`}
${tools.items.length > 0 && markup`<section aria-labelledby="tools"><h2 id="tools">Tools</h2>${toolList(tools.items)}</section>`}
${pageLinks({ ...(next !== undefined && { next }), ...(first !== undefined && { first }) })}
</div>`,
    markdown: blocks(
      text === '' ? '# Search' : `# Search: ${inertMarkdown(text, 80)}`,
      found,
      servers.length > 0 && '## Servers',
      serverListMarkdown(servers),
      tools.items.length > 0 && '## Tools',
      toolListMarkdown(tools.items),
      next !== undefined && `[More](${next})`,
    ),
  };
}

function foundInWords(
  { text, category, level }: Wanted,
  { counts, atLeast }: SearchAnswer['facets'],
): string {
  const classes = CATEGORIES_BY_DANGER.filter(
    (one) => (category === undefined || one === category) && (level === undefined || levelOf(one) === level),
  );
  const count = classes.reduce((sum, one) => sum + counts[one], 0);
  const of = [
    category !== undefined && ` of the class ${categoryTitle(category)}`,
    level !== undefined && ` of the level ${levelTitle(level)}`,
  ].filter((part) => part !== false);
  const what = `${atLeast ? 'More than ' : ''}${counted(count, 'tool')}${of.join('')}`;
  if (text === '') return sentence(`${what} in the catalogue`);
  if (count === 0 && of.length === 0)
    return 'No tool has all of these words. Fewer words, or the beginning of one, find more.';
  return sentence(`${what} ${verb(count, 'has', 'have')} all of these words`);
}

function form({ text, category, level }: Wanted): Html {
  return markup`<form class="search" action="${PATH}" method="get" role="search" data-live="results">
<label class="visually-hidden" for="q">Tool, server or words in any language</label>
<input id="q" name="q" type="search" value="${text}" placeholder="Tool, server or words in any language" autocomplete="off" maxlength="${LONGEST_QUERY}" spellcheck="false">
${category !== undefined && markup`<input type="hidden" name="category" value="${category}">`}
${level !== undefined && markup`<input type="hidden" name="level" value="${level}">`}
<button type="submit">Search</button>
</form>`;
}

/** Links that choose a class or a level, or take the choice back. */
function narrow(wanted: Wanted, { counts }: SearchAnswer['facets']): Html {
  const classes = CATEGORIES_BY_DANGER.filter((one) => counts[one] > 0 || wanted.category === one).map(
    (one) =>
      choice({
        label: categoryTitle(one),
        count: counts[one],
        style: one === 'unknown' ? 'unknown' : levelOf(one),
        isChosen: wanted.category === one,
        to: {
          ...wanted,
          cursor: undefined,
          level: undefined,
          category: wanted.category === one ? undefined : one,
        },
      }),
  );
  const levels = LEVELS_BY_DANGER.filter((one) => countOfLevel(counts, one) > 0 || wanted.level === one).map(
    (one) =>
      choice({
        label: levelTitle(one),
        count: countOfLevel(counts, one),
        style: one,
        isChosen: wanted.level === one,
        to: {
          ...wanted,
          cursor: undefined,
          category: undefined,
          level: wanted.level === one ? undefined : one,
        },
      }),
  );
  if (classes.length === 0) return markup``;
  return markup`<nav class="facets" aria-label="Narrow the search"><ul aria-label="Class">${classes}</ul><ul aria-label="Risk level">${levels}</ul></nav>`;
}

interface Choice {
  readonly label: string;
  readonly count: number;
  readonly style: string;
  readonly isChosen: boolean;
  readonly to: AnyWanted;
}

type AnyWanted = { readonly [Key in keyof Wanted]: Wanted[Key] | undefined };

function choice({ label, count, style, isChosen, to }: Choice): Html {
  const words = markup`${label} ${figure(count)}`;
  return isChosen
    ? markup`<li><a class="facet ${style}" aria-current="true" href="${addressFor(to)}">${words}<span aria-hidden="true"> ×</span><span class="visually-hidden">, chosen: take it back</span></a></li>`
    : markup`<li><a class="facet" href="${addressFor(to)}">${words}</a></li>`;
}

function addressFor({ text, category, level, cursor }: AnyWanted): string {
  return addressOf(PATH, { q: text, category, level, cursor });
}

/** The few best servers and tools for what is typed so far. */
export function suggestionsOf({ servers, tools }: SearchAnswer): Suggestions {
  return {
    servers: servers.slice(0, SUGGESTED.servers).map(({ facts, toolCount }) => ({
      name: inertText(facts.name, LONGEST_NAME),
      path: serverPath(facts.slug),
      toolCount,
    })),
    tools: tools.items.slice(0, SUGGESTED.tools).map((entry) => ({
      name: inertText(entry.tool.name, LONGEST_NAME),
      server: inertText(entry.server.name, LONGEST_NAME),
      path: toolPath(entry),
      level: entry.level,
      category: entry.tool.category,
    })),
  };
}

/** Registers `/search` and its suggestions, `/search/suggest?q=`. */
export function registerSearch(app: Hono, show: Show, parts: SiteParts): void {
  app.get(`${PATH}/suggest`, async (c) => {
    const index = parts.index();
    const text = textOf(c);
    const found: Suggestions =
      index === undefined || text === ''
        ? { servers: [], tools: [] }
        : suggestionsOf(await index.search({ text, limit: SUGGESTED.tools }));
    return answer(c, JSON.stringify(found), {
      status: 200,
      type: 'application/json',
      cache: index === undefined ? 'no-cache' : 'public, max-age=60',
    });
  });
  pageRoute(app, show, PATH, (c) => withIndex(parts, PATH, (index) => searched(c, index)));
}

async function searched(c: Context, index: CatalogueIndex): Promise<PageContent> {
  const text = textOf(c);
  const category = CATEGORIES_BY_DANGER.find((one) => one === c.req.query('category'));
  const level = LEVELS_BY_DANGER.find((one) => one === c.req.query('level'));
  const cursor = cursorOf(c.req.query('cursor'));
  const wanted = {
    text,
    ...(category !== undefined && { category }),
    ...(level !== undefined && { level }),
    ...(cursor !== undefined && { cursor }),
  };
  return withCursor(PATH, addressFor({ ...wanted, category, level, cursor: undefined }), async () =>
    searchPage(wanted, await index.search({ ...wanted, limit: ON_A_PAGE })),
  );
}

function textOf(c: Context): string {
  // not between the halves of a character
  return (c.req.query('q') ?? '')
    .slice(0, LONGEST_QUERY)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
}
