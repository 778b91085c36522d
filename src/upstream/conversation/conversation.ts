import {
  errorAnswer,
  ERROR_CODES,
  resultAnswer,
  type Json,
  type JsonObject,
  type JsonRpcRequest,
} from '#mcp';
import { messageOf, type Log } from '#platform';
import { UpstreamUnavailable, type UpstreamFailure } from '../upstream.ts';
import { printable } from './printable.ts';
import { idOfOversize, readServerMessage, type OversizeLine, type ServerAnswer } from './server-message.ts';

export type ListKind = 'tools' | 'prompts' | 'resources';

/** Where the answer of one request goes. One of `onAnswer` and `onFailure` is called, once. */
export interface CallReceiver {
  onAnswer(response: ServerAnswer): void;
  /** `params` as the server sent them, with the server's progress token. */
  onProgress(params: JsonObject): void;
  onFailure(failure: UpstreamFailure): void;
}

export interface CallTicket {
  /** Tells the server to stop and forgets the request: neither its answer nor a failure is reported. */
  cancel(): void;
}

interface PendingCall {
  readonly receiver: CallReceiver;
  readonly timer: NodeJS.Timeout | undefined;
}

/** What carries messages to the server. */
export interface Wire {
  /** False when the message was not taken. `onRefused` is called when it turns out later that it did not arrive. */
  send(message: string, onRefused?: (failure: UpstreamFailure) => void): boolean;
}

/**
 * One conversation with one server, shared by all callers. Every request gets a number of ours, which is also its
 * progress token, so that callers with equal ids never meet. The server's own requests are refused: with one connection
 * for all there is nobody in particular to ask.
 */
export class Conversation {
  readonly #wire: Wire;
  readonly #log: Log;
  readonly #onChange: (kind: ListKind) => void;
  readonly #onTimeout: () => void;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;
  #end: UpstreamFailure | undefined;

  /** `onTimeout` is called after a request has had no answer in its time. */
  constructor(wire: Wire, log: Log, onChange: (kind: ListKind) => void, onTimeout: () => void = () => {}) {
    this.#wire = wire;
    this.#log = log;
    this.#onChange = onChange;
    this.#onTimeout = onTimeout;
  }

  /**
   * Sends the request that `compose` writes for its number. Undefined when the server did not take it, so that it
   * certainly never ran. Without `limitMs` it may stay open for ever.
   */
  call(compose: (id: number) => string, receiver: CallReceiver, limitMs?: number): CallTicket | undefined {
    const id = this.#nextId++;
    const refused = (failure: UpstreamFailure): void => this.#take(id)?.receiver.onFailure(failure);
    if (this.#end !== undefined || !this.#wire.send(compose(id), refused)) return undefined;
    const timer = limitMs === undefined ? undefined : setTimeout(() => this.#expire(id, limitMs), limitMs);
    timer?.unref();
    this.#pending.set(id, { receiver, timer });
    return {
      cancel: () => {
        if (this.#take(id) !== undefined) this.#sendCancelled(id, 'The client cancelled the request.');
      },
    };
  }

  /** A request of the gateway itself. Rejects with `UpstreamUnavailable` when no answer comes. */
  ask(method: string, params: JsonObject, limitMs?: number): Promise<ServerAnswer> {
    return new Promise((resolve, reject) => {
      const ticket = this.call(
        (id) => JSON.stringify({ jsonrpc: '2.0', id, method, params }),
        {
          onAnswer: resolve,
          onProgress: () => {},
          onFailure: (failure) => reject(new UpstreamUnavailable(failure)),
        },
        limitMs,
      );
      if (ticket === undefined) reject(new UpstreamUnavailable(NOT_TAKEN));
    });
  }

  notify(method: string, params?: JsonObject): void {
    this.#wire.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** The server is gone or given up: every open request fails, and no other is taken. */
  fail(failure: UpstreamFailure): void {
    this.#end ??= failure;
    for (const id of this.#pending.keys()) this.#take(id)?.receiver.onFailure(failure);
  }

  /** Takes a message of the server. Never throws: one that is nested too deeply to be handled must not end the gateway. */
  receive(received: Uint8Array | string): void {
    try {
      this.#receive(received);
    } catch (error) {
      this.#log.warn(
        { bytes: received.length, reason: messageOf(error) },
        'a message of the server could not be handled; it was dropped',
      );
    }
  }

  #receive(received: Uint8Array | string): void {
    const message = readServerMessage(received);
    if (message === undefined) {
      const start = printable(Buffer.from(received.slice(0, 200)).toString());
      this.#log.warn(
        { bytes: received.length, start },
        'server sent something that is no JSON-RPC message; it was dropped',
      );
    } else if (message.kind === 'response') {
      this.#settle(message);
    } else if (message.kind === 'request') {
      this.#refuse(message);
    } else {
      this.#heed(message.method, message.params ?? {});
    }
  }

  receiveOversize(line: OversizeLine): void {
    this.#log.warn({ bytes: line.bytes }, 'server sent a message longer than the limit; it was dropped');
    const id = idOfOversize(line);
    const call = id === undefined ? undefined : this.#take(id);
    call?.receiver.onFailure({
      kind: 'too_large',
      message: 'the answer of the server is too large',
      reached: true,
    });
  }

  #settle(response: ServerAnswer): void {
    const call = typeof response.id === 'number' ? this.#take(response.id) : undefined;
    if (call === undefined) {
      this.#log.debug(
        { id: printable(String(response.id)) },
        'server answered a request that nobody waits for',
      );
    } else if (response.result === undefined && response.error === undefined) {
      call.receiver.onFailure(UNREADABLE);
    } else {
      try {
        call.receiver.onAnswer(response);
      } catch {
        call.receiver.onFailure(UNREADABLE);
      }
    }
  }

  #refuse({ id, method }: JsonRpcRequest): void {
    const answer: Json =
      method === 'ping'
        ? resultAnswer(id, {})
        : errorAnswer(id, ERROR_CODES.methodNotFound, 'Method not found');
    this.#wire.send(JSON.stringify(answer));
    if (method !== 'ping')
      this.#log.debug({ method: printable(method) }, 'server asked for what a shared connection cannot have');
  }

  #heed(method: string, params: JsonObject): void {
    switch (method) {
      case 'notifications/progress':
        this.#passProgress(params);
        break;
      case 'notifications/tools/list_changed':
        this.#onChange('tools');
        break;
      case 'notifications/prompts/list_changed':
        this.#onChange('prompts');
        break;
      case 'notifications/resources/list_changed':
        this.#onChange('resources');
        break;
      case 'notifications/message':
        // Whose call a line belongs to cannot be told, so it goes to the operator and to no caller.
        this.#log.debug(
          { text: printable(JSON.stringify(params['data'] ?? null).slice(0, 4096)) },
          'server logged',
        );
        break;
      default:
        this.#log.debug({ method: printable(method) }, 'server sent a notification that is not passed on');
    }
  }

  #passProgress(params: JsonObject): void {
    const token = params['progressToken'];
    const call = typeof token === 'number' ? this.#pending.get(token) : undefined;
    call?.receiver.onProgress(params);
  }

  #expire(id: number, limitMs: number): void {
    const call = this.#take(id);
    if (call === undefined) return;
    this.#sendCancelled(id, 'The time limit of the request has passed.');
    const message = `the server did not answer within ${limitMs / 1000} s`;
    call.receiver.onFailure({ kind: 'timeout', message, reached: true });
    this.#onTimeout();
  }

  #sendCancelled(requestId: number, reason: string): void {
    this.notify('notifications/cancelled', { requestId, reason });
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(call?.timer);
    return call;
  }
}

const UNREADABLE: UpstreamFailure = {
  kind: 'broken',
  message: 'the answer of the server cannot be read',
  reached: true,
};

/** The failure of a request that the server did not take. */
export const NOT_TAKEN: UpstreamFailure = {
  kind: 'unreachable',
  message: 'the server does not take requests: it is ending, or it does not read its input',
  reached: false,
};
