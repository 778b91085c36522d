import { ERROR_CODES, type JsonObject, type JsonRpcRequest, type RequestId } from '#mcp';
import { messageOf } from '#platform';
import { UpstreamUnavailable, type UpstreamFailure, type UpstreamRequest } from '../upstream.ts';
import type { ChildKeeper, OpenChild } from './child-keeper.ts';
import { NOT_TAKEN, type CallReceiver, type CallTicket } from './child-session.ts';
import { composeAnswer, composeRequest, metaForChild, progressTokenOf } from './compose.ts';
import type { ClientInfo } from './handshake.ts';
import type { Outlet } from './outlet.ts';

export interface ForwarderOptions {
  readonly keeper: ChildKeeper;
  readonly clientInfo: ClientInfo;
  readonly callMs: number;
}

interface OpenCall {
  readonly ticket: CallTicket;
  readonly outlet: Outlet;
}

/** Why an upstream cannot be had, as a failure of the exchange that needed it. */
export function failureOf(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamUnavailable) return error.failure;
  return { kind: 'broken', message: messageOf(error), reached: true };
}

/** Carries requests to the shared child and each answer back to the one who asked. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  /** Open requests of each caller by the caller's own id. */
  readonly #open = new Map<string, OpenCall>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Sends one request, waiting for the child to start if it must. The outcome goes to the outlet. */
  async forward(exchange: UpstreamRequest, request: JsonRpcRequest, outlet: Outlet): Promise<void> {
    let child: OpenChild;
    try {
      child = await this.#options.keeper.open();
    } catch (error) {
      outlet.fail(failureOf(error));
      return;
    }
    if (!outlet.isOver) this.#send(child, exchange, request, outlet);
  }

  /**
   * A legacy client's `notifications/cancelled`: reaches the child only for an open request of the same grant and
   * session.
   */
  cancel(exchange: UpstreamRequest, requestId: RequestId): void {
    const call = this.#open.get(callerKey(exchange, requestId));
    if (call === undefined) return;
    call.ticket.cancel();
    this.#open.delete(callerKey(exchange, requestId));
    call.outlet.fail({ kind: 'broken', message: 'the client cancelled the request', reached: true });
  }

  #send(
    { session, profile }: OpenChild,
    exchange: UpstreamRequest,
    request: JsonRpcRequest,
    outlet: Outlet,
  ): void {
    const { clientInfo, callMs } = this.#options;
    const eras = { client: exchange.era, child: profile.era };
    const key = callerKey(exchange, request.id);
    const token = progressTokenOf(request);
    const forget = (): void => {
      if (this.#open.get(key)?.outlet === outlet) this.#open.delete(key);
    };
    const receiver: CallReceiver = {
      onAnswer: (response) => {
        forget();
        const text = composeAnswer(response, request, exchange.era, profile);
        if (text === undefined) {
          outlet.fail({
            kind: 'broken',
            message: 'the answer of the server has no form that this client knows',
            reached: true,
          });
        } else if (token === undefined) {
          outlet.answerText(text, { status: statusOf(exchange, response.error) });
        } else {
          outlet.endStream(text);
        }
      },
      onProgress: (params) => {
        if (token === undefined) return;
        outlet.event(
          { jsonrpc: '2.0', method: 'notifications/progress', params: { ...params, progressToken: token } },
          'progress',
        );
      },
      onFailure: (failure) => {
        forget();
        outlet.fail(failure);
      },
    };
    const compose = (id: number): string =>
      composeRequest(request, exchange.body, id, metaForChild(request, eras, id, clientInfo));
    const ticket = session.call(compose, receiver, callMs);
    if (ticket === undefined) {
      outlet.fail(NOT_TAKEN);
      return;
    }
    this.#open.set(key, { ticket, outlet });
    outlet.whenAborted(() => {
      // Only in the modern era does a closed connection mean "stop" (2026-07-28, "Cancellation").
      if (exchange.era === 'legacy') return;
      forget();
      ticket.cancel();
    });
    if (token !== undefined) outlet.startStream();
  }
}

/** A modern "method not found" has an HTTP status of its own; every other answer is a 200. */
function statusOf(exchange: UpstreamRequest, error: JsonObject | undefined): number {
  return exchange.era === 'modern' && error?.['code'] === ERROR_CODES.methodNotFound ? 404 : 200;
}

/** `"1"` and `1` are different ids, and equal ids of different grants or sessions too. */
function callerKey(exchange: UpstreamRequest, id: RequestId): string {
  return JSON.stringify([exchange.grantId, exchange.session ?? null, id]);
}
