import type { Approval } from '#store';

/** What is told of a held call. It never holds the arguments: they are seen where the call is decided. */
export interface ApprovalEvent {
  readonly event: 'approval.requested' | 'approval.decided' | 'approval.expired';
  readonly organisation: string;
  /** One sentence. Names in it are the agent's and the server's words, as they are. */
  readonly text: string;
  /** Where the call is shown to people, where there is such a place. */
  readonly url?: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The event of an approval that was asked for, decided, or whose time is over. */
export function approvalEvent(
  event: ApprovalEvent['event'],
  organisation: string,
  approval: Approval,
  url: string | undefined,
): ApprovalEvent {
  return {
    event,
    organisation,
    text: sentenceOf(event, approval),
    ...(url !== undefined && { url }),
    facts: {
      approval: approval.id,
      server: approval.server,
      tool: approval.tool,
      grant: approval.grantLabel,
      grantId: approval.grantId,
      policy: approval.policy,
      policyVersion: approval.policyVersion,
      rule: approval.rule,
      reason: approval.reason,
      status: approval.status,
      requestedAt: new Date(approval.requestedAt).toISOString(),
      expiresAt: new Date(approval.expiresAt).toISOString(),
      ...(approval.decidedBy !== undefined && { decidedBy: approval.decidedBy, note: approval.note }),
    },
  };
}

function sentenceOf(event: ApprovalEvent['event'], approval: Approval): string {
  const call = `${approval.tool} on ${approval.server}`;
  switch (event) {
    case 'approval.requested':
      return `${approval.grantLabel} asks to call ${call}.`;
    case 'approval.decided':
      return approval.status === 'denied'
        ? `${approval.grantLabel} may not call ${call}.`
        : `${approval.grantLabel} may call ${call} once.`;
    case 'approval.expired':
      return approval.decidedAt === undefined
        ? `Nobody answered in time whether ${approval.grantLabel} may call ${call}.`
        : `${approval.grantLabel} was allowed to call ${call} and did not do so in time.`;
  }
}
