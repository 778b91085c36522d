export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'used' | 'expired';

/** A call that waits for a person, or waited. */
export interface Approval {
  readonly id: string;
  readonly server: string;
  readonly grantId: string;
  readonly grantLabel: string;
  readonly tool: string;
  readonly policy: string;
  readonly policyVersion: string;
  readonly rule: string;
  readonly reason: string;
  /** SHA-256 over server, tool, canonical arguments, grant and policy version, in hex. */
  readonly fingerprint: string;
  /** The arguments, encrypted (purpose `approval:<id>`). */
  readonly argumentsSealed: string;
  readonly status: ApprovalStatus;
  readonly requestedAt: number;
  /** When a pending or approved one is worth nothing any more. */
  readonly expiresAt: number;
  readonly decidedAt: number | undefined;
  /** Id of the person or key that decided. */
  readonly decidedBy: string | undefined;
  readonly note: string;
  readonly usedAt: number | undefined;
  /** How often the agent asked. */
  readonly asked: number;
}

export interface ApprovalFilter {
  /** `decided` is everything that is not pending any more. */
  readonly status?: ApprovalStatus | 'decided';
  readonly server?: string;
  readonly grantId?: string;
  /** Only those requested before this one (id), for paging: newest first. */
  readonly before?: string;
  readonly limit: number;
}

export interface ApprovalStore {
  /**
   * The one live approval (pending, approved or denied, not expired at `now`) of this organisation and fingerprint, whose `asked` is
   * raised; else `fresh` is kept and comes back. Concurrent askers get the same one.
   */
  ask(
    organisation: string,
    fresh: Approval,
    now: number,
  ): Promise<{ readonly approval: Approval; readonly isNew: boolean }>;
  find(organisation: string, id: string): Promise<Approval | undefined>;
  list(organisation: string, filter: ApprovalFilter, now: number): Promise<readonly Approval[]>;
  /** pending → approved or denied, if it is pending and not expired. A compare-and-set: of two, one gets `true`. */
  decide(
    organisation: string,
    id: string,
    decision: { status: 'approved' | 'denied'; by: string; note: string; at: number; expiresAt: number },
  ): Promise<boolean>;
  /** approved → used, if it has not expired: the right to make the call once. Durable when it resolves. */
  use(organisation: string, id: string, at: number): Promise<boolean>;
  /** used → approved: the call certainly did not run. Only for who used it, at that moment. */
  giveBack(organisation: string, id: string, usedAt: number): Promise<boolean>;
  /** pending and approved ones whose time is over become `expired`; resolves to those that did. */
  expire(now: number): Promise<readonly (Approval & { readonly organisation: string })[]>;
  reseal(id: string, from: string, to: string): Promise<boolean>;
  /** Forgets decided ones older than `before`. */
  prune(before: number): Promise<number>;
}
