import { compareLists, type ListStep } from './compare-lists.ts';

const CONTEXT_LINES = 3;

/** How one text became another, as a unified diff with three lines of context; empty for two texts with the same lines. */
export function textDiff(before: string, after: string, names: { from: string; to: string }): string {
  const old = linesOf(before);
  const young = linesOf(after);
  const steps = compareLists(old, young);
  const hunks = hunksOf(steps);
  if (hunks.length === 0) return '';
  const lines = hunks.flatMap((hunk) => [headOf(hunk), ...hunk.map((step) => lineOf(step, old, young))]);
  return `--- ${names.from}\n+++ ${names.to}\n${lines.join('\n')}\n`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Changes with their context; what lies closer together than two contexts is one hunk. */
function hunksOf(steps: readonly ListStep[]): readonly (readonly ListStep[])[] {
  const ranges: { start: number; end: number }[] = [];
  for (const [index, { kind }] of steps.entries()) {
    if (kind === 'same') continue;
    const start = Math.max(0, index - CONTEXT_LINES);
    const end = Math.min(steps.length, index + CONTEXT_LINES + 1);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges.map(({ start, end }) => steps.slice(start, end));
}

function headOf(hunk: readonly ListStep[]): string {
  const old = hunk.flatMap((step) => ('before' in step ? [step.before] : []));
  const young = hunk.flatMap((step) => ('after' in step ? [step.after] : []));
  return `@@ -${rangeOf(old)} +${rangeOf(young)} @@`;
}

function rangeOf(lines: readonly number[]): string {
  const [first] = lines;
  return first === undefined ? '0,0' : `${first + 1},${lines.length}`;
}

function lineOf(step: ListStep, old: readonly string[], young: readonly string[]): string {
  if (step.kind === 'same') return ` ${old[step.before] ?? ''}`;
  return step.kind === 'removed' ? `-${old[step.before] ?? ''}` : `+${young[step.after] ?? ''}`;
}
