import type { Dispatcher } from 'undici';
import { SseReader } from '#mcp';
import type { AnswerHead, AnswerSink, Exchange, UpstreamFailure } from '../upstream.ts';

export interface HttpExchangeLimits {
  /** Whole exchange; undefined for streams that stay open on purpose. */
  readonly totalMs: number | undefined;
  readonly answerBytes: number;
}

export interface HttpRequest {
  readonly path: string;
  readonly verb: 'POST' | 'GET' | 'DELETE';
  /** Flat name, value, name, value … */
  readonly headers: string[];
  readonly body: Uint8Array | undefined;
}

const STREAM_FAULTS: Record<'event_too_large' | 'not_utf8', UpstreamFailure> = {
  event_too_large: { kind: 'too_large', message: 'an event of the answer is too large', reached: true },
  not_utf8: { kind: 'broken', message: 'the answer is not UTF-8', reached: true },
};

type HeaderBag = Record<string, string | string[] | undefined>;

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
  pool: Dispatcher,
  request: HttpRequest,
  limits: HttpExchangeLimits,
  sink: HttpAnswerSink,
): Exchange {
  const exchange = new HttpExchange(limits, sink);
  pool.dispatch(
    {
      path: request.path,
      method: request.verb,
      headers: request.headers,
      body: request.body ?? null,
    },
    exchange,
  );
  return exchange;
}

class HttpExchange implements Dispatcher.DispatchHandler, Exchange {
  readonly #limits: HttpExchangeLimits;
  readonly #sink: HttpAnswerSink;
  readonly #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #head: AnswerHead | undefined;
  #reader: SseReader | undefined;
  #chunks: Buffer[] = [];
  #size = 0;
  #done = false;
  #aborted = false;
  #paused = false;

  constructor(limits: HttpExchangeLimits, sink: HttpAnswerSink) {
    this.#limits = limits;
    this.#sink = sink;
    this.#timer =
      limits.totalMs === undefined
        ? undefined
        : setTimeout(
            () =>
              this.#fail({
                kind: 'timeout',
                message: `no answer within ${limits.totalMs} ms`,
                reached: this.#controller !== undefined,
              }),
            limits.totalMs,
          );
  }

  abort(): void {
    this.#aborted = true;
    this.#finish();
    this.#controller?.abort(new Error('aborted by the client'));
  }

  pause(): void {
    this.#paused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted || this.#done) controller.abort(new Error('ended before it was sent'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HeaderBag): void {
    if (this.#done || status < 200) return;
    const contentType = textOf(headers['content-type']);
    const session = textOf(headers['mcp-session-id']);
    const retryAfter = textOf(headers['retry-after']);
    this.#head = {
      status,
      ...(contentType === undefined ? {} : { contentType }),
      ...(session === undefined ? {} : { session }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
    if (status === 401 || status === 403) {
      const challenge = challengeOf(headers['www-authenticate']);
      if (challenge !== undefined) this.#sink.onChallenge?.(challenge);
    }
    if (status >= 300 && status < 400) {
      this.#fail({
        kind: 'redirect',
        message: `the server answered with a redirect (${status}), which is never followed`,
        reached: true,
        status,
      });
    } else if (
      headers['content-encoding'] !== undefined &&
      textOf(headers['content-encoding']) !== 'identity'
    ) {
      this.#fail({
        kind: 'broken',
        message: 'the server answered with a compressed body that was not asked for',
        reached: true,
        status,
      });
    } else if (status < 300 && isEventStream(contentType)) {
      this.#reader = new SseReader({ maxEventBytes: this.#limits.answerBytes });
      this.#sink.onStream(this.#head);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    if (this.#reader) {
      const read = this.#reader.push(chunk);
      for (const event of read.events) {
        this.#sink.onEvent(event);
        if (this.#done) return;
      }
      if (!read.ok) this.#fail(STREAM_FAULTS[read.reason]);
      if (this.#paused) controller.pause();
      return;
    }
    this.#size += chunk.length;
    if (this.#size > this.#limits.answerBytes) {
      this.#fail({
        kind: 'too_large',
        message: `the answer is larger than ${this.#limits.answerBytes} bytes`,
        reached: true,
      });
    } else {
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    if (this.#done || !this.#head) return;
    this.#finish();
    if (this.#reader) {
      this.#sink.onEnd();
    } else {
      const [only] = this.#chunks;
      const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
      this.#sink.onAnswer(this.#head, body);
    }
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#done) return;
    this.#fail(failureOf(error, this.#controller !== undefined));
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#done) return;
    this.#finish();
    this.#sink.onFailure(failure);
    this.#controller?.abort(new Error(failure.message));
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Of several challenges the one that says where a token comes from. */
function challengeOf(value: string | string[] | undefined): string | undefined {
  if (!Array.isArray(value)) return value;
  return value.find((line) => /^bearer\s/i.test(line)) ?? value[0];
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType.toLowerCase().startsWith('text/event-stream');
}

/** The messages name no address: they reach agents. */
function failureOf(error: Error, sent: boolean): UpstreamFailure {
  const code = (error as { code?: string }).code ?? '';
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { kind: 'timeout', message: 'the server did not begin to answer in time', reached: true };
  }
  if (!sent) {
    const reason =
      code === 'UND_ERR_CONNECT_TIMEOUT'
        ? 'connecting took too long'
        : `cannot connect${code ? ` (${code})` : ''}`;
    return { kind: 'unreachable', message: reason, reached: false };
  }
  return {
    kind: 'broken',
    message: 'the connection to the server broke before the answer was complete',
    reached: true,
  };
}
