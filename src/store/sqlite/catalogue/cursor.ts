import { ToolgateError } from '#platform';

/** Where a page ended: the values that the order goes by. */
export type Position = readonly (string | number)[];

/** Opaque text for a position. */
export function writeCursor(order: string, position: Position): string {
  return Buffer.from(JSON.stringify([order, ...position])).toString('base64url');
}

/**
 * The position that `writeCursor` wrote for the same order; undefined for no cursor. `shape` is a position like those
 * of the order. Throws `ToolgateError` `catalogue.cursor` for any other text.
 */
export function readCursor<P extends Position>(
  order: string,
  cursor: string | undefined,
  shape: P,
): P | undefined {
  if (cursor === undefined) return undefined;
  const values = parse(cursor);
  const isOurs =
    Array.isArray(values) &&
    values.length === shape.length + 1 &&
    values[0] === order &&
    shape.every((like, i) => fits(values[i + 1], like)) &&
    writeCursor(order, values.slice(1) as Position) === cursor;
  if (isOurs) return values.slice(1) as unknown as P;
  throw new ToolgateError('catalogue.cursor', 'This is not a cursor of this list.', {
    hint: 'Take the cursor from the answer before, or begin again without one.',
  });
}

function fits(value: unknown, like: string | number): boolean {
  if (typeof like === 'number') return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
