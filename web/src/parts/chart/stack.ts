/** Values of one kind over the times of a chart. */
export interface Series {
  readonly label: string;
  /** Name of a colour among the variables of the theme: `--tg-low`. */
  readonly colour: string;
  readonly values: readonly number[];
  /** How often something was refused meanwhile, for what is drawn as lines: those places are marked. */
  readonly refused?: readonly number[];
}

/** Counts are bars upon one another; shares, of which 1 is the whole, are lines beside one another. */
export type ChartKind = 'counts' | 'shares';

/** A value as it is read. */
export function valueInWords(kind: ChartKind, value: number): string {
  return kind === 'counts' ? value.toLocaleString('en') : `${Math.floor(value * 100)}%`;
}

/** What a series comes to over the whole time: all counts together, or the highest share. */
export function totalOf(kind: ChartKind, values: readonly number[]): number {
  return values.reduce((sum, value) => (kind === 'counts' ? sum + value : Math.max(sum, value)), 0);
}

/** Each series on top of those before it. */
export function stacked(series: readonly Series[]): readonly (readonly number[])[] {
  const sums: (readonly number[])[] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}
