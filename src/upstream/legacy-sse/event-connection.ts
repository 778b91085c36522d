import type { SseEvent } from '#mcp';
import type { Link } from '../conversation/index.ts';
import type { ConnectionPool } from '../http/connection-pool.ts';
import { startHttpExchange } from '../http/http-exchange.ts';
import type { AnswerHead, AnswerSink, Exchange, UpstreamFailure } from '../upstream.ts';
import { messagePathOf } from './message-address.ts';

export interface EventConnectionLimits {
  /** Milliseconds until the server has named the address of its messages. */
  readonly startMs: number;
  /** Milliseconds until it has taken a message that was posted. */
  readonly firstByteMs: number;
  /** Longest event. */
  readonly answerBytes: number;
}

/** A server that speaks HTTP with SSE, and how it is reached. */
export interface EventServer {
  readonly pool: ConnectionPool;
  readonly url: URL;
  /** The server's own credential, as header lines. */
  readonly credential: string;
  readonly limits: EventConnectionLimits;
}

export interface EventConnectionListener {
  onMessage(text: string): void;
  /** Called once. `failure` says how it ended, as one who waits for its start must hear it. */
  onEnd(failure: UpstreamFailure): void;
}

interface Waiting {
  readonly go: (path: string) => void;
  readonly refuse: (failure: UpstreamFailure) => void;
}

const POST_ANSWER_BYTES = 65_536;
const STOPPED: UpstreamFailure = {
  kind: 'unreachable',
  message: 'the connection to the server was closed',
  reached: false,
};

/**
 * One stream of a server of 2024-11-05 and the messages posted beside it. The stream begins with the address of the
 * messages, which counts for the whole stream. What a server does against that (another origin, a second address, a
 * message before the address) ends the connection.
 */
export class EventConnection implements Link {
  readonly gone: Promise<void>;
  readonly about = { transport: 'sse' };
  readonly #server: EventServer;
  readonly #listener: EventConnectionListener;
  readonly #deadline: NodeJS.Timeout;
  #stream: Exchange | undefined;
  /** Messages that wait for the address. */
  #waiting: Waiting[] = [];
  #path: string | undefined;
  #hasEnded = false;
  #resolveGone: () => void = () => {};

  constructor(server: EventServer, listener: EventConnectionListener) {
    this.#server = server;
    this.#listener = listener;
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    const { startMs } = server.limits;
    this.#deadline = setTimeout(() => {
      this.#end({
        kind: 'timeout',
        message: `the server did not start within ${startMs} ms`,
        reached: false,
      });
    }, startMs);
    // nothing is told before the caller holds the connection
    queueMicrotask(() => this.#begin());
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Posts one message, as soon as the address is known. False when the connection has ended. Then exactly one of
   * `onTaken` and `onRefused` follows.
   */
  send(
    message: string | Uint8Array,
    onRefused: (failure: UpstreamFailure) => void = () => {},
    onTaken: () => void = () => {},
  ): boolean {
    if (this.#hasEnded) return false;
    const go = (path: string): void => this.#post(path, message, onRefused, onTaken);
    if (this.#path === undefined) this.#waiting.push({ go, refuse: onRefused });
    else go(this.#path);
    return true;
  }

  /** Reads no further events until `resume`: the server's own socket fills up. */
  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    if (!this.#hasEnded) this.#stream?.resume();
  }

  stop(): Promise<void> {
    this.#end(STOPPED);
    return this.gone;
  }

  #begin(): void {
    if (this.#hasEnded) return;
    const { pool, url, limits } = this.#server;
    this.#stream = startHttpExchange(
      pool,
      {
        head: this.#head('GET', url.pathname + url.search, 'accept: text/event-stream\r\n'),
        body: undefined,
      },
      { firstByteMs: limits.firstByteMs, totalMs: undefined, answerBytes: limits.answerBytes },
      this.#streamSink(),
    );
  }

  #head(verb: string, path: string, more: string): string {
    const { url, credential } = this.#server;
    return `${verb} ${path} HTTP/1.1\r\nhost: ${url.host}\r\n${credential}accept-encoding: identity\r\n${more}`;
  }

  #streamSink(): AnswerSink {
    return {
      onAnswer: (head) => this.#end(noStream(head)),
      onStream: () => {},
      onEvent: (event) => this.#take(event),
      onEnd: () => this.#end(lost('the server ended its event stream', this.#path !== undefined)),
      onFailure: (failure) =>
        this.#end(
          this.#path === undefined ? { ...failure, reached: false } : { ...failure, kind: lateKind(failure) },
        ),
    };
  }

  #take(event: SseEvent): void {
    if (this.#hasEnded || !event.hasData) return;
    if (event.event === 'endpoint') this.#takeAddress(event.data);
    else if (event.event !== undefined && event.event !== 'message') return;
    else if (this.#path === undefined)
      this.#end(lost('the server sent a message before the address of its messages', false));
    else this.#listener.onMessage(event.data);
  }

  #takeAddress(named: string): void {
    const path = messagePathOf(named, this.#server.url);
    if (path === undefined) {
      this.#end(lost('the server names an address for messages that is not its own', false));
    } else if (this.#path === undefined) {
      clearTimeout(this.#deadline);
      this.#path = path;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { go } of waiting) go(path);
    } else if (path !== this.#path) {
      this.#end(lost('the server named a second address for messages', true));
    }
  }

  #post(
    path: string,
    message: string | Uint8Array,
    onRefused: (failure: UpstreamFailure) => void,
    onTaken: () => void,
  ): void {
    const { pool, limits } = this.#server;
    const taken = (head: AnswerHead): void => {
      if (head.status < 300) return onTaken();
      onRefused(notTaken(head));
      // the server does not know this stream any more
      if (head.status === 404) this.#end(lost('the server has forgotten the session', true));
    };
    const exchange = startHttpExchange(
      pool,
      {
        head: this.#head('POST', path, 'content-type: application/json\r\naccept: application/json\r\n'),
        body: typeof message === 'string' ? Buffer.from(message) : message,
      },
      { firstByteMs: limits.firstByteMs, totalMs: limits.firstByteMs, answerBytes: POST_ANSWER_BYTES },
      {
        onAnswer: taken,
        // its events are of no use here: answers come on the stream
        onStream: (head) => {
          taken(head);
          queueMicrotask(() => exchange.abort());
        },
        onEvent: () => {},
        onEnd: () => {},
        onFailure: onRefused,
      },
    );
  }

  #end(failure: UpstreamFailure): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#deadline);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { refuse } of waiting) refuse({ ...failure, reached: false });
    this.#listener.onEnd(failure);
    this.#resolveGone();
    this.#stream?.abort();
  }
}

function lost(message: string, reached: boolean): UpstreamFailure {
  return { kind: 'broken', message, reached };
}

/** Once the server has answered, a connection that fails is one that broke. */
function lateKind({ kind }: UpstreamFailure): UpstreamFailure['kind'] {
  return kind === 'unreachable' ? 'broken' : kind;
}

function noStream({ status }: AnswerHead): UpstreamFailure {
  if (status === 401 || status === 403) return refusedCredential(status);
  const message = `the server answered HTTP ${status} where an event stream was expected`;
  return { kind: 'unreachable', message, reached: false, status };
}

function notTaken({ status }: AnswerHead): UpstreamFailure {
  if (status === 401 || status === 403) return refusedCredential(status);
  return {
    kind: 'broken',
    message: `the server did not take the message (HTTP ${status})`,
    reached: true,
    status,
  };
}

function refusedCredential(status: number): UpstreamFailure {
  const message = 'the server refused the credential that the gateway holds for it';
  return { kind: 'refused_credentials', message, reached: true, status };
}
