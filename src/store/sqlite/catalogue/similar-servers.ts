import type { ServerEntry } from '../../catalogue-ports.ts';
import { everyWholeWord, MARK } from './match.ts';
import type { ServerRow } from './servers.ts';
import type { CatalogueTables } from './tables.ts';
import { namesOf } from './tokens.ts';
import { singleWords, textOf, wordsOf } from './words.ts';

const MOST_KEYS = 40;
const MOST_OF_A_KEY = 60;
const MOST_COMPARED = 30;
/** A word of a server's name says half of what the name of a tool says. */
const WORD_WEIGHT = 0.5;

/**
 * Servers that have tools of the same names, and words of their own names in common. What few servers have counts for
 * more; a server of many tools, which has something of everything, counts for less.
 */
export function similarServers(
  { tools, servers, serverWords }: CatalogueTables,
  slug: string,
  limit: number,
): readonly ServerEntry[] {
  const server = servers.bySlug(slug);
  if (server === undefined) return [];
  const points = new Map<number, number>();
  const share = (ids: readonly number[], weight: number): void => {
    for (const id of ids) points.set(id, (points.get(id) ?? 0) + weight / ids.length);
  };
  for (const key of new Set(tools.keysOf(server.id, MOST_KEYS))) {
    share(tools.serversWith(key, MOST_OF_A_KEY), 1);
  }
  const words = singleWords(namesOf(server.entry.facts).flatMap((name) => wordsOf(name)));
  for (const word of new Map(words.map((word) => [textOf(word), word])).values()) {
    share(serverWords(everyWholeWord([word], MARK.anywhere), 0, MOST_OF_A_KEY), WORD_WEIGHT);
  }
  points.delete(server.id);
  return mostFirst([...points])
    .slice(0, Math.max(MOST_COMPARED, limit))
    .flatMap(([id, sum]) => weighed(servers.byId(id), sum))
    .sort((a, b) => b.weight - a.weight || a.row.id - b.row.id)
    .slice(0, limit)
    .map(({ row }) => row.entry);
}

function mostFirst(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return points.toSorted(([idA, a], [idB, b]) => b - a || idA - idB);
}

/** Small servers are not told apart by their size. */
const SMALL = 4;

function weighed(
  row: ServerRow | undefined,
  sum: number,
): readonly { readonly row: ServerRow; readonly weight: number }[] {
  return row === undefined ? [] : [{ row, weight: sum / Math.sqrt(row.entry.toolCount + SMALL) }];
}
