import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../caller.ts';
import type { Problem } from '../problem.ts';

const MOST_STREAMS = 20;
const RECHECK_MS = 5_000;
const HEARTBEAT_MS = 15_000;
const RETRY_AFTER_SECONDS = 30;

/** A stream that somebody asked for. */
export interface StreamRequest {
  readonly caller: Caller & { readonly organisation: string };
  readonly request: Request;
  readonly mediaType: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent when nothing else was for a while, so that nobody on the way takes the connection for dead. */
  readonly heartbeat?: string;
  /** The texts to send, until they end or the signal aborts. */
  readonly source: (signal: AbortSignal) => AsyncIterable<string>;
  /** Has no end of its own, and must not keep a gateway open that wants to stop. */
  readonly isEndless?: true;
  /** Whether the caller may still have it; asked again and again. */
  readonly mayGoOn: () => Promise<boolean>;
}

export interface StreamTimes {
  readonly recheckMs?: number;
  readonly heartbeatMs?: number;
}

/**
 * Long answers: at most twenty at a time for each organisation, as fast as the reader takes them, and over once the reader has gone
 * or may not read on.
 */
export class GuardedStreams {
  readonly #open = new Map<string, number>();
  readonly #endless = new Set<AbortController>();
  readonly #times: Required<StreamTimes>;
  readonly #closing: AbortSignal | undefined;

  /** `closing` aborts when the gateway wants to stop. */
  constructor(
    { recheckMs = RECHECK_MS, heartbeatMs = HEARTBEAT_MS }: StreamTimes = {},
    closing?: AbortSignal,
  ) {
    this.#times = { recheckMs, heartbeatMs };
    this.#closing = closing;
    closing?.addEventListener('abort', () => this.#endless.forEach((end) => end.abort()), { once: true });
  }

  start(asked: StreamRequest): { readonly response: Response } | { readonly problem: Problem } {
    const { organisation } = asked.caller;
    const open = this.#open.get(organisation) ?? 0;
    if (open >= MOST_STREAMS) return { problem: TOO_MANY };
    this.#open.set(organisation, open + 1);
    const end = new AbortController();
    end.signal.addEventListener('abort', () => this.#release(organisation), { once: true });
    const leave = (): void => end.abort();
    if (asked.request.signal.aborted) leave();
    asked.request.signal.addEventListener('abort', leave, { once: true });
    if (asked.isEndless) this.#letGoInTime(end);
    void this.#watch(asked, end);
    const headers = { 'content-type': asked.mediaType, 'x-accel-buffering': 'no', ...asked.headers };
    return { response: new Response(this.#body(asked, end), { headers }) };
  }

  #letGoInTime(end: AbortController): void {
    if (this.#closing?.aborted) return end.abort();
    this.#endless.add(end);
    end.signal.addEventListener('abort', () => this.#endless.delete(end), { once: true });
  }

  #release(organisation: string): void {
    const left = (this.#open.get(organisation) ?? 1) - 1;
    if (left > 0) this.#open.set(organisation, left);
    else this.#open.delete(organisation);
  }

  /** Ends the stream when the caller's rights do; not being able to tell ends it too. */
  async #watch({ mayGoOn }: StreamRequest, end: AbortController): Promise<void> {
    try {
      for (;;) {
        await sleep(this.#times.recheckMs, undefined, { signal: end.signal, ref: false });
        if (!(await mayGoOn())) return end.abort();
      }
    } catch {
      end.abort();
    }
  }

  #body({ source, heartbeat }: StreamRequest, end: AbortController): ReadableStream<Uint8Array> {
    const texts = source(end.signal)[Symbol.asyncIterator]();
    const encoder = new TextEncoder();
    let next: Promise<IteratorResult<string>> | undefined;
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          next ??= texts.next();
          const found = await this.#nextOrBeat(next, heartbeat, end.signal);
          if (found === 'beat') return controller.enqueue(encoder.encode(heartbeat));
          next = undefined;
          if (found.done !== true) return controller.enqueue(encoder.encode(found.value));
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        end.abort();
      },
      cancel: async () => {
        end.abort();
        await texts.return?.();
      },
    });
  }

  async #nextOrBeat(
    next: Promise<IteratorResult<string>>,
    heartbeat: string | undefined,
    signal: AbortSignal,
  ): Promise<IteratorResult<string> | 'beat'> {
    if (heartbeat === undefined) return next;
    const isOver = new AbortController();
    const either = AbortSignal.any([signal, isOver.signal]);
    const beat = sleep(this.#times.heartbeatMs, 'beat' as const, { signal: either, ref: false });
    try {
      // an ended stream has no more beats: what the source says then is its end
      return await Promise.race([next, beat.catch(() => next)]);
    } finally {
      isOver.abort();
    }
  }
}

const TOO_MANY: Problem = {
  status: 429,
  code: 'logs.too_many_streams',
  detail: `Your organisation has ${MOST_STREAMS} streams of the log open already.`,
  hint: 'Close one, or wait until one has ended.',
  retryAfter: RETRY_AFTER_SECONDS,
};
