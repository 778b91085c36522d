import type { Decision, LimitDemand } from './decision.ts';
import type { Offering } from './offering.ts';

/** One call of the decision log, as far as a policy can be asked about it. */
export interface RecordedCall {
  /** Id of its record. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Grant id: whose budget it was. */
  readonly grant: string;
  /** Name of the tool, or what else was asked for. */
  readonly subject: string | Offering;
  readonly outcome: 'allow' | 'deny' | 'hold';
  readonly rule: string;
  /** Top-level names of its arguments, as the record keeps them. */
  readonly argumentKeys: readonly string[];
  /** Whether its limits were given back, because it did not run. */
  readonly wasReturned: boolean;
  /** Its arguments, where they were captured. */
  readonly captured?: { readonly arguments: unknown; readonly hasLossyNumber: boolean };
}

/** Which counter a limit draws on. */
export type CounterOfLimit = Pick<LimitDemand, 'counter' | 'scope' | 'windowSeconds'>;

/** What a candidate says of one call; `unknown` says why not. */
export type Judged =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly byNames: boolean }
  | {
      readonly kind: 'unknown';
      readonly rule: string;
      readonly reason: string;
      /** What it takes out of limits if it runs. */
      readonly limits: readonly LimitDemand[];
      /** Limits that it takes an unknown amount out of. */
      readonly openLimits: readonly CounterOfLimit[];
      readonly byNames: boolean;
    };
