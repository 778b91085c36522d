import type { AttackPattern } from '#risk';
import { bullets } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';
import { categoryTitle, joined } from './phrases.ts';

/** The page of an attack pattern. */
export function attackPath({ slug }: Pick<AttackPattern, 'slug'>): string {
  return `/attacks/${slug}`;
}

/** Attack patterns as cards: what each is, and what it needs. */
export function attackCards(patterns: readonly AttackPattern[]): Html {
  return markup`<ul class="cards">${patterns.map(
    (pattern) =>
      markup`<li class="card"><a href="${attackPath(pattern)}">${pattern.title}</a><p>${pattern.summary}</p><p class="small">Acts through ${classesInWords(pattern)}</p></li>`,
  )}</ul>`;
}

/** The same as Markdown. */
export function attackCardsMarkdown(patterns: readonly AttackPattern[]): string {
  return bullets(patterns.map((pattern) => `[${pattern.title}](${attackPath(pattern)}): ${pattern.summary}`));
}

/** The classes of tools that an attack acts through. */
export function classesInWords({ categories }: Pick<AttackPattern, 'categories'>): string {
  return categories === 'all' ? 'tools of every class' : `${joined(categories.map(categoryTitle))} tools`;
}
