import type { AnswerHead, AnswerSink, Exchange, UpstreamFailure } from '../upstream.ts';

const STREAM: AnswerHead = { status: 200, contentType: 'text/event-stream' };

export interface SessionExchangeOwner {
  /** The agent reads too slowly, or again. */
  onPaused(exchange: SessionExchange, isPaused: boolean): void;
  onOver(exchange: SessionExchange): void;
  /** The agent left. */
  onAbort(exchange: SessionExchange): void;
}

/**
 * One exchange of an agent inside its session: answered in one piece, unless something must be told before the answer;
 * then it becomes a stream. After the end, a failure or an abort nothing goes out.
 */
export class SessionExchange implements Exchange {
  readonly #sink: AnswerSink;
  readonly #owner: SessionExchangeOwner;
  #isStream = false;
  #isOver = false;

  constructor(sink: AnswerSink, owner: SessionExchangeOwner) {
    this.#sink = sink;
    this.#owner = owner;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  abort(): void {
    if (this.#finish()) this.#owner.onAbort(this);
  }

  pause(): void {
    if (!this.#isOver) this.#owner.onPaused(this, true);
  }

  resume(): void {
    if (!this.#isOver) this.#owner.onPaused(this, false);
  }

  startStream(): void {
    if (this.#isOver || this.#isStream) return;
    this.#isStream = true;
    this.#sink.onStream(STREAM);
  }

  /** One message before the answer, in the server's own characters. */
  deliver(text: string): void {
    this.startStream();
    if (!this.#isOver) this.#sink.onEvent({ data: text, hasData: true });
  }

  /** The answer, in the server's own characters. */
  answer(text: string, session?: string): void {
    if (!this.#finish()) return;
    if (this.#isStream) {
      this.#sink.onEvent({ data: text, hasData: true });
      this.#sink.onEnd();
    } else {
      const head = { status: 200, contentType: 'application/json' };
      this.#sink.onAnswer(session === undefined ? head : { ...head, session }, Buffer.from(text));
    }
  }

  answerEmpty(status: number): void {
    if (this.#finish()) this.#sink.onAnswer({ status }, new Uint8Array());
  }

  endStream(): void {
    if (this.#finish()) this.#sink.onEnd();
  }

  fail(failure: UpstreamFailure): void {
    if (this.#finish()) this.#sink.onFailure(failure);
  }

  /** Whether this call was the one that ended the exchange. */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#owner.onOver(this);
    return true;
  }
}
