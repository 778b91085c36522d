import type { Clock, Log } from '#platform';
import type { ToolDefinition } from '#policy';
import type { SseEvent } from '#mcp';
import { CircuitBreaker, DEFAULT_BREAKER, type BreakerLimits } from './circuit-breaker.ts';
import {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Asked,
  type Exchange,
  type ToolCatalogue,
  type Upstream,
  type UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';

export interface ProtectionLimits {
  /** Calls under way at once; as many again may wait a little. */
  readonly concurrentCalls: number;
  /** Streams that stay open (GET, `subscriptions/listen`) at once. */
  readonly openStreams: number;
  /** How long a call waits for its turn, in milliseconds; default 5 s. */
  readonly waitMs?: number;
  /** Undefined for a server that is not left alone after failures: a child has pauses of its own. */
  readonly breaker: Partial<BreakerLimits> | undefined;
}

export interface ProtectionOptions {
  readonly limits: ProtectionLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
}

const DEFAULT_WAIT_MS = 5_000;
const GATEWAY_STATUSES = new Set([502, 503, 504]);

/**
 * An upstream that costs others little when it is slow or dead: at most so many calls and streams at once, and a circuit
 * breaker. Refusals are in-band and say that the call did not run. Tool errors, JSON-RPC errors and HTTP 4xx never count
 * against a server, nor does anything that happens to a stream once it is open.
 */
export function protectUpstream(inner: Upstream, options: ProtectionOptions): Upstream {
  return new ProtectedUpstream(inner, options);
}

class ProtectedUpstream implements Upstream {
  readonly serverId: string;
  readonly #inner: Upstream;
  readonly #limits: ProtectionLimits;
  readonly #breaker: CircuitBreaker | undefined;
  readonly #log: Log;
  #calls = 0;
  #streams = 0;
  readonly #waiting = new Set<ProtectedCall>();

  constructor(inner: Upstream, { limits, clock, log, random }: ProtectionOptions) {
    this.serverId = inner.serverId;
    this.#inner = inner;
    this.#limits = limits;
    this.#log = log;
    this.#breaker =
      limits.breaker && new CircuitBreaker({ ...DEFAULT_BREAKER, ...limits.breaker }, clock, random);
  }

  async tools(): Promise<ToolCatalogue> {
    const known = this.#inner.knownTools();
    const breaker = this.#breaker;
    if (known !== undefined || breaker === undefined) return this.#inner.tools();
    const admission = breaker.admit();
    if (typeof admission === 'object') throw new UpstreamUnavailable(leftAlone(admission.retryInMs));
    try {
      const tools = await this.#inner.tools();
      this.judge('good', admission === 'probe');
      return tools;
    } catch (error) {
      const verdict = error instanceof UpstreamUnavailable ? verdictOf(error.failure) : 'none';
      this.judge(verdict, admission === 'probe');
      throw error;
    }
  }

  knownTools(): ToolCatalogue | undefined {
    return this.#inner.knownTools();
  }

  lastAsked(): Asked | undefined {
    return this.#inner.lastAsked();
  }

  learn(definitions: readonly ToolDefinition[]): void {
    this.#inner.learn(definitions);
  }

  refreshSoon(): void {
    if (!this.#breaker?.isOpen) this.#inner.refreshSoon();
  }

  onToolsChanged(listener: () => void): void {
    this.#inner.onToolsChanged(listener);
  }

  exchange(request: UpstreamRequest, sink: AnswerSink): Exchange {
    const { concurrentCalls, openStreams } = this.#limits;
    const call = new ProtectedCall(this, request, sink);
    const waitMs = this.#breaker?.waitMs() ?? 0;
    if (waitMs > 0) call.refuseSoon(leftAlone(waitMs));
    else if (call.staysOpen) {
      if (this.#streams >= openStreams) call.refuseSoon(busy(`${openStreams} streams are open`));
      else this.#begin(call);
    } else if (this.#calls < concurrentCalls) this.#begin(call);
    else if (this.#waiting.size < concurrentCalls) this.#wait(call);
    else call.refuseSoon(busy(`${concurrentCalls} calls are under way and as many wait`));
    return call;
  }

  close(): Promise<void> {
    for (const call of this.#waiting) call.refuse(busy('the gateway is stopping'));
    this.#waiting.clear();
    return this.#inner.close();
  }

  /** Takes in what an exchange says of the server. */
  judge(verdict: Verdict, wasProbe: boolean): void {
    const breaker = this.#breaker;
    if (breaker === undefined) return;
    if (verdict === 'good') {
      if (breaker.isOpen) this.#log.info({ server: this.serverId }, 'the server answers again');
      breaker.succeeded();
    } else if (verdict === 'bad') {
      if (breaker.failed(wasProbe))
        this.#log.warn(
          { server: this.serverId },
          'the server fails again and again; it is left alone for a while',
        );
    } else if (wasProbe) breaker.probeEnded();
  }

  /** A call or stream is over: its place is free. */
  leave(call: ProtectedCall): void {
    if (call.staysOpen) {
      this.#streams--;
      return;
    }
    this.#calls--;
    for (const next of this.#waiting) {
      if (this.#calls >= this.#limits.concurrentCalls) return;
      this.#waiting.delete(next);
      this.#begin(next);
    }
  }

  /** A waiting call was given up. */
  forget(call: ProtectedCall): void {
    this.#waiting.delete(call);
  }

  #wait(call: ProtectedCall): void {
    this.#waiting.add(call);
    const { concurrentCalls, waitMs = DEFAULT_WAIT_MS } = this.#limits;
    call.waitAtMost(waitMs, busy(`${concurrentCalls} calls are under way`));
  }

  #begin(call: ProtectedCall): void {
    const admission = call.staysOpen ? 'go' : (this.#breaker?.admit() ?? 'go');
    if (typeof admission === 'object') return call.refuseSoon(leftAlone(admission.retryInMs));
    if (call.staysOpen) this.#streams++;
    else this.#calls++;
    call.begin(this.#inner, admission === 'probe');
  }
}

/** One exchange on its way through: reports to the agent as the inner one does, and to the protection how it went. */
class ProtectedCall implements AnswerSink, Exchange {
  readonly staysOpen: boolean;
  readonly #owner: ProtectedUpstream;
  readonly #request: UpstreamRequest;
  readonly #sink: AnswerSink;
  #exchange: Exchange | undefined;
  #hasBegun = false;
  #isOver = false;
  #isProbe = false;
  #isStream = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(owner: ProtectedUpstream, request: UpstreamRequest, sink: AnswerSink) {
    this.#owner = owner;
    this.#request = request;
    this.#sink = sink;
    const { verb, message } = request;
    this.staysOpen =
      verb === 'GET' || (message?.kind === 'request' && message.method === 'subscriptions/listen');
  }

  begin(inner: Upstream, isProbe: boolean): void {
    clearTimeout(this.#timer);
    this.#hasBegun = true;
    this.#isProbe = isProbe;
    this.#exchange = inner.exchange(this.#request, this);
  }

  waitAtMost(waitMs: number, failure: UpstreamFailure): void {
    this.#timer = setTimeout(() => {
      this.#owner.forget(this);
      this.refuse(failure);
    }, waitMs);
  }

  /** Refuses once the caller holds the exchange. */
  refuseSoon(failure: UpstreamFailure): void {
    queueMicrotask(() => this.refuse(failure));
  }

  refuse(failure: UpstreamFailure): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.onFailure(failure);
  }

  abort(): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#exchange?.abort();
    if (this.#hasBegun) this.#end('none');
    else {
      this.#isOver = true;
      this.#owner.forget(this);
    }
  }

  pause(): void {
    this.#exchange?.pause();
  }

  resume(): void {
    this.#exchange?.resume();
  }

  onAnswer(head: AnswerHead, body: Uint8Array): void {
    this.#end(GATEWAY_STATUSES.has(head.status) ? 'none' : 'good');
    this.#sink.onAnswer(head, body);
  }

  onStream(head: AnswerHead): void {
    this.#isStream = true;
    if (!this.staysOpen) this.#owner.judge('good', this.#isProbe);
    this.#isProbe = false;
    this.#sink.onStream(head);
  }

  onEvent(event: SseEvent): void {
    this.#sink.onEvent(event);
  }

  onEnd(): void {
    this.#end('none');
    this.#sink.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#end(this.#isStream || this.staysOpen ? 'none' : verdictOf(failure));
    this.#sink.onFailure(failure);
  }

  #end(verdict: Verdict): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.judge(verdict, this.#isProbe);
    this.#owner.leave(this);
  }
}

/** What an exchange says of the server: it answers, it does not, or neither can be told. */
type Verdict = 'good' | 'bad' | 'none';

function verdictOf({ kind, status, isOwn }: UpstreamFailure): Verdict {
  if (isOwn) return 'none';
  if (status !== undefined) return GATEWAY_STATUSES.has(status) ? 'none' : 'good';
  return kind === 'unreachable' || kind === 'timeout' || kind === 'broken' ? 'bad' : 'good';
}

function leftAlone(retryInMs: number): UpstreamFailure {
  const seconds = Math.max(1, Math.ceil(retryInMs / 1000));
  const message = `it failed again and again and is left alone for now; try again in about ${seconds} s`;
  return { kind: 'unreachable', message, reached: false, isOwn: true };
}

function busy(why: string): UpstreamFailure {
  return { kind: 'unreachable', message: `it is busy: ${why}`, reached: false, isOwn: true };
}
