/**
 * approvals/: calls that wait for a person. An approval is bound to the exact call, works once, and ends.
 */
export type { ApprovalEvent } from './approval-event.ts';
export type { Approvals, Decided, HeldCall, ShownApproval, Verdict } from './approvals.ts';
export { createApprovals, type ApprovalParts } from './create-approvals.ts';
export { fingerprintOf, type CallIdentity } from './fingerprint.ts';
