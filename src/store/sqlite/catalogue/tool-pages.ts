import type { CatalogueCategory, CatalogueLevel, Page, ToolEntry } from '../../catalogue-ports.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { isCategory, type Match } from './match.ts';
import type { Matching } from './matching.ts';
import { CATEGORIES } from './schema.ts';
import type { Levels, ToolTable } from './tools.ts';

/** What a page of tools is asked for by, besides words. */
export interface PageQuery {
  readonly category?: CatalogueCategory;
  readonly level?: CatalogueLevel;
  readonly limit: number;
  readonly cursor?: string;
}

/** One part of a list: tools for which all of `all` holds and none of `none`. */
export interface Tier {
  readonly all: readonly Match[];
  readonly none: readonly Match[];
}

/** A tool in its tier. The better tier comes first, and the better rank inside a tier. */
export interface Place {
  readonly tier: number;
  readonly id: number;
}

/** Pages of the lists of tools. `order` names a list in its cursors. Both throw `ToolgateError` `catalogue.cursor`. */
export interface ToolPages {
  /** Out of tiers that have no tool in common; each is read only as far as the page goes. */
  ofTiers(order: string, tiers: readonly Tier[], query: PageQuery): Page<ToolEntry>;
  /** Out of places that are all known, best first, and all of what the query chooses. */
  ofPlaces(order: string, places: readonly Place[], query: PageQuery): Page<ToolEntry>;
  /** Those of some tools that are of the category and level that the query chooses. */
  chosen(ids: readonly number[], query: PageQuery): readonly number[];
}

interface PageTables {
  readonly tools: ToolTable;
  readonly toolWords: Matching;
  readonly levels: Levels;
  /** One digit a tool, in order of their numbers: its place in `CATEGORIES`. */
  readonly categories: string;
}

export function createToolPages({ tools, toolWords, levels, categories }: PageTables): ToolPages {
  function find({ all, none }: Tier, after: number, limit: number): readonly number[] {
    if (all.length === 0) return tools.after(after, limit);
    return toolWords(none.length === 0 ? { all } : { match: { all }, except: { any: none } }, after, limit);
  }

  /** Of at least one place more than the page has, where there is one. */
  function toPage(order: string, places: readonly Place[], limit: number): Page<ToolEntry> {
    const shown = places.slice(0, limit);
    const items = shown.flatMap(({ id }) => tools.byId(id)?.entry ?? []);
    const last = shown.at(-1);
    if (last === undefined || places.length <= limit) return { items };
    return { items, next: writeCursor(order, [last.tier, last.id]) };
  }

  return {
    ofTiers(order, tiers, query) {
      const [firstTier, after] = positionOf(order, query);
      const chosen = chosenOf(levels, query);
      if (chosen.length === 0) return { items: [] };
      const facets = chosen.length === CATEGORIES.length ? [] : [{ any: chosen.map(isCategory) }];
      const limit = Math.max(1, query.limit);
      const places: Place[] = [];
      for (let tier = firstTier; places.length <= limit; tier++) {
        const { all, none } = tiers[tier] ?? {};
        if (all === undefined || none === undefined) break;
        const wanted = limit + 1 - places.length;
        const ids = find({ all: [...all, ...facets], none }, tier === firstTier ? after : 0, wanted);
        places.push(...ids.map((id) => ({ tier, id })));
      }
      return toPage(order, places, limit);
    },
    ofPlaces(order, places, query) {
      const [firstTier, after] = positionOf(order, query);
      const start = places.findIndex(
        ({ tier, id }) => tier > firstTier || (tier === firstTier && id > after),
      );
      return start === -1 ? { items: [] } : toPage(order, places.slice(start), Math.max(1, query.limit));
    },
    chosen(ids, query) {
      const chosen = chosenOf(levels, query);
      return ids.filter((id) => chosen.includes(Number(categories[id - 1])));
    },
  };
}

function positionOf(order: string, { cursor }: PageQuery): readonly [number, number] {
  return readCursor(order, cursor, [0, 0]) ?? [0, 0];
}

/** The categories that a query leaves, by their places in `CATEGORIES`. */
function chosenOf(levels: Levels, query: PageQuery): readonly number[] {
  return CATEGORIES.flatMap((category, i) => {
    const isLeft =
      (query.category === undefined || query.category === category) &&
      (query.level === undefined || query.level === levels[category]);
    return isLeft ? [i] : [];
  });
}
