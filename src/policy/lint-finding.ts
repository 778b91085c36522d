import type { Segment } from './pointer.ts';

/** A remark of one check, before it gets its place in the text. */
export interface Remark {
  /** `error`: the rule cannot do what it says; `warning`: it may not do what its author expects. */
  readonly level: 'error' | 'warning';
  readonly path: readonly Segment[];
  readonly message: string;
  readonly suggestion?: string | undefined;
}
