import { blocks } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';

/** A part of a page, as HTML and as Markdown of the same facts. */
export interface Section {
  readonly html: Html;
  readonly markdown: string;
}

/** Sections one after the other; those that are not there are left out. */
export function joinSections(...sections: readonly (Section | undefined)[]): Section {
  const there = sections.filter((section) => section !== undefined);
  return {
    html: markup`${there.map(({ html }) => html)}`,
    markdown: blocks(...there.map(({ markdown }) => markdown.trimEnd())),
  };
}

/** A step of the path from the home page to a page. */
export interface Crumb {
  readonly path: string;
  /** Plain text. */
  readonly label: string;
}

/** The path from the home page to this one; the last step is the page itself. */
export function crumbs(steps: readonly Crumb[]): Html {
  return markup`<nav class="crumbs" aria-label="Breadcrumbs"><ol>${steps.map(({ path, label }, index) =>
    index === steps.length - 1
      ? markup`<li><span aria-current="page"><bdi>${label}</bdi></span></li>`
      : markup`<li><a href="${path}"><bdi>${label}</bdi></a></li>`,
  )}</ol></nav>`;
}

/** The same for search engines. */
export function crumbsData(steps: readonly Crumb[], origin: string): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ path, label }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name: label,
      item: `${origin}${path}`,
    })),
  };
}
