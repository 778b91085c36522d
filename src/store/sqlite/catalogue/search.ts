import type { CatalogueQuery, Page, SearchAnswer, ServerEntry, ToolEntry } from '../../catalogue-ports.ts';
import { everyWord, holds, isOf, MARK, readQuery, type Match, type QueryWords } from './match.ts';
import { CATEGORIES, countsOf } from './schema.ts';
import type { ServerRow } from './servers.ts';
import type { CatalogueTables } from './tables.ts';

type Facets = SearchAnswer['facets'];

const ORDER = 'search';
const SERVERS_SHOWN = 6;
const MOST_COUNTED = 1000;
/** So many are put in order by hand; of more, the page is looked up tier by tier. The order is the same. */
const MOST_BY_HAND = 200;
const NOTHING: SearchAnswer = {
  servers: [],
  tools: { items: [] },
  facets: { counts: countsOf([]), atLeast: false },
};

/** Answers one query. Throws `ToolgateError` `catalogue.cursor`. */
export function search(
  tables: CatalogueTables,
  query: CatalogueQuery,
  mostByHand = MOST_BY_HAND,
): SearchAnswer {
  const owner = query.server === undefined ? undefined : tables.servers.bySlug(query.server);
  if (query.server !== undefined && owner === undefined) return NOTHING;
  const scope = owner === undefined ? [] : [isOf(owner.id)];
  const words = readQuery(query.text);
  if (words === undefined) return query.text.trim() === '' ? everything(tables, query, owner) : NOTHING;

  const grades = gradesOf(words);
  const all = [{ any: [grades.anywhere, grades.begins] }, ...scope];
  const found = tables.toolWords({ all }, 0, MOST_COUNTED + 1);
  const chosen = found.length > MOST_COUNTED ? undefined : tables.toolPages.chosen(found, query);
  return {
    servers: isPlain(query) ? findServers(tables, words) : [],
    tools:
      chosen !== undefined && chosen.length <= mostByHand
        ? pageByHand(tables, grades, chosen, query)
        : pageByTiers(tables, grades, scope, query),
    facets: countByCategory(tables.categories, found),
  };
}

interface Grades {
  readonly exact: Match;
  readonly begins: Match;
  readonly inName: Match;
  readonly inNames: Match;
  readonly anywhere: Match;
}

/** How well a tool fits, best first: the name itself, a name that begins so, and where the words are. */
function gradesOf({ words, key }: QueryWords): Grades {
  return {
    exact: { token: MARK.key + key },
    begins: { token: MARK.key + key, asBeginning: true },
    inName: everyWord(words, [MARK.name]),
    inNames: everyWord(words, [MARK.name, MARK.owner]),
    anywhere: everyWord(words, [MARK.anywhere]),
  };
}

function pageByTiers(
  { toolPages }: CatalogueTables,
  { exact, begins, inName, inNames, anywhere }: Grades,
  scope: readonly Match[],
  query: CatalogueQuery,
): Page<ToolEntry> {
  const tiers = [
    { all: [exact, ...scope], none: [] },
    { all: [begins, ...scope], none: [exact] },
    { all: [inName, ...scope], none: [begins] },
    { all: [inNames, ...scope], none: [inName, begins] },
    { all: [anywhere, ...scope], none: [inNames, begins] },
  ];
  return toolPages.ofTiers(ORDER, tiers, query);
}

function pageByHand(
  { tools, toolPages }: CatalogueTables,
  { exact, begins, inName, inNames }: Grades,
  chosen: readonly number[],
  query: CatalogueQuery,
): Page<ToolEntry> {
  const better = [exact, begins, inName, inNames];
  const places = tools.nameTokens(chosen).map(({ id, tokens }) => {
    const tier = better.findIndex((grade) => holds(grade, tokens));
    return { id, tier: tier === -1 ? better.length : tier };
  });
  return toolPages.ofPlaces(
    ORDER,
    places.toSorted((a, b) => a.tier - b.tier || a.id - b.id),
    query,
  );
}

function everything(
  { servers, toolPages, totals }: CatalogueTables,
  query: CatalogueQuery,
  owner: ServerRow | undefined,
): SearchAnswer {
  const scope = owner === undefined ? [] : [isOf(owner.id)];
  return {
    servers: isPlain(query) ? servers.after('rank', 0, SERVERS_SHOWN).map(({ entry }) => entry) : [],
    tools: toolPages.ofTiers(ORDER, [{ all: scope, none: [] }], query),
    facets: { counts: owner === undefined ? totals.byCategory : owner.entry.counts, atLeast: false },
  };
}

/** Whether it asks for the first page of all that its words find. */
function isPlain({ category, level, server, cursor }: CatalogueQuery): boolean {
  return [category, level, server, cursor].every((choice) => choice === undefined);
}

function findServers({ servers, serverWords }: CatalogueTables, query: QueryWords): readonly ServerEntry[] {
  const { exact, begins, anywhere } = gradesOf(query);
  const found: number[] = [];
  for (const tier of [exact, { match: begins, except: exact }, { match: anywhere, except: begins }]) {
    if (found.length < SERVERS_SHOWN) found.push(...serverWords(tier, 0, SERVERS_SHOWN - found.length));
  }
  return found.flatMap((id) => servers.byId(id)?.entry ?? []);
}

/** Of the best-ranked ones, as many as can be counted quickly. */
function countByCategory(categories: string, found: readonly number[]): Facets {
  const numbers = CATEGORIES.map(() => 0);
  for (const id of found.slice(0, MOST_COUNTED)) {
    const category = Number(categories[id - 1]);
    numbers[category] = (numbers[category] ?? 0) + 1;
  }
  return { counts: countsOf(numbers), atLeast: found.length > MOST_COUNTED };
}
