/** One step from an older list to a newer one. */
export type ListStep =
  | { readonly kind: 'same'; readonly before: number; readonly after: number }
  | { readonly kind: 'removed'; readonly before: number }
  | { readonly kind: 'added'; readonly after: number };

/** Cells of the table beyond which the middle of two lists counts as wholly different: bounded time for any two texts. */
const MOST_CELLS = 4_000_000;

/** The steps from one list of texts to another, with as many elements the same as can be; what is removed comes before what is added. */
export function compareLists(before: readonly string[], after: readonly string[]): readonly ListStep[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const steps: ListStep[] = [];
  for (let i = 0; i < start; i++) steps.push({ kind: 'same', before: i, after: i });
  const middle = [before.slice(start, before.length - end), after.slice(start, after.length - end)] as const;
  for (const step of compareMiddle(...middle)) steps.push(shifted(step, start));
  for (let i = end; i > 0; i--)
    steps.push({ kind: 'same', before: before.length - i, after: after.length - i });
  return steps;
}

function shifted(step: ListStep, by: number): ListStep {
  if (step.kind === 'removed') return { ...step, before: step.before + by };
  if (step.kind === 'added') return { ...step, after: step.after + by };
  return { ...step, before: step.before + by, after: step.after + by };
}

function compareMiddle(before: readonly string[], after: readonly string[]): readonly ListStep[] {
  const width = after.length + 1;
  const isBig = (before.length + 1) * width > MOST_CELLS;
  const common = isBig ? undefined : commonLengths(before, after);
  const steps: ListStep[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (common !== undefined && i < before.length && j < after.length && before[i] === after[j]) {
      steps.push({ kind: 'same', before: i++, after: j++ });
    } else if (
      i < before.length &&
      (j === after.length ||
        common === undefined ||
        (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      steps.push({ kind: 'removed', before: i++ });
    } else {
      steps.push({ kind: 'added', after: j++ });
    }
  }
  return steps;
}

/** Length of the longest common part of what is left of both lists, for every pair of places. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}
