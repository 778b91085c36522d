import type { Log } from '#platform';
import type { Quota } from '#quota';
import type { Records } from '#records';
import { giveBackApproval, type Clearance } from './record-decision.ts';

/** Undoes what was taken for a call that was judged and never left, because nobody waits for it any more. */
export async function abandonCall(
  { recordId, reservation, approval }: Clearance,
  deps: { readonly quota: Quota; readonly records: Records; readonly log: Log },
): Promise<void> {
  const isCharged = reservation !== undefined && reservation.entries.length > 0;
  const quotaReturned = isCharged && (await deps.quota.giveBack(reservation));
  if (approval) await giveBackApproval(approval, deps);
  await deps.records.finish(recordId, {
    result: 'aborted',
    upstreamStatus: undefined,
    latencyMicros: 0,
    quotaReturned,
  });
}
