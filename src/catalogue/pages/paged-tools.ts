import type { Page, ToolEntry } from '#store';
import { blocks } from './markdown.ts';
import { markup } from './markup.ts';
import { addressOf, pageLinks } from './paging.ts';
import type { Section } from './section.ts';
import { toolList, toolListMarkdown } from './tool-list.ts';

/** One page of a list of tools at a path, with the way to the next and back to the first. */
export function pagedTools(path: string, tools: Page<ToolEntry>, cursor: string | undefined): Section {
  const next = tools.next === undefined ? undefined : addressOf(path, { cursor: tools.next });
  return {
    html: markup`<section aria-labelledby="tools"><h2 id="tools">Tools</h2>${
      tools.items.length === 0 ? markup`<p>The catalogue has none.</p>` : toolList(tools.items)
    }${pageLinks({ ...(next !== undefined && { next }), ...(cursor !== undefined && { first: path }) })}</section>`,
    markdown: blocks('## Tools', toolListMarkdown(tools.items), next !== undefined && `[More](${next})`),
  };
}
