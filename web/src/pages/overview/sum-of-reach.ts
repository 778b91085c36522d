import { CATEGORIES, type Category } from '../../parts/risk-badge.tsx';

/** Tools of one class: how many there are, and what the policies in force do with them. */
export interface ClassReach {
  readonly tools: number;
  /** Allowed by one policy at least. */
  readonly open: number;
  /** Where no policy allows it: held for a person by one at least. */
  readonly held: number;
}
export type Reach = Readonly<Record<Category, ClassReach>>;

type Counting = Record<Category, { tools: number; open: number; held: number }>;

/** What several servers let agents reach, together. */
export function sumOfReach(all: readonly Reach[]): Reach {
  const sum = emptyReach();
  for (const reach of all) {
    for (const category of CATEGORIES) {
      sum[category].tools += reach[category].tools;
      sum[category].open += reach[category].open;
      sum[category].held += reach[category].held;
    }
  }
  return sum;
}

/** No tool of any class, to count up from. */
export function emptyReach(): Counting {
  const none = (): Counting[Category] => ({ tools: 0, open: 0, held: 0 });
  return {
    financial: none(),
    destructive: none(),
    execute: none(),
    unknown: none(),
    write: none(),
    read: none(),
  };
}
