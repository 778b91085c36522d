import * as z from 'zod';
import { ToolgateError } from '#platform';

const MOST = 200;
const USUAL = 50;
const LONGEST_CURSOR = 2000;

/** Where an item stands in the order of its list, e.g. time and id. */
export type Place = readonly (string | number)[];

/** The parameters of a list of which a page holds at most so many items; a route puts its filters beside them. */
export function pageQuery(most: number): { readonly limit: z.ZodDefault<z.ZodInt>; readonly cursor: Cursor } {
  const limit = z
    .int()
    .min(1)
    .max(most)
    .default(USUAL)
    .describe(`How many to give, from 1 to ${most}; ${USUAL} when it is left out.`);
  return { limit, cursor: CURSOR };
}

const CURSOR = z.string().max(LONGEST_CURSOR).optional().describe('`next` of the page before.');
type Cursor = typeof CURSOR;

/** The parameters of nearly every list. */
export const PAGE_QUERY = pageQuery(MOST);

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** Cursor of the page after this one, where there is one. */
  readonly next?: string;
}

/** The schema of a page of items. `id` names it in the OpenAPI document, e.g. `GrantList`. */
export function pageSchema<S extends z.ZodType>(
  item: S,
  id: string,
): z.ZodObject<{ items: z.ZodArray<S>; next: z.ZodOptional<z.ZodString> }> {
  return z
    .object({
      items: z.array(item),
      next: z.string().optional().describe('Cursor of the next page; absent on the last one.'),
    })
    .meta({ id });
}

/** A cursor that says where to go on. Clients must not look into it. */
export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** What a cursor says, checked against the shape that the list's cursors have. Throws `usage.cursor` for anything else. */
export function readCursor<T>(cursor: string, shape: z.ZodType<T>): T {
  let value: unknown;
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    // Decoding passes over characters that it does not know: only what we could have written counts.
    if (bytes.toString('base64url') === cursor) value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badCursor();
  }
  const read = shape.safeParse(value);
  if (!read.success) throw badCursor();
  return read.data;
}

const ANY_PLACE = z.array(z.union([z.string(), z.number()])).min(1);

/**
 * One page of a list that is at hand as a whole, in the order of the items' places, the lowest first or (`newest`) the highest. Items
 * that come or go between two pages move no other one. Throws `usage.cursor`.
 */
export function pageOf<T>(
  all: readonly T[],
  { limit, cursor }: PageQuery,
  placeOf: (item: T) => Place,
  order: 'oldest' | 'newest' = 'oldest',
): Page<T> {
  const sign = order === 'oldest' ? 1 : -1;
  const placed = all.map((item) => ({ item, place: placeOf(item) }));
  placed.sort((a, b) => sign * compare(a.place, b.place));
  const last = cursor === undefined ? undefined : readCursor(cursor, ANY_PLACE);
  const rest =
    last === undefined ? placed : placed.filter(({ place }) => sign * compareWithCursor(place, last) > 0);
  const shown = rest.slice(0, limit);
  const end = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    ...(rest.length > shown.length && end !== undefined && { next: writeCursor(end.place) }),
  };
}

function compareWithCursor(place: Place, cursor: Place): number {
  const fits =
    place.length === cursor.length && place.every((part, index) => typeof part === typeof cursor[index]);
  if (!fits) throw badCursor();
  return compare(place, cursor);
}

function compare(a: Place, b: Place): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined || part === other) continue;
    return part < other ? -1 : 1;
  }
  return 0;
}

function badCursor(): ToolgateError {
  return new ToolgateError('usage.cursor', 'The cursor is none of this list.', {
    hint: 'Give `next` of the page before as it is, or leave it out to begin anew.',
  });
}
