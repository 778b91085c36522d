import type { JsonObject, JsonRpcResponse } from '#mcp';
import type { AnswerSink } from '#upstream';
import type { InspectionContext } from './inspect.ts';
import { encode } from './read-call.ts';
import { openSession } from './session-id.ts';

const NOBODY: AnswerSink = {
  onAnswer: () => {},
  onStream: () => {},
  onEvent: () => {},
  onEnd: () => {},
  onFailure: () => {},
};

/**
 * Answers a request of the server in the agent's place, with an error, so that the server does not wait for an answer that
 * never comes. Only in a session: elsewhere a server has no place to take it.
 */
export function answerServer(
  { id, error }: { readonly id: string | number; readonly error: JsonObject },
  context: InspectionContext,
): void {
  const { sessionId, owner, sessionKey, upstream } = context;
  const session = sessionId === undefined ? undefined : openSession(sessionId, owner, sessionKey);
  if (!session?.upstream) return;
  const message: JsonRpcResponse = { kind: 'response', id, result: undefined, error };
  upstream.exchange(
    {
      verb: 'POST',
      era: 'legacy',
      revision: session.revision,
      message,
      body: encode(message),
      headers: new Map([['mcp-protocol-version', session.revision]]),
      session: session.upstream,
      grantId: owner.grantId,
    },
    NOBODY,
  );
}
