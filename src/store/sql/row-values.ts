/** What the columns hold beyond text and numbers (see `schema.ts`). */

/** A list of texts, as this module wrote it. */
export function textList(json: string): readonly string[] {
  return JSON.parse(json) as string[];
}

/** 1 or 0: neither dialect's booleans are the other's. */
export function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** In the order of code units, which is the same on every store; a database sorts text as its locale says. */
export function sortedBy<T>(rows: readonly T[], text: (row: T) => string): readonly T[] {
  return rows.toSorted((a, b) => compareText(text(a), text(b)));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A statement takes some ten thousand values on either store: longer lists go in parts. */
export function inParts<T>(list: readonly T[], size = 500): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
