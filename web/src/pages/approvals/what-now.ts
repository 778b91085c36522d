import type { Approval } from '../../api/approvals.ts';
import { untilWhen } from '../../parts/moment.ts';

/** What a state of an approval means, and what happens next. */
export interface WhatNow {
  readonly title: string;
  readonly text: string;
}

/** Says it of an approval that waits for nobody any more; `by` is who decided, in words. */
export function whatNow(approval: Approval, by: string, now = Date.now()): WhatNow | undefined {
  const { status, expiresAt, decidedAt, usedAt } = approval;
  const isOver = Date.parse(expiresAt) <= now;
  const until = untilWhen(expiresAt, now);
  switch (status) {
    case 'approved':
      return {
        title: `Approved by ${by}`,
        text: `The agent's next identical call passes, once, until ${until}. A call that differs in anything is another question.`,
      };
    case 'used':
      return {
        title: `Approved by ${by}, and the call was made`,
        text: `It passed at ${usedAt === undefined ? 'an unknown time' : untilWhen(usedAt, now)}. The same call once more is asked for anew.`,
      };
    case 'denied':
      return {
        title: `Denied by ${by}`,
        text: isOver
          ? `The same call was refused until ${until}. Made now, it is asked for anew.`
          : `The same call is refused until ${until}. After that it is asked for anew.`,
      };
    case 'expired':
      return decidedAt === undefined
        ? {
            title: 'Nobody answered in time',
            text: `The call was not made; its time ended at ${until}. When the agent makes it again, it is asked for anew.`,
          }
        : {
            title: `Approved by ${by}, but the call was not made in time`,
            text: `The approval ended at ${until}. When the agent makes the call again, it is asked for anew.`,
          };
    default:
      return undefined;
  }
}
