import type { ServerEntry } from '../../catalogue-ports.ts';
import { editDistance } from './edit-distance.ts';
import { everyWord, MARK, readQuery } from './match.ts';
import type { CatalogueTables } from './tables.ts';
import { piecesOf } from './tokens.ts';

const LONGEST_SLUG = 60;
const PARTS = 3;
const CANDIDATES_OF_A_PART = 100;
const CANDIDATES_AROUND = 10;
/** Of the longer of two slugs, how much may differ. */
const MOST_UNLIKE = 0.6;
/** What a slug that holds all of the other is nearer for. */
const HELD_BONUS = 0.4;

/**
 * The servers whose slugs are most like one that is not there. Compared are those that have a third of it as it is (two
 * slips of the hand leave one third whole), those with its words, and its neighbours in the alphabet.
 */
export function nearestServers(
  { servers, serverWords }: CatalogueTables,
  slug: string,
  limit: number,
): readonly ServerEntry[] {
  const wanted = slug.slice(0, LONGEST_SLUG).toLowerCase();
  const query = readQuery(wanted);
  const ids = new Set([
    ...servers.around(wanted, CANDIDATES_AROUND),
    ...partsOf(wanted).flatMap((part) => {
      const all = piecesOf(part).map((piece) => ({ token: MARK.piece + piece }));
      return all.length === 0 ? [] : serverWords({ all }, 0, CANDIDATES_OF_A_PART);
    }),
    ...(query === undefined
      ? []
      : serverWords(everyWord(query.words, [MARK.anywhere]), 0, CANDIDATES_OF_A_PART)),
  ]);
  return servers
    .slugs([...ids])
    .map((candidate) => ({ ...candidate, unlikeness: unlikenessOf(candidate.slug, wanted) }))
    .filter(({ unlikeness }) => unlikeness <= MOST_UNLIKE)
    .sort((a, b) => a.unlikeness - b.unlikeness || a.id - b.id)
    .slice(0, limit)
    .flatMap(({ id }) => servers.byId(id)?.entry ?? []);
}

function partsOf(text: string): readonly string[] {
  const length = Math.ceil(text.length / PARTS);
  return Array.from({ length: PARTS }, (_, i) => text.slice(i * length, (i + 1) * length));
}

function unlikenessOf(slug: string, wanted: string): number {
  const distance = editDistance(slug, wanted) / Math.max(slug.length, wanted.length, 1);
  const isHeld = slug !== '' && wanted !== '' && (slug.includes(wanted) || wanted.includes(slug));
  return isHeld ? distance - HELD_BONUS : distance;
}
