import type { CatalogueIndex, CategoryCounts } from '#store';
import { startCommandOf } from './pages/client-blocks.ts';
import { checkStack, type CheckedServer } from './stack/check-stack.ts';
import { readServerBlock } from './stack/server-block.ts';

/** How a server of the catalogue is started, with the names of what a person must give for it. */
export interface StartTemplate {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: readonly string[];
}

/** What is known of one server of a client's configuration, by the name that it has there. */
export interface StackEntry {
  readonly name: string;
  readonly status: 'known' | 'unanswered' | 'remote' | 'unknown';
  readonly slug?: string;
  readonly toolCount?: number;
  readonly counts?: CategoryCounts;
  readonly mostDangerous?: readonly { readonly name: string; readonly category: keyof CategoryCounts }[];
}

/** The way to start a server of the catalogue; undefined for one that it does not have, or does not know how to start. */
export async function startTemplateOf(
  slug: string,
  index: CatalogueIndex,
): Promise<StartTemplate | undefined> {
  const entry = await index.server(slug);
  const start = entry && startCommandOf(entry.facts);
  return start && { name: entry.facts.name, ...start };
}

/** What the catalogue knows of the servers in a pasted configuration. Nothing of its values comes back. */
export async function readStack(document: string, index: CatalogueIndex): Promise<readonly StackEntry[]> {
  const report = await checkStack(readServerBlock(document).servers, index);
  return report.servers.map(stackEntry);
}

function stackEntry({ name, finding }: CheckedServer): StackEntry {
  if (finding.status !== 'known') return { name, status: finding.status };
  const { entry, mostDangerous } = finding;
  return {
    name,
    status: 'known',
    slug: entry.facts.slug,
    toolCount: entry.toolCount,
    counts: entry.counts,
    mostDangerous: mostDangerous.map(({ tool }) => ({ name: tool.name, category: tool.category })),
  };
}
