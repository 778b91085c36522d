/** Values of one kind over the times of a chart. */
export interface Series {
  readonly label: string;
  /** Name of a colour among the variables of the theme: `--tg-low`. */
  readonly colour: string;
  readonly values: readonly number[];
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
