import { messageOf } from '#platform';
import type { SseEvent } from '#mcp';
import {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Exchange,
  type UpstreamFailure,
} from '../upstream.ts';
import type { UpstreamCredential } from '../upstream-credential.ts';
import type { HttpAnswerSink } from './http-exchange.ts';

/** Sends the request with these credential headers. */
export type Send = (credential: readonly string[], sink: HttpAnswerSink) => Exchange;

/**
 * An exchange whose credential changes with time. It waits until there is one, and is sent a second time, once, when the
 * server refused the credential and the credential could do something about it: a refused request certainly did not run.
 */
export class AuthorizedExchange implements Exchange, HttpAnswerSink {
  readonly #credential: UpstreamCredential;
  readonly #send: Send;
  readonly #sink: AnswerSink;
  #running: Exchange | undefined;
  #shown: readonly string[] = [];
  #challenge: string | undefined;
  #isRepeated = false;
  #aborted = false;

  /** `headers` are what the credential gives at once, if anything. */
  constructor(
    credential: UpstreamCredential,
    headers: readonly string[] | undefined,
    send: Send,
    sink: AnswerSink,
  ) {
    this.#credential = credential;
    this.#send = send;
    this.#sink = sink;
    if (headers === undefined) void this.#sendWhenReady();
    else this.#start(headers);
  }

  abort(): void {
    this.#aborted = true;
    this.#running?.abort();
  }

  pause(): void {
    this.#running?.pause();
  }

  resume(): void {
    this.#running?.resume();
  }

  onChallenge(challenge: string): void {
    this.#challenge = challenge;
  }

  onAnswer(head: AnswerHead, body: Uint8Array): void {
    if (head.status !== 401 && head.status !== 403) return this.#sink.onAnswer(head, body);
    this.#refused(head, head.status, body).catch((error: unknown) =>
      this.#sink.onFailure({ kind: 'broken', message: messageOf(error), reached: true, status: head.status }),
    );
  }

  onStream(head: AnswerHead): void {
    this.#sink.onStream(head);
  }

  onEvent(event: SseEvent): void {
    this.#sink.onEvent(event);
  }

  onEnd(): void {
    this.#sink.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#sink.onFailure(failure);
  }

  #start(headers: readonly string[]): void {
    this.#shown = headers;
    this.#challenge = undefined;
    this.#running = this.#send(headers, this);
  }

  async #sendWhenReady(): Promise<void> {
    try {
      const headers = await this.#credential.ready();
      if (!this.#aborted) this.#start(headers);
    } catch (error) {
      if (!this.#aborted) this.#sink.onFailure(failureOf(error));
    }
  }

  async #refused(head: AnswerHead, status: 401 | 403, body: Uint8Array): Promise<void> {
    const outcome = await this.#credential.refused?.({
      status,
      challenge: this.#challenge,
      shown: this.#shown,
      isRepeated: this.#isRepeated,
    });
    if (this.#aborted) return;
    if (outcome === undefined || ('repeatWith' in outcome && this.#isRepeated)) {
      this.#sink.onAnswer(head, body);
    } else if ('failure' in outcome) {
      this.#sink.onFailure(outcome.failure);
    } else {
      this.#isRepeated = true;
      this.#start(outcome.repeatWith);
    }
  }
}

function failureOf(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamUnavailable) return error.failure;
  return { kind: 'unreachable', message: `no credential: ${messageOf(error)}`, reached: false };
}
