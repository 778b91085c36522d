import type { KnownTool, LimitDemand, PolicyCall } from './decision.ts';

/** A call while it is being judged. */
export interface Situation {
  readonly call: PolicyCall;
  /** The call's arguments; `{}` when it brought none. */
  readonly args: unknown;
  readonly tool: KnownTool | undefined;
  /** What the call must reserve when it is allowed. */
  readonly limits: LimitDemand[];
  /** Set once a rule sends the call to a person; later steps may still refuse it. */
  held: { readonly rule: string; readonly message: string } | undefined;
}

export interface Refusal {
  readonly outcome: 'deny';
  readonly kind: 'hidden' | 'unknown' | 'refused';
  readonly rule: string;
  readonly message: string;
}

/** One question of the order of evaluation. Deciding walks a list of these; explaining walks the same list. */
export interface Step {
  /** The rule string that a refusal by this step carries. */
  readonly rule: string;
  /** What is asked, in words for people. */
  readonly question: string;
  /** A refusal ends the evaluation; undefined goes on. */
  ask(situation: Situation): Refusal | undefined;
  /** What the step found in the call, for people; only called while explaining. */
  find?(situation: Situation): string;
}

/** A call refused by a rule that the agent may know of. */
export function refuse(rule: string, message: string): Refusal {
  return { outcome: 'deny', kind: 'refused', rule, message };
}
