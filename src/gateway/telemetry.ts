import { newId, type PipelineStep, type RequestFacts } from '#platform';
import { isJsonObject } from '#mcp';
import type { CompiledPolicy } from '#policy';
import type { CallResult, Grant, RecordedOutcome } from '#store';
import type { UpstreamFailure } from '#upstream';
import type { AgentCall } from './read-call.ts';
import type { RequestLog } from './request-log.ts';

/** Counts and durations. Called for every request, so every method must cost nanoseconds and never throw. */
export interface Meter {
  began(): void;
  ended(): void;
  /** A request was answered, from its arrival to the last byte. */
  took(server: string, ms: number): void;
  stepTook(step: PipelineStep, ms: number): void;
  decided(server: string, outcome: RecordedOutcome, rule: string): void;
  quotaRefused(server: string, counter: string): void;
  upstreamFailed(server: string, kind: UpstreamFailure['kind']): void;
  streamOpened(server: string): void;
  streamClosed(server: string): void;
  /** Refused before any grant was known. */
  turnedAway(status: number): void;
  policyReloaded(isOk: boolean): void;
  configurationReloaded(isOk: boolean): void;
  /** What the control plane says was read, or is known to be unchanged. */
  controlSeen(): void;
}

export interface Tracer {
  begin(facts: RequestFacts): RequestSpan;
}

/** The span of one request, and of the exchange with the server inside it. */
export interface RequestSpan {
  readonly traceId: string;
  decided(outcome: string, rule: string, policy: string | undefined, version: string | undefined): void;
  /** Begins the span of the exchange; gives the headers back with its context in place of the agent's. */
  outgoing(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
  answered(status: number): void;
  finished(observation: Observation): void;
}

export interface TelemetryParts {
  readonly meter?: Meter | undefined;
  /** May come later than the first request: the tracing packages take a while to load. */
  tracer?: Tracer | undefined;
  readonly log?: RequestLog | undefined;
  /** One request in so many has its steps timed; default 16. */
  readonly timeOneIn?: number;
}

/**
 * What operators see of the pipeline: metrics, traces and one log line a request. It only looks on: no decision depends
 * on it, and the steps tell it what happened in single calls that cost next to nothing when nobody listens.
 */
export class Telemetry {
  readonly #parts: TelemetryParts;
  readonly #timeOneIn: number;
  #untilTimed = 1;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
    this.#timeOneIn = parts.timeOneIn ?? 16;
  }

  /** A request of a known grant is on its way; `startedAt` is when it arrived, by `performance.now()`. */
  begin(
    id: string,
    transport: 'http' | 'stdio',
    server: string,
    grant: Grant,
    startedAt: number = performance.now(),
  ): Observation {
    const isTimed = --this.#untilTimed === 0;
    if (isTimed) this.#untilTimed = this.#timeOneIn;
    return new Observation(this.#parts, id, transport, server, grant, startedAt, isTimed);
  }

  /** A request was refused before any grant was known. Gives the id under which it is logged. */
  turnedAway(status: number, reason: string): string {
    const id = newId('req');
    this.#parts.meter?.turnedAway(status);
    this.#parts.log?.turnedAway(id, status, reason);
    return id;
  }

  policyReloaded(isOk: boolean): void {
    this.#parts.meter?.policyReloaded(isOk);
  }

  configurationReloaded(isOk: boolean): void {
    this.#parts.meter?.configurationReloaded(isOk);
  }

  controlSeen(): void {
    this.#parts.meter?.controlSeen();
  }
}

/** Nobody looks on. */
export const silentTelemetry = new Telemetry({});

/** What is known of one request so far. Steps tell it, the log line and the span read it when the request has ended. */
export class Observation {
  readonly id: string;
  readonly transport: 'http' | 'stdio';
  readonly server: string;
  readonly grant: Grant;
  readonly startedAt: number;
  method = '';
  tool: string | undefined = undefined;
  outcome: RecordedOutcome | undefined = undefined;
  rule = '';
  policy: CompiledPolicy | undefined = undefined;
  result: CallResult | undefined = undefined;
  failure: UpstreamFailure | undefined = undefined;
  /** HTTP status toward the agent; 499 when it went away. */
  status = 0;
  ms = 0;
  readonly #parts: TelemetryParts;
  #span: RequestSpan | undefined = undefined;
  /** When the step before ended; negative when this request's steps are not timed. */
  #markedAt: number;
  #isInFlight = true;
  #isStreaming = false;
  #isAnswered = false;
  #isOver = false;

  constructor(
    parts: TelemetryParts,
    id: string,
    transport: 'http' | 'stdio',
    server: string,
    grant: Grant,
    startedAt: number,
    isTimed: boolean,
  ) {
    this.#parts = parts;
    this.id = id;
    this.transport = transport;
    this.server = server;
    this.grant = grant;
    this.startedAt = startedAt;
    this.#markedAt = isTimed ? startedAt : -1;
    parts.meter?.began();
  }

  get traceId(): string | undefined {
    return this.#span?.traceId;
  }

  /** One message of a batch: a request of its own under the same id. */
  part(): Observation {
    const { id, transport, server, grant } = this;
    return new Observation(this.#parts, id, transport, server, grant, performance.now(), false);
  }

  /** A step has just ended. */
  mark(step: PipelineStep): void {
    if (this.#markedAt < 0) return;
    const now = performance.now();
    this.#parts.meter?.stepTook(step, now - this.#markedAt);
    this.#markedAt = now;
  }

  /** The message was read strictly and may be judged. */
  read(call: AgentCall): void {
    this.mark('read');
    const { message } = call;
    if (message.kind === 'response') return;
    this.method = message.method;
    const name = message.method === 'tools/call' ? message.params?.['name'] : undefined;
    if (typeof name === 'string') this.tool = name;
    if (this.#parts.tracer) this.#beginSpan(this.#parts.tracer, call);
  }

  #beginSpan(tracer: Tracer, { message, request, revision }: AgentCall): void {
    const meta = message.kind === 'response' ? undefined : message.params?.['_meta'];
    const { id, server, grant, method, tool, transport, startedAt } = this;
    this.#span = tracer.begin({
      id,
      server,
      grant,
      method,
      tool,
      transport,
      startedAt,
      revision,
      rpcId: message.kind === 'request' ? message.id : undefined,
      header: (name) => request.header(name),
      meta: isJsonObject(meta) ? meta : undefined,
    });
  }

  /** The decision, once it is on record. */
  decided(outcome: RecordedOutcome, rule: string, policy: CompiledPolicy | undefined): void {
    this.mark('admit');
    this.outcome = outcome;
    this.rule = rule;
    this.policy = policy;
    this.#parts.meter?.decided(this.server, outcome, rule);
    this.#span?.decided(outcome, rule, policy?.name, policy?.version);
  }

  /** The pipeline itself failed on the request. */
  crashed(): void {
    if (this.outcome === undefined) this.decided('refused', '(internal failure)', undefined);
  }

  quotaRefused(counter: string): void {
    this.#parts.meter?.quotaRefused(this.server, counter);
  }

  /** The headers of the exchange with the server, which begins now. */
  outgoing(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    return this.#span === undefined ? headers : this.#span.outgoing(headers);
  }

  /** The server began to answer. */
  answered(status: number): void {
    this.mark('upstream');
    this.#isAnswered = true;
    this.#span?.answered(status);
  }

  /** The server could not be used, or gave no usable answer; the first failure counts. */
  upstreamFailed(failure: UpstreamFailure): void {
    if (this.failure !== undefined) return;
    this.failure = failure;
    this.#parts.meter?.upstreamFailed(this.server, failure.kind);
  }

  /** How an allowed call ended. */
  settled(result: CallResult): void {
    this.result = result;
  }

  /** An event stream toward the agent is open until the request has ended. */
  streamOpened(): void {
    if (this.#isStreaming) return;
    this.#isStreaming = true;
    this.#markedAt = -1; // what follows is waiting for events
    this.#parts.meter?.streamOpened(this.server);
  }

  /** The request stays open on purpose: how long says nothing. */
  staysOpen(): void {
    if (!this.#isInFlight) return;
    this.#isInFlight = false;
    this.#parts.meter?.ended();
  }

  /** The answer is given, with this HTTP status, or the agent went away (499). Counts once. */
  finished(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.outcome === undefined && this.method === 'tools/call')
      this.decided('refused', '(protocol)', undefined);
    if (this.#isAnswered) this.mark('inspect');
    this.status = status;
    this.ms = performance.now() - this.startedAt;
    const { meter, log } = this.#parts;
    if (this.#isStreaming) meter?.streamClosed(this.server);
    if (this.#isInFlight) {
      meter?.ended();
      meter?.took(this.server, this.ms);
    }
    this.#span?.finished(this);
    log?.ended(this);
  }
}
