import { ERROR_CODES, type JsonObject, type JsonRpcRequest, type RequestId } from '#mcp';
import { messageOf } from '#platform';
import { UpstreamUnavailable, type UpstreamFailure, type UpstreamRequest } from '../upstream.ts';
import type { ConnectionKeeper, OpenConnection } from './connection-keeper.ts';
import { NOT_TAKEN, type CallReceiver, type CallTicket } from './conversation.ts';
import { composeAnswer, composeRequest, metaForServer, progressTokenOf } from './compose.ts';
import type { ClientInfo } from './handshake.ts';
import type { Outlet } from './outlet.ts';

export interface ForwarderOptions {
  readonly keeper: ConnectionKeeper;
  readonly clientInfo: ClientInfo;
  readonly callMs: number;
}

interface OpenCall {
  /** Undefined while the server is waited for. */
  readonly ticket: CallTicket | undefined;
  readonly outlet: Outlet;
}

interface Call {
  readonly key: string;
  readonly exchange: UpstreamRequest;
  readonly request: JsonRpcRequest;
  readonly outlet: Outlet;
}

const NO_SUCH_FORM: UpstreamFailure = {
  kind: 'broken',
  message: 'the answer of the server has no form that this client knows',
  reached: true,
};

/** Why an upstream cannot be had, as a failure of the exchange that needed it. */
export function failureOf(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamUnavailable) return error.failure;
  return { kind: 'broken', message: messageOf(error), reached: true };
}

/** Carries requests to the shared connection and each answer back to the one who asked. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  /** Open requests of each caller by the caller's own id. */
  readonly #open = new Map<string, OpenCall>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Sends one request, waiting for the server to start if it must. The outcome goes to the outlet. */
  async forward(exchange: UpstreamRequest, request: JsonRpcRequest, outlet: Outlet): Promise<void> {
    const call: Call = { key: callerKey(exchange, request.id), exchange, request, outlet };
    this.#open.set(call.key, { ticket: undefined, outlet });
    try {
      const connection = await this.#options.keeper.open();
      if (outlet.isOver) this.#forget(call);
      else this.#send(connection, call);
    } catch (error) {
      this.#forget(call);
      outlet.fail(failureOf(error));
    }
  }

  /**
   * A legacy client's `notifications/cancelled`: reaches the server only for an open request of the same grant and
   * session.
   */
  cancel(exchange: UpstreamRequest, requestId: RequestId): void {
    const key = callerKey(exchange, requestId);
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    open.ticket?.cancel();
    const reached = open.ticket !== undefined;
    open.outlet.fail({ kind: 'broken', message: 'the client cancelled the request', reached, isOwn: true });
  }

  #send(connection: OpenConnection, call: Call): void {
    const { exchange, request, outlet } = call;
    const { clientInfo, callMs } = this.#options;
    const eras = { client: exchange.era, server: connection.profile.era };
    const compose = (id: number): string =>
      composeRequest(request, exchange.body, id, metaForServer(request, eras, id, clientInfo));
    const ticket = connection.conversation.call(compose, this.#receiver(connection, call), callMs);
    if (ticket === undefined) {
      this.#forget(call);
      outlet.fail(NOT_TAKEN);
      return;
    }
    this.#open.set(call.key, { ticket, outlet });
    outlet.whenAborted(() => {
      // Only in the modern era does a closed connection mean "stop" (2026-07-28, "Cancellation").
      if (exchange.era === 'legacy') return;
      this.#forget(call);
      ticket.cancel();
    });
    if (progressTokenOf(request) !== undefined) outlet.startStream();
  }

  #receiver({ profile }: OpenConnection, call: Call): CallReceiver {
    const { exchange, request, outlet } = call;
    const progressToken = progressTokenOf(request);
    return {
      onAnswer: (response) => {
        this.#forget(call);
        const text = composeAnswer(response, request, exchange.era, profile);
        if (text === undefined) outlet.fail(NO_SUCH_FORM);
        else if (progressToken !== undefined) outlet.endStream(text);
        else outlet.answerText(text, { status: statusOf(exchange, response.error) });
      },
      onProgress: (params) => {
        if (progressToken === undefined) return;
        const restored = { ...params, progressToken };
        outlet.event({ jsonrpc: '2.0', method: 'notifications/progress', params: restored }, 'progress');
      },
      onFailure: (failure) => {
        this.#forget(call);
        outlet.fail(failure);
      },
    };
  }

  /** Removes a call that is over; a later one under the same id stays. */
  #forget({ key, outlet }: Call): void {
    if (this.#open.get(key)?.outlet === outlet) this.#open.delete(key);
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
