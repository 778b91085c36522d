import { randomUUID } from 'node:crypto';
import { isRequestId, type Json, type JsonRpcRequest, type RequestId } from '#mcp';
import { messageOf, type Log } from '#platform';
import { printable, progressTokenOf, readServerMessage, type ServerMessage } from '../conversation/index.ts';
import type { AnswerSink, Exchange, UpstreamFailure, UpstreamRequest } from '../upstream.ts';
import { EventConnection, type EventServer } from './event-connection.ts';
import { SessionExchange, type SessionExchangeOwner } from './session-exchange.ts';

/** What is kept for an agent that has no stream open, until it opens one. */
const MAX_HELD_MESSAGES = 100;
const MAX_HELD_CHARACTERS = 1024 * 1024;

interface OpenRequest {
  readonly exchange: SessionExchange;
  readonly timer: NodeJS.Timeout;
  readonly progressToken: RequestId | undefined;
  /** The answer to a handshake carries the session id: nothing may come before it. */
  readonly isHandshake: boolean;
}

export interface AgentSessionListener {
  /** The server said in this session that its list of tools changed. */
  onToolsChanged(): void;
  /** Called once: nothing more can be said in this session. */
  onEnd(): void;
}

/**
 * One agent's own connection to a server of 2024-11-05. Messages pass as they are: ids, progress tokens and requests of
 * the server belong to this agent alone. The session ends with its stream; calls under way then end as broken.
 */
export class AgentSession implements SessionExchangeOwner {
  readonly id = randomUUID();
  readonly grantId: string;
  readonly #connection: EventConnection;
  readonly #callMs: number;
  readonly #pingMs: number;
  readonly #log: Log;
  readonly #listener: AgentSessionListener;
  /** By type and value of the agent's own id: `1` is not `"1"`. Newest last. */
  readonly #open = new Map<string, OpenRequest>();
  readonly #paused = new Set<SessionExchange>();
  #stream: SessionExchange | undefined;
  #held: string[] = [];
  #heldCharacters = 0;
  #ping: { readonly id: string; readonly timer: NodeJS.Timeout } | undefined;
  #end: UpstreamFailure | undefined;

  constructor(
    grantId: string,
    server: EventServer,
    options: { readonly callMs: number; readonly pingMs: number; readonly log: Log },
    listener: AgentSessionListener,
  ) {
    this.grantId = grantId;
    this.#callMs = options.callMs;
    this.#pingMs = options.pingMs;
    this.#log = options.log;
    this.#listener = listener;
    this.#connection = new EventConnection(server, {
      onMessage: (text) => this.#receiveSafely(text),
      onEnd: (failure) => this.#onEnd(failure),
    });
  }

  /** Nothing is under way and nobody listens. */
  get isIdle(): boolean {
    return this.#open.size === 0 && this.#stream === undefined;
  }

  /** Sends what an agent posted in this session. The sink hears nothing before the caller holds the exchange. */
  post(posted: UpstreamRequest, sink: AnswerSink): Exchange {
    const exchange = new SessionExchange(sink, this);
    queueMicrotask(() => {
      const { message, body = new Uint8Array() } = posted;
      if (message?.kind === 'request') return this.#request(message, body, exchange);
      if (message?.kind === 'notification' && message.method === 'notifications/cancelled')
        this.#forget(message.params?.['requestId']);
      this.#send(body, exchange, () => exchange.answerEmpty(202));
    });
    return exchange;
  }

  /** Opens the stream of the session; a newer one takes the place of an older one that is still there. */
  listen(sink: AnswerSink): Exchange {
    const exchange = new SessionExchange(sink, this);
    queueMicrotask(() => {
      if (this.#end) return exchange.fail(this.#end);
      this.#stream?.endStream();
      this.#stream = exchange;
      exchange.startStream();
      const held = this.#held;
      this.#held = [];
      this.#heldCharacters = 0;
      for (const text of held) exchange.deliver(text);
    });
    return exchange;
  }

  close(): Promise<void> {
    return this.#connection.stop();
  }

  onPaused(exchange: SessionExchange, isPaused: boolean): void {
    if (isPaused) this.#paused.add(exchange);
    else this.#paused.delete(exchange);
    if (this.#paused.size > 0) this.#connection.pause();
    else this.#connection.resume();
  }

  onOver(exchange: SessionExchange): void {
    if (this.#paused.has(exchange)) this.onPaused(exchange, false);
    if (this.#stream === exchange) this.#stream = undefined;
  }

  /** A legacy agent that leaves does not stop its call (2025-06-18, "Cancellation"): its answer is dropped when it comes. */
  onAbort(): void {}

  #request(request: JsonRpcRequest, body: Uint8Array, exchange: SessionExchange): void {
    const key = keyOf(request.id);
    if (this.#open.has(key)) {
      const message = 'the session has another request with this id under way';
      return exchange.fail({ kind: 'broken', message, reached: false, isOwn: true });
    }
    const timer = setTimeout(() => this.#expire(request.id), this.#callMs).unref();
    const progressToken = progressTokenOf(request);
    const isHandshake = request.method === 'initialize';
    this.#open.set(key, { exchange, timer, progressToken, isHandshake });
    if (progressToken !== undefined && !isHandshake) exchange.startStream();
    this.#send(body, exchange, () => {}, key);
  }

  #send(body: Uint8Array, exchange: SessionExchange, onTaken: () => void, key?: string): void {
    const refused = (failure: UpstreamFailure): void => {
      // an answer may have come on the stream before the post was refused
      if (key === undefined || this.#take(key)?.exchange === exchange) exchange.fail(failure);
    };
    const { kind, message } = this.#end ?? GONE;
    if (!this.#connection.send(body, refused, onTaken)) refused({ kind, message, reached: false });
  }

  /** Never throws: a message that cannot be handled must not end the gateway. */
  #receiveSafely(text: string): void {
    try {
      this.#receive(text);
    } catch (error) {
      this.#log.warn(
        { reason: messageOf(error) },
        'a message of the server could not be handled; it was dropped',
      );
    }
  }

  #receive(text: string): void {
    const message = readServerMessage(text);
    if (message === undefined) {
      const start = printable(text.slice(0, 200));
      this.#log.warn({ start }, 'server sent something that is no JSON-RPC message; it was dropped');
    } else if (message.kind === 'response' && message.id === this.#ping?.id) {
      clearTimeout(this.#ping.timer);
      this.#ping = undefined;
    } else if (message.kind === 'response') {
      const open = this.#take(keyOf(message.id));
      if (open === undefined) this.#log.debug('server answered a request that nobody waits for');
      else if (message.result === undefined && message.error === undefined) open.exchange.fail(UNREADABLE);
      else open.exchange.answer(text, this.id);
    } else {
      if (message.method === 'notifications/tools/list_changed') this.#listener.onToolsChanged();
      this.#deliver(message, text);
    }
  }

  /** Progress goes to its request. All else goes to the session's stream, else to the newest request, else waits. */
  #deliver(message: ServerMessage, text: string): void {
    const token = message.kind === 'notification' ? message.params?.['progressToken'] : undefined;
    const requests = [...this.#open.values()].filter((open) => !open.isHandshake && !open.exchange.isOver);
    const asked =
      token === undefined ? undefined : requests.find(({ progressToken }) => progressToken === token);
    const way = asked?.exchange ?? this.#stream ?? requests.at(-1)?.exchange;
    if (way !== undefined) return way.deliver(text);
    if (this.#held.length >= MAX_HELD_MESSAGES || this.#heldCharacters + text.length > MAX_HELD_CHARACTERS) {
      this.#log.debug('server sent more than is kept for an agent that does not listen; it was dropped');
      return;
    }
    this.#held.push(text);
    this.#heldCharacters += text.length;
  }

  #expire(id: RequestId): void {
    const reason = 'The time limit of the request has passed.';
    const message = `the server did not answer within ${this.#callMs / 1000} s`;
    const params = { requestId: id, reason };
    this.#connection.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
    this.#take(keyOf(id))?.exchange.fail({ kind: 'timeout', message, reached: true });
    this.#pingOrEnd();
  }

  /** A stream can be dead without a sign: then neither the call nor a ping is answered, and the session is given up. */
  #pingOrEnd(): void {
    if (this.#ping !== undefined || this.#end !== undefined) return;
    const id = `ping-${randomUUID()}`;
    this.#ping = { id, timer: setTimeout(() => void this.close(), this.#pingMs).unref() };
    this.#connection.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }));
  }

  #forget(id: Json | undefined): void {
    if (!isRequestId(id)) return;
    const message = 'the client cancelled the request';
    this.#take(keyOf(id))?.exchange.fail({ kind: 'broken', message, reached: true, isOwn: true });
  }

  #onEnd(failure: UpstreamFailure): void {
    this.#end = failure;
    clearTimeout(this.#ping?.timer);
    // what waited for the start was refused before: these were posted
    const kind = failure.kind === 'unreachable' ? 'broken' : failure.kind;
    for (const key of this.#open.keys()) this.#take(key)?.exchange.fail({ ...failure, kind, reached: true });
    this.#stream?.endStream();
    this.#listener.onEnd();
  }

  #take(key: string): OpenRequest | undefined {
    const open = this.#open.get(key);
    this.#open.delete(key);
    clearTimeout(open?.timer);
    return open;
  }
}

const GONE = { kind: 'broken', message: 'the session has ended' } as const;
const UNREADABLE: UpstreamFailure = {
  kind: 'broken',
  message: 'the answer of the server cannot be read',
  reached: true,
};

function keyOf(id: RequestId): string {
  return `${typeof id} ${id}`;
}
