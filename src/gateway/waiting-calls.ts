import type { Approvals } from '#approvals';
import type { ApprovalMeta, JsonRpcRequest } from '#mcp';
import { messageOf, type Log } from '#platform';
import type { AgentRequest } from './agent-request.ts';
import type { HeldReply } from './held-reply.ts';
import type { AgentCall } from './read-call.ts';

/** Each keeps a connection and its body: more than these are told to come again. */
export const MAX_WAITING_CALLS = 1_000;

interface WaitingCall {
  readonly request: AgentRequest;
  readonly sessionId: string | undefined;
  readonly requestId: string | number;
  readonly over: AbortController;
}

/** Held calls whose connection stays open until a person has decided. */
export class WaitingCalls {
  readonly #waiting = new Set<WaitingCall>();
  #isStopping = false;

  get size(): number {
    return this.#waiting.size;
  }

  get hasRoom(): boolean {
    return !this.#isStopping && this.#waiting.size < MAX_WAITING_CALLS;
  }

  /**
   * Resolves to whether a person has decided about the approval, at the latest after `holdOpenMs`; to false as soon as the agent goes
   * away or takes its request back, and when the gateway stops. Never rejects.
   */
  async wait(
    { request, sessionId }: AgentCall,
    message: JsonRpcRequest,
    approval: ApprovalMeta,
    reply: HeldReply,
    holdOpenMs: number,
    { approvals, log }: { readonly approvals: Approvals; readonly log: Log },
  ): Promise<boolean> {
    const over = new AbortController();
    const call = { request, sessionId, requestId: message.id, over };
    this.#waiting.add(call);
    const timer = setTimeout(() => over.abort(), holdOpenMs);
    const quiet = reply.tellWaiting(approval, () => over.abort());
    try {
      const status = await approvals.settled(request.server.organisation, approval.id, over.signal);
      return status === 'approved' || status === 'denied';
    } catch (error) {
      log.error({ err: messageOf(error), approval: approval.id }, 'an approval cannot be waited for');
      return false;
    } finally {
      clearTimeout(timer);
      quiet();
      this.#waiting.delete(call);
    }
  }

  /** An agent takes a request back (`notifications/cancelled`). Whether such a one was waiting. */
  cancel(grantId: string, sessionId: string | undefined, requestId: unknown): boolean {
    let isFound = false;
    for (const call of this.#waiting) {
      if (call.request.grant.id !== grantId || call.sessionId !== sessionId || call.requestId !== requestId)
        continue;
      isFound = true;
      call.over.abort();
    }
    return isFound;
  }

  /** Those that nobody may wait for any longer are told to come again. */
  endThose(isOver: (request: AgentRequest) => boolean): void {
    for (const { request, over } of this.#waiting) if (isOver(request)) over.abort();
  }

  /** The gateway is stopping: all are told to come again. */
  endAll(): void {
    this.#isStopping = true;
    for (const { over } of this.#waiting) over.abort();
  }
}
