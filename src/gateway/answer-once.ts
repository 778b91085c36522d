import { createHash } from 'node:crypto';
import type { Clock } from '#platform';
import type { Quota } from '#quota';
import type { AgentCall } from './read-call.ts';

/** How long an answered request of a server is remembered; servers give up waiting long before. */
const MEMORY_MS = 24 * 60 * 60_000;

/**
 * Whether a response of an agent is the first one to that request of the server, over all processes: a second one could
 * take back what a person answered. When the store cannot tell, it is not. Within a session a server uses an id once;
 * without one the same id may well come again, so there it cannot be told and the server itself must.
 */
export function answersFirst(
  { message, sessionId }: AgentCall,
  { quota, clock }: { readonly quota: Quota; readonly clock: Clock },
): Promise<boolean> {
  if (sessionId === undefined || message.kind !== 'response') return Promise.resolve(true);
  // the session id is bound to grant and server
  const digest = createHash('sha256')
    .update(JSON.stringify([sessionId, message.id]))
    .digest('base64url');
  return quota.claim(`answer ${digest}`, clock.now() + MEMORY_MS);
}
