import { ToolgateError } from '#platform';
import { blocks } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html, PageContent } from './page.ts';

/** Longest cursor that is looked at. */
const LONGEST_CURSOR = 500;

/** The cursor of an address, where there is one. */
export function cursorOf(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value.slice(0, LONGEST_CURSOR);
}

/** A link to the next page of a list, and one back to its beginning. */
export function pageLinks(links: { readonly next?: string; readonly first?: string }): Html | false {
  if (links.next === undefined && links.first === undefined) return false;
  return markup`<nav class="actions" aria-label="Pages">${
    links.first !== undefined && markup`<a href="${links.first}">From the beginning</a> `
  }${links.next !== undefined && markup`<a class="button quiet" rel="next" href="${links.next}">More</a>`}</nav>`;
}

/** An address with those parameters that are there. */
export function addressOf(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const there = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return there.length === 0 ? path : `${path}?${new URLSearchParams(there).toString()}`;
}

/** Makes a page of a list; a cursor that is not of this list gives a page that says so. */
export async function withCursor(
  path: string,
  first: string,
  make: () => Promise<PageContent>,
): Promise<PageContent> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ToolgateError && error.code === 'catalogue.cursor') return lostPage(path, first);
    throw error;
  }
}

function lostPage(path: string, first: string): PageContent {
  const text = 'This address is not a page of this list any more, or never was one.';
  return {
    path,
    title: 'No such page of the list',
    description: text,
    status: 400,
    isPrivate: true,
    main: markup`<h1>No such page of the list</h1><p>${text}</p><p><a href="${first}">From the beginning</a></p>`,
    markdown: blocks('# No such page of the list', text, `[From the beginning](${first})`),
  };
}
