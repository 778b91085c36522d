import { Ban, Check, CircleSlash, Hourglass, TimerOff, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ApprovalStatus } from '../api/approvals.ts';
import type { Outcome } from '../api/logs.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

interface Look {
  readonly word: string;
  readonly icon: LucideIcon;
  /** Colours of a risk level: green for what passed, red for what was stopped. */
  readonly tone: Tone;
}

const OUTCOMES: Readonly<Record<Outcome, Look>> = {
  allow: { word: 'Allowed', icon: Check, tone: 'low' },
  deny: { word: 'Denied', icon: Ban, tone: 'critical' },
  hold: { word: 'Held', icon: Hourglass, tone: 'medium' },
  refused: { word: 'Refused', icon: CircleSlash, tone: 'unknown' },
};

const STATUSES: Readonly<Record<ApprovalStatus, Look>> = {
  pending: { word: 'Waiting', icon: Hourglass, tone: 'medium' },
  approved: { word: 'Approved', icon: Check, tone: 'low' },
  denied: { word: 'Denied', icon: Ban, tone: 'critical' },
  used: { word: 'Call made', icon: Check, tone: 'low' },
  expired: { word: 'Expired', icon: TimerOff, tone: 'unknown' },
};

/** The word for an outcome, as it stands in badges and filters. */
export function outcomeWord(outcome: Outcome): string {
  return OUTCOMES[outcome].word;
}

/** What was decided of a call: a colour, a sign and a word. Under `mode: "observe"` it is only what would have been. */
export function OutcomeBadge({
  outcome,
  enforced = true,
}: {
  readonly outcome: Outcome;
  readonly enforced?: boolean;
}): ReactNode {
  const look = OUTCOMES[outcome];
  if (enforced || outcome === 'allow') return <LookBadge look={look} />;
  return (
    <LookBadge look={look} isHollow title="Decided, but the policy only observes: nothing was stopped" />
  );
}

/** How far a held call is. */
export function ApprovalBadge({ status }: { readonly status: ApprovalStatus }): ReactNode {
  return <LookBadge look={STATUSES[status]} />;
}

function LookBadge({
  look: { word, icon, tone },
  ...props
}: {
  readonly look: Look;
  readonly isHollow?: boolean;
  readonly title?: string;
}): ReactNode {
  return (
    <StateBadge tone={tone} icon={icon} {...props}>
      {word}
    </StateBadge>
  );
}
