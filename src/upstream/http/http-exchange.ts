import { SseReader, type SseEvent } from '#mcp';
import type { AnswerHead, AnswerSink, Exchange, UpstreamFailure } from '../upstream.ts';
import type { Connection, RequestListener } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { ResponseHead } from './response-reader.ts';

export interface HttpExchangeLimits {
  /** Until the server begins to answer. */
  readonly firstByteMs: number;
  /** Whole exchange; undefined for streams that stay open on purpose. */
  readonly totalMs: number | undefined;
  readonly answerBytes: number;
}

export interface HttpRequest {
  /** Request line and headers, without the length of the body. */
  readonly head: string;
  readonly body: Uint8Array | undefined;
  /** Sees every event before the sink does. */
  readonly onEvent?: ((event: SseEvent) => void) | undefined;
}

const STREAM_FAULTS: Record<'event_too_large' | 'not_utf8', UpstreamFailure> = {
  event_too_large: { kind: 'too_large', message: 'an event of the answer is too large', reached: true },
  not_utf8: { kind: 'broken', message: 'the answer is not UTF-8', reached: true },
};

/** A sink of this room. */
export interface HttpAnswerSink extends AnswerSink {
  /** `WWW-Authenticate` of a 401 or 403, before the answer; it is in no head, so that it never leaves this room. */
  onChallenge?(challenge: string): void;
}

/**
 * Carries one request to a server over a pooled connection and reports the answer to the sink. Nothing is followed or
 * repeated: a redirect would carry the credential elsewhere, and a repeated call could run twice.
 */
export function startHttpExchange(
  pool: ConnectionPool,
  request: HttpRequest,
  limits: HttpExchangeLimits,
  sink: HttpAnswerSink,
): Exchange {
  const { head, body, onEvent } = request;
  const exchange = new HttpExchange(limits, sink, onEvent);
  const length = body === undefined ? '' : `content-length: ${body.length}\r\n`;
  exchange.start(pool.send({ head: `${head}${length}\r\n`, body }, exchange));
  return exchange;
}

class HttpExchange implements RequestListener, Exchange {
  readonly #limits: HttpExchangeLimits;
  readonly #sink: HttpAnswerSink;
  readonly #onEvent: ((event: SseEvent) => void) | undefined;
  readonly #startedAt = performance.now();
  #connection: Connection | undefined;
  #isSent = false;
  #head: AnswerHead | undefined;
  #reader: SseReader | undefined;
  /** Of a whole answer: one buffer when the server says how long it is, else pieces. */
  #body: Buffer | undefined;
  #pieces: Buffer[] = [];
  #size = 0;
  #done = false;

  constructor(limits: HttpExchangeLimits, sink: HttpAnswerSink, onEvent?: (event: SseEvent) => void) {
    this.#limits = limits;
    this.#sink = sink;
    this.#onEvent = onEvent;
  }

  start(connection: Connection): void {
    this.#connection = connection;
    const { totalMs, firstByteMs } = this.#limits;
    if (this.#done) connection.abort();
    else connection.alarm.set(Math.min(firstByteMs, totalMs ?? firstByteMs));
  }

  abort(): void {
    if (this.#done) return;
    this.#finish();
    this.#connection?.abort();
  }

  pause(): void {
    if (!this.#done) this.#connection?.pause();
  }

  resume(): void {
    if (!this.#done) this.#connection?.resume();
  }

  onSent(): void {
    this.#isSent = true;
  }

  onHead(received: ResponseHead): void {
    const { head, challenge, encoding, isStream, length } = readHead(received);
    const { status } = head;
    this.#head = head;
    this.#awaitEnd();
    if (challenge !== undefined) this.#sink.onChallenge?.(challenge);
    if (status >= 300 && status < 400) {
      const message = `the server answered with a redirect (${status}), which is never followed`;
      this.#fail({ kind: 'redirect', message, reached: true, status });
    } else if (encoding !== undefined && encoding !== 'identity') {
      const message = 'the server answered with a compressed body that was not asked for';
      this.#fail({ kind: 'broken', message, reached: true, status });
    } else if (status < 300 && isStream) {
      this.#reader = new SseReader({ maxEventBytes: this.#limits.answerBytes });
      this.#sink.onStream(head);
    } else if (length > this.#limits.answerBytes) this.#refuseSize();
    else if (length > 0) this.#body = Buffer.allocUnsafe(length);
  }

  onBody(piece: Buffer): void {
    if (this.#done) return;
    if (this.#reader) return this.#readEvents(this.#reader, piece);
    this.#size += piece.length;
    if (this.#size > this.#limits.answerBytes) this.#refuseSize();
    else if (this.#body) piece.copy(this.#body, this.#size - piece.length);
    else this.#pieces.push(Buffer.from(piece));
  }

  onComplete(): void {
    if (this.#done || !this.#head) return;
    this.#finish();
    if (this.#reader) this.#sink.onEnd();
    else this.#sink.onAnswer(this.#head, this.#body ?? Buffer.concat(this.#pieces));
  }

  onError(error: Error): void {
    this.#fail(failureOf(error, this.#isSent));
  }

  onAlarm(): void {
    const { totalMs = Number.POSITIVE_INFINITY, firstByteMs } = this.#limits;
    const hasBegun = this.#head !== undefined || totalMs <= firstByteMs;
    this.#timeOut(hasBegun ? `no answer within ${totalMs} ms` : 'the server did not begin to answer in time');
  }

  /** The answer has begun: from now on the time for the whole of it counts. */
  #awaitEnd(): void {
    const { totalMs, firstByteMs } = this.#limits;
    if (totalMs === undefined) this.#connection?.alarm.clear();
    else if (totalMs > firstByteMs)
      this.#connection?.alarm.set(this.#startedAt + totalMs - performance.now());
  }

  #readEvents(reader: SseReader, piece: Buffer): void {
    const read = reader.push(piece);
    for (const event of read.events) {
      this.#onEvent?.(event);
      this.#sink.onEvent(event);
      if (this.#done) return;
    }
    if (!read.ok) this.#fail(STREAM_FAULTS[read.reason]);
  }

  #refuseSize(): void {
    const message = `the answer is larger than ${this.#limits.answerBytes} bytes`;
    this.#fail({ kind: 'too_large', message, reached: true });
  }

  #timeOut(message: string): void {
    this.#fail({ kind: 'timeout', message, reached: this.#isSent });
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#done) return;
    this.#finish();
    this.#connection?.abort();
    this.#sink.onFailure(failure);
  }

  #finish(): void {
    this.#done = true;
    this.#connection?.alarm.clear();
  }
}

/** What an exchange needs of the head of a response. */
interface ReadHead {
  readonly head: AnswerHead;
  /** Of a 401 or 403. */
  readonly challenge: string | undefined;
  readonly encoding: string | undefined;
  readonly isStream: boolean;
  readonly length: number;
}

/** A head that comes again on a connection is the same object. */
const readHeads = new WeakMap<ResponseHead, ReadHead>();

function readHead(received: ResponseHead): ReadHead {
  const known = readHeads.get(received);
  if (known !== undefined) return known;
  const { status, headers } = received;
  const head = answerHeadOf(status, headers);
  const challenge = status === 401 || status === 403 ? headers.get('www-authenticate') : undefined;
  const read = {
    head,
    challenge: challenge === undefined ? undefined : challengeOf(challenge),
    encoding: headers.get('content-encoding'),
    isStream: isEventStream(head.contentType),
    length: Number(headers.get('content-length') ?? 0),
  };
  readHeads.set(received, read);
  return read;
}

function answerHeadOf(status: number, headers: ReadonlyMap<string, string>): AnswerHead {
  const contentType = headers.get('content-type');
  const session = headers.get('mcp-session-id');
  const retryAfter = headers.get('retry-after');
  return {
    status,
    ...(contentType === undefined ? {} : { contentType }),
    ...(session === undefined ? {} : { session }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Of several challenges the one that says where a token comes from. */
function challengeOf(value: string): string {
  return /(?<![\w-])bearer\s.*/i.exec(value)?.[0] ?? value;
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType.toLowerCase().startsWith('text/event-stream');
}

/** The messages name no address: they reach agents. */
function failureOf(error: Error, sent: boolean): UpstreamFailure {
  const code = (error as { code?: string }).code ?? '';
  if (!sent) {
    const reason =
      code === 'CONNECT_TIMEOUT' ? 'connecting took too long' : `cannot connect${code ? ` (${code})` : ''}`;
    return { kind: 'unreachable', message: reason, reached: false };
  }
  const message =
    code === 'MALFORMED'
      ? `the answer is not usable HTTP: ${error.message}`
      : 'the connection to the server broke before the answer was complete';
  return { kind: 'broken', message, reached: true };
}
