import type { Clock } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import { UpstreamUnavailable, type Asked, type ToolCatalogue } from './upstream.ts';

const MIN_REFRESH_MS = 2_000;
/** A server that never says that its list changed is asked again after this long. */
const MAX_AGE_MS = 5 * 60_000;

export interface ToolCatalogueOptions {
  /** Reads the whole list from the server; rejects with `UpstreamUnavailable`. */
  readonly list: () => Promise<readonly ToolDefinition[]>;
  /** `siblings` is the list that the definition came in, the same array for all of its tools. */
  readonly knowTool: (definition: ToolDefinition, siblings: readonly ToolDefinition[]) => KnownTool;
  readonly clock: Clock;
}

/**
 * The tools of one server as last listed. Read once, kept until the server says that they changed. A definition that
 * did not change keeps its `KnownTool`, and with it the compiled check of its arguments.
 */
export class ToolCatalogueCache {
  readonly #options: ToolCatalogueOptions;
  #tools: Map<string, KnownTool> | undefined;
  #stale = false;
  #listing: Promise<ToolCatalogue> | undefined;
  #lastRefresh = Number.NEGATIVE_INFINITY;
  #asked: Asked | undefined;

  constructor(options: ToolCatalogueOptions) {
    this.#options = options;
  }

  /** The kept tools, without waiting; an old list is renewed in the background. */
  peek(): ToolCatalogue | undefined {
    if (this.#tools && this.#options.clock.now() - this.#lastRefresh > MAX_AGE_MS) this.refreshSoon();
    return this.#tools;
  }

  /** What came of the last listing that is over. */
  get asked(): Asked | undefined {
    return this.#asked;
  }

  /** The tools, listed first when there are none or a new list is due or on its way. One listing at a time. */
  get(): Promise<ToolCatalogue> {
    if (this.#listing) return this.#listing;
    return this.#tools && !this.#stale ? Promise.resolve(this.#tools) : this.#refresh();
  }

  /** The server said that its list changed. The old list serves until the new one is there. */
  invalidate(): void {
    this.#stale = true;
    if (this.#tools) this.#refresh().catch(() => {});
  }

  /** A new list in the background, at most every two seconds. */
  refreshSoon(): void {
    if (this.#options.clock.now() - this.#lastRefresh < MIN_REFRESH_MS) return;
    this.#refresh().catch(() => {});
  }

  /** Adds or replaces definitions that the server listed to a client; never removes one. */
  learn(definitions: readonly ToolDefinition[]): void {
    // a page of a list is not the list: without one, read it whole
    if (!this.#tools) return this.refreshSoon();
    const seen = new Set<string>();
    const siblings = [...this.#tools.values()].map((tool) => tool.definition).concat(definitions);
    for (const definition of definitions) {
      if (seen.has(definition.name)) continue; // as in a whole list, and as agents see it: the first one counts
      seen.add(definition.name);
      const known = this.#tools.get(definition.name);
      if (!known || !isSameDefinition(known.definition, definition)) {
        this.#tools.set(definition.name, this.#options.knowTool(definition, siblings));
      }
    }
  }

  #refresh(): Promise<ToolCatalogue> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async #list(): Promise<ToolCatalogue> {
    const at = this.#options.clock.now();
    this.#lastRefresh = at;
    this.#stale = false;
    let definitions: readonly ToolDefinition[];
    try {
      definitions = await this.#options.list();
    } catch (error) {
      this.#stale = true;
      const failure = error instanceof UpstreamUnavailable ? error.message : 'it could not be asked';
      this.#asked = { at, failure };
      throw error;
    }
    const before = this.#tools;
    const tools = new Map<string, KnownTool>();
    for (const definition of definitions) {
      if (tools.has(definition.name)) continue; // names must be unique: the first one counts
      const known = before?.get(definition.name);
      tools.set(
        definition.name,
        known && isSameDefinition(known.definition, definition)
          ? known
          : this.#options.knowTool(definition, definitions),
      );
    }
    this.#tools = tools;
    this.#asked = { at, failure: undefined };
    return tools;
  }
}

function isSameDefinition(a: ToolDefinition, b: ToolDefinition): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
