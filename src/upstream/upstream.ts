import type { KnownTool, ToolDefinition } from '#policy';
import type { Era, JsonRpcMessage, SseEvent } from '#mcp';

/** One exchange that the gateway has judged and wants carried to the server. */
export interface UpstreamRequest {
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly era: Era;
  /** Protocol revision spoken on this exchange, e.g. `2025-11-25`. */
  readonly revision: string;
  /** The parsed message of a POST. */
  readonly message: JsonRpcMessage | undefined;
  /** The very bytes that were judged; an HTTP upstream sends these. */
  readonly body: Uint8Array | undefined;
  /** Lower-case protocol headers that may travel (mcp-*, last-event-id, trace context); credentials never. */
  readonly headers: ReadonlyMap<string, string>;
  /** The server's own session id, unwrapped from the gateway's. */
  readonly session: string | undefined;
  /** Who asks: keeps the streams of different grants apart in a shared child. */
  readonly grantId: string;
}

export interface AnswerHead {
  readonly status: number;
  /** The server's own session id, when it names one (answer to `initialize`). */
  readonly session?: string;
  readonly retryAfter?: string;
  readonly contentType?: string;
}

/**
 * Where the answer of an exchange goes. Exactly one of `onAnswer`, `onFailure` or `onStream` comes first; after
 * `onStream`, events follow until `onEnd` or `onFailure`.
 */
export interface AnswerSink {
  /** A whole answer in one piece; the body may be empty (202, 204). */
  onAnswer(head: AnswerHead, body: Uint8Array): void;
  onStream(head: AnswerHead): void;
  onEvent(event: SseEvent): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

export interface UpstreamFailure {
  readonly kind: 'unreachable' | 'timeout' | 'broken' | 'too_large' | 'redirect' | 'refused_credentials';
  /** For the operator and the agent: what happened, without addresses or credentials. */
  readonly message: string;
  /** False only when the request certainly did not reach the server. */
  readonly reached: boolean;
  readonly status?: number;
  /** The gateway or the client ended it, not the server: it says nothing of the server's health. */
  readonly isOwn?: boolean;
}

/** A running exchange: back-pressure and abort from the client's side. */
export interface Exchange {
  abort(): void;
  pause(): void;
  resume(): void;
}

/** What the server lists, by exact name. */
export type ToolCatalogue = ReadonlyMap<string, KnownTool>;

/** What came of it when a server was last asked for its whole list. */
export interface Asked {
  /** When it was asked. */
  readonly at: number;
  /** Why there was no list; undefined when there was one. */
  readonly failure: string | undefined;
}

/** One MCP server behind the gateway. */
export interface Upstream {
  readonly serverId: string;
  /** The server's tools; fetched once and kept until the server says that they changed. Throws `UpstreamUnavailable`. */
  tools(): Promise<ToolCatalogue>;
  /** The kept tools if they are there, without waiting. */
  knownTools(): ToolCatalogue | undefined;
  /** Whether the server answered when it was last asked for its tools; undefined while it never was. Asks nobody. */
  lastAsked(): Asked | undefined;
  /** Takes in definitions that the server itself just listed to a client. */
  learn(definitions: readonly ToolDefinition[]): void;
  /** Asks for a new list in the background, at most every few seconds: a call named a tool nobody knows. */
  refreshSoon(): void;
  exchange(request: UpstreamRequest, sink: AnswerSink): Exchange;
  /** Called when the server's tool list may have changed. */
  onToolsChanged(listener: () => void): void;
  /** Ends connections and children; resolves when nothing is left. */
  close(): Promise<void>;
}

/** Thrown by `tools()` when the list cannot be had. */
export class UpstreamUnavailable extends Error {
  readonly failure: UpstreamFailure;
  constructor(failure: UpstreamFailure) {
    super(failure.message);
    this.name = 'UpstreamUnavailable';
    this.failure = failure;
  }
}
