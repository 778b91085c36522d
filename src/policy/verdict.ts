/** What a condition or a predicate says of a call. */
export const Verdict = { noMatch: 0, match: 1, undecidable: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A yes or no as a verdict. */
export function matchIf(holds: boolean): Verdict {
  return holds ? Verdict.match : Verdict.noMatch;
}
