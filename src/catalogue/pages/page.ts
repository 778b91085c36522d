import type { html } from 'hono/html';
import type { CatalogueIndex, ContactStore, ToolEntry } from '#store';
import type { ScannedTool } from '../scan/scan.ts';

/** Escaped HTML, as `hono/html` makes it. */
export type Html = Awaited<ReturnType<typeof html>>;

/** What the pages are made from. */
export interface SiteParts {
  /** Undefined while it is being built; pages that need it then say so, with 503. */
  readonly index: () => CatalogueIndex | undefined;
  /** Full definitions, where this machine's data folder has them. */
  readonly definitions: DefinitionSource;
  readonly contact: ContactStore;
  /** Public origin for canonical links, without a slash at the end. */
  readonly origin: string;
  /** Version of Toolgate, for feeds and blocks. */
  readonly version: string;
  readonly now: () => number;
  /** Hosts besides this machine and the origin's that may call the registry's MCP endpoint. */
  readonly allowedHosts?: readonly string[];
  /** Hears of faults of ours. */
  readonly onFault?: (error: unknown) => void;
}

/** Definitions as servers gave them; other people's words, kept outside of the repository. */
export interface DefinitionSource {
  /** By tool name; undefined when the data folder has none of this server. */
  definitionsOf(serverSlug: string): Promise<ReadonlyMap<string, ScannedTool> | undefined>;
}

/** A page before it has its frame: the same facts as HTML and as Markdown. */
export interface PageContent {
  /** Path without query, starting with a slash; the canonical link. */
  readonly path: string;
  readonly title: string;
  /** One or two sentences for search engines and previews. */
  readonly description: string;
  readonly main: Html;
  readonly markdown: string;
  /** JSON-LD objects. */
  readonly structured?: readonly object[];
  /** Big and small line of the preview picture. */
  readonly picture?: {
    readonly title: string;
    readonly subtitle: string;
    readonly level?: ToolEntry['level'];
  };
  /** Kept out of search engines: results of searches and pasted stacks. */
  readonly isPrivate?: true;
  readonly status?: 200 | 400 | 404 | 429 | 503;
}
