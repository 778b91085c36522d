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
}

const STREAM_FAULTS: Record<'event_too_large' | 'not_utf8', UpstreamFailure> = {
  event_too_large: { kind: 'too_large', message: 'an event of the answer is too large', reached: true },
  not_utf8: { kind: 'broken', message: 'the answer is not UTF-8', reached: true },
};

/**
 * Carries one request to a server over a pooled connection and reports the answer to the sink. Nothing is followed or
 * repeated: a redirect would carry the credential elsewhere, and a repeated call could run twice. `onEvent` sees every
 * event before the sink does.
 */
export function startHttpExchange(
  pool: ConnectionPool,
  request: HttpRequest,
  limits: HttpExchangeLimits,
  sink: AnswerSink,
  onEvent?: (event: SseEvent) => void,
): Exchange {
  const exchange = new HttpExchange(limits, sink, onEvent);
  const { head, body } = request;
  const length = body === undefined ? '' : `content-length: ${body.length}\r\n`;
  exchange.start(pool.send({ head: `${head}${length}\r\n`, body }, exchange));
  return exchange;
}

class HttpExchange implements RequestListener, Exchange {
  readonly #limits: HttpExchangeLimits;
  readonly #sink: AnswerSink;
  readonly #onEvent: ((event: SseEvent) => void) | undefined;
  readonly #total: NodeJS.Timeout | undefined;
  readonly #firstByte: NodeJS.Timeout | undefined;
  #connection: Connection | undefined;
  #isSent = false;
  #head: AnswerHead | undefined;
  #reader: SseReader | undefined;
  /** Of a whole answer: one buffer when the server says how long it is, else pieces. */
  #body: Buffer | undefined;
  #pieces: Buffer[] = [];
  #size = 0;
  #done = false;

  constructor(limits: HttpExchangeLimits, sink: AnswerSink, onEvent?: (event: SseEvent) => void) {
    this.#limits = limits;
    this.#sink = sink;
    this.#onEvent = onEvent;
    const { totalMs, firstByteMs } = limits;
    if (totalMs !== undefined)
      this.#total = setTimeout(() => this.#timeOut(`no answer within ${totalMs} ms`), totalMs);
    if (totalMs === undefined || firstByteMs < totalMs)
      this.#firstByte = setTimeout(
        () => this.#timeOut('the server did not begin to answer in time'),
        firstByteMs,
      );
  }

  start(connection: Connection): void {
    this.#connection = connection;
    if (this.#done) connection.abort();
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

  onHead({ status, headers }: ResponseHead): void {
    clearTimeout(this.#firstByte);
    const head = answerHeadOf(status, headers);
    this.#head = head;
    const encoding = headers.get('content-encoding');
    if (status >= 300 && status < 400) {
      const message = `the server answered with a redirect (${status}), which is never followed`;
      this.#fail({ kind: 'redirect', message, reached: true, status });
    } else if (encoding !== undefined && encoding !== 'identity') {
      const message = 'the server answered with a compressed body that was not asked for';
      this.#fail({ kind: 'broken', message, reached: true, status });
    } else if (status < 300 && isEventStream(head.contentType)) {
      this.#reader = new SseReader({ maxEventBytes: this.#limits.answerBytes });
      this.#sink.onStream(head);
    } else {
      const length = Number(headers.get('content-length') ?? 0);
      if (length > this.#limits.answerBytes) this.#refuseSize();
      else if (length > 0) this.#body = Buffer.allocUnsafe(length);
    }
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
    clearTimeout(this.#total);
    clearTimeout(this.#firstByte);
  }
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
