import { newId } from '#platform';
import type { CallEnding, DecisionRecord, FinishedCall } from '#store';

export const OK: CallEnding = { result: 'ok', upstreamStatus: 200, latencyMs: 5, quotaReturned: false };
/** What the gateway says at the end of such a call. */
export const FINISHED: FinishedCall = {
  result: 'ok',
  upstreamStatus: 200,
  latencyMicros: 5_000,
  quotaReturned: false,
};

/** A record as a call at that moment would leave it, with an id of that moment. */
export function madeRecord(at: number, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id: newId('dec', at),
    at,
    requestId: '7',
    server: 'crm',
    grantId: 'grant_1',
    grantLabel: 'newsletter',
    method: 'tools/call',
    tool: 'pause_campaign',
    revision: '2025-11-25',
    transport: 'http',
    policy: 'main',
    policyVersion: '3',
    outcome: 'allow',
    enforced: true,
    rule: '/tools/pause_campaign',
    message: '',
    argumentKeys: ['campaign'],
    ...changes,
  };
}
