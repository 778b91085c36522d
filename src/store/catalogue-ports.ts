/**
 * What the catalogue keeps, and what it asks of its index. A record is also a file of the repository: facts only, no prose of
 * other people beyond the few words of the evidence.
 */

export type CatalogueCategory = 'read' | 'write' | 'execute' | 'destructive' | 'financial' | 'unknown';
export type CatalogueLevel = 'low' | 'medium' | 'high' | 'critical';

/** One parameter of a tool. */
export interface CatalogueParameter {
  readonly name: string;
  /** JSON type as the schema has it: `string`, `array of string`, `any`. */
  readonly type: string;
  readonly required?: true;
  /** What it makes possible, e.g. `file_path`. */
  readonly signal?: string;
}

/** Words of the definition that speak for the class; at most eight in a row. */
export interface CatalogueEvidence {
  readonly source: 'name' | 'title' | 'description' | 'parameter' | 'annotation' | 'sibling';
  readonly quote: string;
  readonly language?: string;
  readonly translation?: string;
}

/** One tool of one server, as a real `tools/list` gave it. */
export interface CatalogueTool {
  readonly name: string;
  /** Part of the page's path, unique within the server. */
  readonly slug: string;
  readonly category: CatalogueCategory;
  /** From 0 to 1. */
  readonly confidence: number;
  readonly rationale: string;
  readonly evidence: readonly CatalogueEvidence[];
  /** The sibling that undoes what the tool does. */
  readonly reversibleBy?: string;
  readonly parameters: readonly CatalogueParameter[];
  /** Claims of the server: the hints that it sets. */
  readonly annotations?: Readonly<Record<string, boolean>>;
  /** The definition holds characters that a reader does not see. */
  readonly hasHiddenText?: true;
  /** Language of the description, where it is not English. */
  readonly language?: string;
  /** SHA-256 of name, title, description, schemas and annotations as canonical JSON, in hex. */
  readonly hash: string;
  /** Tokens of the definition in a model's context (o200k_base). */
  readonly tokens: number;
}

/** How a server was read. */
export interface CatalogueMethod {
  readonly by: 'npm' | 'command' | 'url' | 'bundled';
  readonly sandbox?: 'bubblewrap' | 'unshare';
  readonly bin?: string;
  readonly args?: readonly string[];
  /** Variables that were given made-up values. */
  readonly dummyEnvironment?: readonly string[];
  readonly node?: string;
}

/** One server that answered, without its tools. */
export interface CatalogueServerFacts {
  /** Part of the page's path, unique. */
  readonly slug: string;
  /** Name of the package, or what the server calls itself. */
  readonly name: string;
  readonly package?: string;
  /** `owner/name` of its source. */
  readonly repository?: string;
  readonly version?: string;
  /** ISO date and time of the reading. */
  readonly scannedAt: string;
  readonly how: CatalogueMethod;
  readonly era: 'legacy' | 'modern';
  readonly revision: string;
  readonly serverInfo?: { readonly name: string; readonly version: string };
  /** Earlier versions that were read, the newest first. */
  readonly earlier?: readonly { readonly version: string; readonly scannedAt: string }[];
}

/** A record as its file has it. */
export interface CatalogueServer extends CatalogueServerFacts {
  readonly tools: readonly CatalogueTool[];
}

/** A package that was tried and gave no tools. */
export interface UnansweredServer {
  readonly name: string;
  readonly version: string;
  readonly scannedAt: string;
  /** One word: `exited`, `no_answer`, `install_failed`, … */
  readonly reason: string;
  readonly detail: string;
}

/** Something that was different when a server was read again. */
export interface CatalogueChange {
  /** Rises with every event; the place in the feed. */
  readonly seq: number;
  readonly at: string;
  readonly server: string;
  readonly version?: string;
  readonly kind:
    | 'server_added'
    | 'server_removed'
    | 'tool_added'
    | 'tool_removed'
    | 'definition_changed'
    | 'category_changed';
  readonly tool?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Tools by category. */
export type CategoryCounts = Readonly<Record<CatalogueCategory, number>>;

export interface CatalogueTotals {
  readonly servers: number;
  readonly tools: number;
  readonly unanswered: number;
  readonly byCategory: CategoryCounts;
  /** Of the newest reading, an ISO date and time. */
  readonly newestScan: string | undefined;
  /** Median and 90th percentile of the tokens of a server's definitions. */
  readonly tokens: { readonly median: number; readonly p90: number; readonly most: number };
}

/** A server as a list or its own page shows it. */
export interface ServerEntry {
  readonly facts: CatalogueServerFacts;
  readonly toolCount: number;
  readonly counts: CategoryCounts;
  /** Of all definitions together. */
  readonly tokens: number;
  /** 1 = heaviest definitions of all servers. */
  readonly tokenRank: number;
}

/** A tool as a list or its own page shows it. */
export interface ToolEntry {
  readonly server: { readonly slug: string; readonly name: string };
  readonly tool: CatalogueTool;
  readonly level: CatalogueLevel;
  /** One line in our own words, made of name, schema and class. */
  readonly summary: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page, where there is one. */
  readonly next?: string;
}

export interface CatalogueQuery {
  /** Words in any language; every one must be there, the last one as a beginning. Empty finds everything. */
  readonly text: string;
  readonly category?: CatalogueCategory;
  readonly level?: CatalogueLevel;
  /** Slug of a server: only its tools. */
  readonly server?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface SearchAnswer {
  /** Best first; only on the first page, and only where no facet is chosen. */
  readonly servers: readonly ServerEntry[];
  readonly tools: Page<ToolEntry>;
  /** Tools found by category, without the choice of one; `atLeast` when counting was cut short. */
  readonly facets: { readonly counts: CategoryCounts; readonly atLeast: boolean };
}

/** The searchable catalogue, as pages and API ask it. Slugs that are not there give undefined. */
export interface CatalogueIndex {
  totals(): Promise<CatalogueTotals>;
  server(slug: string): Promise<ServerEntry | undefined>;
  /** In the server's own order. */
  toolsOf(slug: string): Promise<readonly ToolEntry[]>;
  tool(serverSlug: string, toolSlug: string): Promise<ToolEntry | undefined>;
  /** By exact name of the tool, over all servers. */
  toolsNamed(name: string, limit: number): Promise<readonly ToolEntry[]>;
  /** By name of the package, `serverInfo.name`, or slug. */
  serverNamed(name: string): Promise<ServerEntry | undefined>;
  search(query: CatalogueQuery): Promise<SearchAnswer>;
  /** `slug`: in order of slugs; `danger`: most critical tools first; `tokens`: heaviest definitions first. */
  listServers(query: {
    readonly order: 'slug' | 'danger' | 'tokens';
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<ServerEntry>>;
  listTools(query: {
    readonly category?: CatalogueCategory;
    readonly level?: CatalogueLevel;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<ToolEntry>>;
  /** Servers with tools of the same names and words. */
  similarServers(slug: string, limit: number): Promise<readonly ServerEntry[]>;
  /** Tools of other servers that do the same kind of thing. */
  relatedTools(serverSlug: string, toolSlug: string, limit: number): Promise<readonly ToolEntry[]>;
  /** For a slug that is not there: those most like it. */
  nearestServers(slug: string, limit: number): Promise<readonly ServerEntry[]>;
  /** With `after`, what followed it, oldest first; without, newest first. */
  changes(query: {
    readonly after?: number;
    readonly server?: string;
    readonly limit: number;
  }): Promise<readonly CatalogueChange[]>;
  /** In order of names. */
  unanswered(query: { readonly limit: number; readonly cursor?: string }): Promise<Page<UnansweredServer>>;
  unansweredNamed(name: string): Promise<UnansweredServer | undefined>;
  close(): Promise<void>;
}

/** What an index is built from. */
export interface CatalogueSource {
  servers(): AsyncIterable<CatalogueServer> | Iterable<CatalogueServer>;
  unanswered(): Iterable<UnansweredServer>;
  changes(): Iterable<CatalogueChange>;
  /** The line that the index keeps for a tool. */
  summaryOf(server: CatalogueServer, tool: CatalogueTool): string;
  levelOf(category: CatalogueCategory): CatalogueLevel;
}

/** A message of a visitor. */
export interface ContactMessage {
  readonly id: string;
  readonly at: number;
  readonly name: string;
  readonly email: string;
  readonly text: string;
}

export interface ContactStore {
  /** Durable when it resolves. Who makes a message makes its id unique. */
  insert(message: ContactMessage): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<readonly ContactMessage[]>;
}
