import type { ServerEntry, ToolEntry } from '#store';
import { inert, inertMarkdown } from './inert-text.ts';
import { blocks } from './markdown.ts';
import { markup } from './markup.ts';
import type { PageContent } from './page.ts';
import {
  plainName,
  serverList,
  serverListMarkdown,
  serverPath,
  toolList,
  toolListMarkdown,
} from './tool-list.ts';

/** Longest part of an address that a page repeats. */
const LONGEST = 80;

/** The page for an address that leads nowhere. */
export function notFoundPage(path: string): PageContent {
  return {
    path,
    title: 'No such page',
    description: 'There is no page at this address.',
    status: 404,
    isPrivate: true,
    main: markup`<h1>No such page</h1>
<p>There is nothing at this address. The catalogue finds tools and servers by name, and by words in any language.</p>
${searchForm('')}`,
    markdown: blocks('# No such page', 'There is nothing at this address. Search: [/search](/search)'),
  };
}

/** The page for a server that the catalogue does not have, with those most like it. */
export function noSuchServerPage(slug: string, nearest: readonly ServerEntry[]): PageContent {
  const intro =
    'The catalogue lists only servers that were started and answered, and this one is not among them.';
  return {
    path: serverPath(slug),
    title: `No server ${plainName(slug.slice(0, LONGEST))}`,
    description: intro,
    status: 404,
    isPrivate: true,
    main: markup`<h1>No server ${inert(slug, LONGEST)}</h1>
<p>${intro}</p>
${nearest.length > 0 && markup`<h2>Servers with names like it</h2>${serverList(nearest)}`}
${searchForm(slug.replaceAll('-', ' ').slice(0, LONGEST))}`,
    markdown: blocks(
      `# No server ${inertMarkdown(slug, LONGEST)}`,
      intro,
      nearest.length > 0 && '## Servers with names like it',
      serverListMarkdown(nearest),
    ),
  };
}

/** The page for a tool that a server does not have, with those of its tools that are most like it. */
export function noSuchToolPage(
  server: ServerEntry,
  slug: string,
  nearest: readonly ToolEntry[],
): PageContent {
  const { name } = server.facts;
  const path = serverPath(server.facts.slug);
  return {
    path: `${path}/${slug}`,
    title: `No tool ${plainName(slug.slice(0, LONGEST))} on ${plainName(name)}`,
    description: 'This server has no such tool.',
    status: 404,
    isPrivate: true,
    main: markup`<h1>No tool ${inert(slug, LONGEST)}</h1>
<p><a href="${path}">${inert(name, LONGEST)}</a> had no such tool when it was last read.</p>
${nearest.length > 0 && markup`<h2>Its tools with names like it</h2>${toolList(nearest, { withServer: false })}`}
${searchForm(slug.replaceAll('-', ' ').slice(0, LONGEST))}`,
    markdown: blocks(
      `# No tool ${inertMarkdown(slug, LONGEST)}`,
      `[${inertMarkdown(name, LONGEST)}](${path}) had no such tool when it was last read.`,
      nearest.length > 0 && '## Its tools with names like it',
      toolListMarkdown(nearest, { withServer: false }),
    ),
  };
}

/** While the index is being built. */
export function notReadyPage(path: string): PageContent {
  const text = 'The index of the catalogue is being built. This takes a minute; then this page is here.';
  return {
    path,
    title: 'The catalogue is being built',
    description: text,
    status: 503,
    isPrivate: true,
    main: markup`<h1>The catalogue is being built</h1><p>${text}</p>`,
    markdown: blocks('# The catalogue is being built', text),
  };
}

/** A search box that works without a script. */
export function searchForm(value: string, id = 'q'): PageContent['main'] {
  return markup`<form class="search" action="/search" method="get" role="search">
<label class="visually-hidden" for="${id}">Search tools and servers</label>
<input id="${id}" name="q" type="search" value="${value}" placeholder="Tool, server or words in any language" autocomplete="off" maxlength="200" spellcheck="false">
<button type="submit">Search</button>
</form>`;
}
