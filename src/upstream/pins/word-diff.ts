/** A stretch of words that both texts have, or one of them. */
export interface WordRun {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Cells of the table that finds the longest common row of words; larger texts are compared by their ends alone. */
const MOST_CELLS = 1_000_000;

/**
 * How one text became another, word by word; the runs of kind `same` and `removed` together are the text before. Takes bounded time:
 * of very long texts that differ all over, the differing middle is one removed and one added run.
 */
export function wordDiff(before: string, after: string): readonly WordRun[] {
  const a = wordsOf(before);
  const b = wordsOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  return joined([
    ...a.slice(0, start).map((text): WordRun => ({ kind: 'same', text })),
    ...middleOf(middleA, middleB),
    ...a.slice(a.length - end).map((text): WordRun => ({ kind: 'same', text })),
  ]);
}

/** Words with the space behind them, so that nothing of a text is lost. */
function wordsOf(text: string): readonly string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

function middleOf(a: readonly string[], b: readonly string[]): readonly WordRun[] {
  if (a.length * b.length > MOST_CELLS)
    return [
      { kind: 'removed', text: a.join('') },
      { kind: 'added', text: b.join('') },
    ];
  const lengths = commonLengths(a, b);
  const width = b.length + 1;
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  const runs: WordRun[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      runs.push({ kind: 'same', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      runs.push({ kind: 'removed', text: left });
      i++;
    } else {
      runs.push({ kind: 'added', text: right ?? '' });
      j++;
    }
  }
  return runs;
}

/** Length of the longest common row of words from every pair of places on. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const below = lengths[(i + 1) * width + j] ?? 0;
      const beside = lengths[i * width + j + 1] ?? 0;
      const diagonal = lengths[(i + 1) * width + j + 1] ?? 0;
      lengths[i * width + j] = a[i] === b[j] ? diagonal + 1 : Math.max(below, beside);
    }
  return lengths;
}

function joined(runs: readonly WordRun[]): readonly WordRun[] {
  const out: { kind: WordRun['kind']; text: string }[] = [];
  for (const { kind, text } of runs) {
    if (text === '') continue;
    const last = out.at(-1);
    if (last?.kind === kind) last.text += text;
    else out.push({ kind, text });
  }
  return out;
}
