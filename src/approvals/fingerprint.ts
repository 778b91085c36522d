import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '#mcp';
import { ToolgateError } from '#platform';
import type { HeldCall } from './approvals.ts';

/** Says which form was hashed, so that another form can never come to the same hash. */
const FORM = 'toolgate-approval-1';

/** What makes a call this very call: a yes to one is no yes to another that differs in any of these. */
export type CallIdentity = Pick<
  HeldCall,
  'organisation' | 'server' | 'grantId' | 'tool' | 'arguments' | 'policy' | 'policyVersion'
>;

/**
 * SHA-256 in hex over the identity of a call. The order in which members stand never matters, at any depth; every other difference
 * does, also whether arguments are absent or `{}`. Arguments are JSON as parsed. Throws `approval.inexact` when they hold a number
 * that is not what the agent wrote: the approval would be for another call than the one that is sent.
 */
export function fingerprintOf(call: CallIdentity): string {
  const { organisation, server, grantId, tool, policy, policyVersion } = call;
  refuseInexact(call.arguments);
  const args = call.arguments === undefined ? [] : [call.arguments as Json];
  const text = canonicalJson([FORM, organisation, server, tool, args, grantId, policy, policyVersion]);
  return createHash('sha256').update(text).digest('hex');
}

/** JSON writes an infinite number as `null` and `-0` as `0`. */
function refuseInexact(value: unknown): void {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    throw new ToolgateError('approval.inexact', 'The arguments hold a number that cannot be kept exactly.', {
      hint: 'Send the number as text, or a smaller one.',
    });
  }
  if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) refuseInexact(item);
}
