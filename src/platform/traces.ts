import type * as Api from '@opentelemetry/api';
import { withoutSecrets } from './secrets.ts';
import { readTraceparent, writeTraceparent } from './trace-context.ts';

/** What a span tells of a request when it begins. */
export interface RequestFacts {
  readonly id: string;
  readonly server: string;
  readonly grant: { readonly id: string; readonly label: string };
  readonly method: string;
  readonly tool: string | undefined;
  readonly rpcId: string | number | undefined;
  readonly revision: string;
  readonly transport: 'http' | 'stdio';
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Trace context that came as headers. */
  readonly header: (name: string) => string | undefined;
  /** The `_meta` of the message, where trace context may stand too. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/** What it tells at the end. */
export interface RequestEnd {
  readonly status: number;
  readonly result: string | undefined;
  readonly failure: { readonly kind: string; readonly message: string } | undefined;
}

const MAX_CHARS = 256;
/** Calls of tools that do not exist carry names that agents made up: not in the names of spans. */
const NAMELESS_RULES = new Set(['(unknown tool)', '(hidden)']);

/**
 * Spans of requests, named and described after the OpenTelemetry conventions for MCP: one of kind SERVER for the request,
 * one of kind CLIENT inside it for the exchange with the server. Contents and session ids are never in them.
 */
export function createTracer(
  api: typeof Api,
  tracer: Api.Tracer,
): { begin(facts: RequestFacts): RequestTrace } {
  return { begin: (facts) => new RequestTrace(api, tracer, facts) };
}

export class RequestTrace {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #facts: RequestFacts;
  readonly #server: Api.Span;
  #client: Api.Span | undefined;

  constructor(api: typeof Api, tracer: Api.Tracer, facts: RequestFacts) {
    this.#api = api;
    this.#tracer = tracer;
    this.#facts = facts;
    const { parent, links } = contextsOf(api, facts);
    const attributes = {
      ...attributesOf(facts),
      'toolgate.request.id': facts.id,
      'toolgate.grant.id': facts.grant.id,
      'toolgate.grant.label': facts.grant.label,
    };
    this.#server = tracer.startSpan(
      nameOf(facts),
      { kind: api.SpanKind.SERVER, startTime: performance.timeOrigin + facts.startedAt, attributes, links },
      parent,
    );
  }

  get traceId(): string {
    return this.#server.spanContext().traceId;
  }

  decided(outcome: string, rule: string, policy: string | undefined, version: string | undefined): void {
    this.#server.setAttributes({ 'toolgate.decision.outcome': outcome, 'toolgate.decision.rule': rule });
    if (policy !== undefined) this.#server.setAttribute('toolgate.policy.name', policy);
    if (version !== undefined) this.#server.setAttribute('toolgate.policy.version', version);
    this.#server.addEvent('decision', { 'toolgate.decision.outcome': outcome });
    if (NAMELESS_RULES.has(rule)) this.#server.updateName(this.#facts.method);
  }

  /** Begins the client span; the headers name it, whatever context the agent sent. */
  outgoing(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const { trace, SpanKind, ROOT_CONTEXT } = this.#api;
    this.#client = this.#tracer.startSpan(
      nameOf(this.#facts),
      { kind: SpanKind.CLIENT, attributes: attributesOf(this.#facts) },
      trace.setSpan(ROOT_CONTEXT, this.#server),
    );
    const context = this.#client.spanContext();
    const own = new Map(headers);
    own.set('traceparent', writeTraceparent(context));
    const state = context.traceState?.serialize();
    if (state) own.set('tracestate', state);
    else own.delete('tracestate');
    return own;
  }

  answered(status: number): void {
    this.#client?.setAttribute('http.response.status_code', status);
  }

  finished({ status, result, failure }: RequestEnd): void {
    const upstreamError =
      failure?.kind ?? (result === 'tool_error' || result === 'rpc_error' ? result : undefined);
    const error = upstreamError ?? (status >= 400 ? String(status) : undefined);
    if (this.#client) {
      this.#fail(this.#client, upstreamError, failure?.message);
      this.#client.end();
    }
    this.#fail(this.#server, error, failure?.message);
    this.#server.setAttribute('toolgate.http.status', status);
    this.#server.end();
  }

  #fail(span: Api.Span, error: string | undefined, message: string | undefined): void {
    if (error === undefined) return;
    span.setAttribute('error.type', error);
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
  }
}

/** A text that an agent chose: not all of it, and no credential that it mixed in. */
function bounded(text: string): string {
  // cut after hiding, so that no half of a token is left; and before, so that the search stays short
  return withoutSecrets(text.slice(0, 4 * MAX_CHARS)).slice(0, MAX_CHARS);
}

function nameOf({ method, tool }: RequestFacts): string {
  return tool === undefined ? method : `${method} ${bounded(tool)}`;
}

function attributesOf({ method, tool, rpcId, revision, transport, server }: RequestFacts): Api.Attributes {
  return {
    'mcp.method.name': method,
    'mcp.protocol.version': revision,
    'network.transport': transport === 'http' ? 'tcp' : 'pipe',
    'toolgate.server': server,
    ...(rpcId === undefined ? {} : { 'jsonrpc.request.id': bounded(String(rpcId)) }),
    ...(tool === undefined
      ? {}
      : { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': bounded(tool) }),
  };
}

/**
 * The message's own context is the parent, because one HTTP request need not be one message; that of the HTTP request is
 * then a link, and the parent where the message has none.
 */
function contextsOf(api: typeof Api, facts: RequestFacts): { parent: Api.Context; links: Api.Link[] } {
  const ofMessage = spanContextOf(api, facts.meta?.['traceparent'], facts.meta?.['tracestate']);
  const ofHeaders = spanContextOf(api, facts.header('traceparent'), facts.header('tracestate'));
  const parent = ofMessage ?? ofHeaders;
  const isOther = ofMessage && ofHeaders && ofMessage.spanId !== ofHeaders.spanId;
  return {
    parent: parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT,
    links: isOther ? [{ context: ofHeaders }] : [],
  };
}

function spanContextOf(
  api: typeof Api,
  traceparent: unknown,
  tracestate: unknown,
): Api.SpanContext | undefined {
  const context = readTraceparent(traceparent);
  if (!context || typeof tracestate !== 'string') return context;
  return { ...context, traceState: api.createTraceState(tracestate) };
}
