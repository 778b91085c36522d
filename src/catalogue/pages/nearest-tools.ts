import type { ToolEntry } from '#store';

/** Longest part of a name that is compared. */
const LONGEST = 64;

/** The tools whose slugs are most like one that is not there, the nearest first. */
export function nearestTools(tools: readonly ToolEntry[], slug: string, limit: number): readonly ToolEntry[] {
  const wanted = slug.slice(0, LONGEST);
  const words = new Set(wanted.split('-'));
  return tools
    .map((entry) => {
      const name = entry.tool.slug.slice(0, LONGEST);
      const shared = name.split('-').filter((word) => words.has(word)).length;
      return { entry, distance: editDistance(name, wanted) - 3 * shared };
    })
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ entry }) => entry);
}

/** Insertions, deletions and replacements between two texts. */
export function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
