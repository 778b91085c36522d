import type { JsonObject } from '#mcp';
import type { AnswerHead, AnswerSink, Exchange, UpstreamFailure } from '../upstream.ts';

const STREAM: AnswerHead = { status: 200, contentType: 'text/event-stream' };

/**
 * The way of one exchange's answer to its client. A slow client never holds up the server that others share: while it
 * is paused, only the latest event of each kind is kept for it. After the end, a failure or an abort nothing goes out.
 */
export class Outlet implements Exchange {
  readonly #sink: AnswerSink;
  readonly #kept = new Map<string, string>();
  #isPaused = false;
  #isOver = false;
  #onAbort: () => void = () => {};

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kept.clear();
    this.#onAbort();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#flush();
  }

  whenAborted(listener: () => void): void {
    this.#onAbort = listener;
  }

  /** The whole answer: a JSON-RPC message. */
  answer(message: JsonObject, head: Partial<AnswerHead> = {}): void {
    this.answerText(JSON.stringify(message), head);
  }

  /** The whole answer, as the text of a JSON-RPC message. */
  answerText(text: string, head: Partial<AnswerHead> = {}): void {
    if (!this.#finish()) return;
    this.#sink.onAnswer({ status: 200, contentType: 'application/json', ...head }, Buffer.from(text));
  }

  /** The whole answer, without a body. */
  answerEmpty(status: number): void {
    if (this.#finish()) this.#sink.onAnswer({ status }, new Uint8Array());
  }

  startStream(): void {
    if (!this.#isOver) this.#sink.onStream(STREAM);
  }

  /** One event of the stream; `kind` names events of which only the latest matters. */
  event(message: JsonObject, kind: string): void {
    if (this.#isOver) return;
    const text = JSON.stringify(message);
    if (this.#isPaused) this.#kept.set(kind, text);
    else this.#sink.onEvent({ data: text, hasData: true });
  }

  /** Ends the stream, with a last event when there is one. */
  endStream(last?: string): void {
    if (this.#isOver) return;
    this.#flush();
    if (last !== undefined) this.#sink.onEvent({ data: last, hasData: true });
    this.#finish();
    this.#sink.onEnd();
  }

  fail(failure: UpstreamFailure): void {
    if (this.#finish()) this.#sink.onFailure(failure);
  }

  /** Whether this call was the one that ended the exchange. */
  #finish(): boolean {
    const wasOpen = !this.#isOver;
    this.#isOver = true;
    return wasOpen;
  }

  #flush(): void {
    if (this.#isOver) return;
    for (const data of this.#kept.values()) this.#sink.onEvent({ data, hasData: true });
    this.#kept.clear();
  }
}
