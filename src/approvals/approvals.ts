import type { Approval, ApprovalFilter, ApprovalStatus } from '#store';

/** One call that a policy holds, as exactly as a person is asked about it. */
export interface HeldCall {
  readonly organisation: string;
  readonly server: string;
  readonly grantId: string;
  readonly grantLabel: string;
  readonly tool: string;
  /** As parsed; absent arguments and `{}` are told apart. */
  readonly arguments: unknown;
  readonly policy: string;
  readonly policyVersion: string;
  readonly rule: string;
  readonly reason: string;
  /** How long a person has to answer, and a yes is worth something; milliseconds. */
  readonly lifeMs: number;
}

/** What the gateway does with a held call. */
export type Verdict =
  | { readonly state: 'pending'; readonly approval: Approval }
  | { readonly state: 'denied'; readonly approval: Approval }
  /** The right to make this call once; it is used up already, and given back when the call certainly did not run. */
  | { readonly state: 'granted'; readonly approval: Approval; giveBack(): Promise<void> };

/** What a person sees of a held call. */
export type ShownApproval = Omit<Approval, 'argumentsSealed'> & { readonly arguments: unknown };

export type Decided =
  | { readonly ok: true; readonly approval: Approval }
  | { readonly ok: false; readonly reason: 'unknown' }
  | { readonly ok: false; readonly reason: 'not_pending'; readonly status: ApprovalStatus };

/** Held calls: asked for by the gateway, decided by people. */
export interface Approvals {
  /**
   * Asks for a call. Takes the right to make it when a person agreed to this very call; else says that it waits, after making the
   * request if there was none, or that it was refused. Throws when the store fails: the call must then not leave.
   */
  ask(call: HeldCall): Promise<Verdict>;
  /** Resolves when an approval is pending no longer, or when `signal` aborts; to its state then. */
  settled(organisation: string, id: string, signal: AbortSignal): Promise<ApprovalStatus | undefined>;
  show(organisation: string, id: string): Promise<ShownApproval | undefined>;
  list(organisation: string, filter: ApprovalFilter): Promise<readonly Approval[]>;
  /** A person's answer; `by` is `user:…` or `key:…`. */
  decide(
    organisation: string,
    id: string,
    answer: { readonly verdict: 'approve' | 'deny'; readonly by: string; readonly note: string },
  ): Promise<Decided>;
  /** Marks those whose time is over, and tells of them; forgets old ones. To be called now and then. */
  expire(): Promise<void>;
}
