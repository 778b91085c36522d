import type { Grant } from '#store';
import type { SseEvent } from '#mcp';
import type { GovernedServer } from './directory.ts';
import type { Observation } from './telemetry.ts';

/** One authenticated HTTP exchange or stdio line, before anything in it has been read. */
export interface AgentRequest {
  /** For logs and records. */
  readonly id: string;
  readonly transport: 'http' | 'stdio';
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly grant: Grant;
  readonly server: GovernedServer;
  /** A protocol header by its lower-case name; every name occurs once. */
  header(name: string): string | undefined;
  /** All protocol headers that may travel (`mcp-*`, trace context), lower-case. */
  readonly protocolHeaders: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** Is told what happens to the request. */
  readonly observation: Observation;
}

/** Where the answer goes: an HTTP response or lines on standard output. */
export interface AgentReply {
  /** One whole answer; `body` is JSON text or empty. */
  answer(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | string | undefined,
  ): void;
  /** Begins an event stream. */
  stream(headers: Readonly<Record<string, string>>): void;
  /** One event of the stream; false asks the sender to wait for `onDrain`. */
  event(event: SseEvent): boolean;
  end(): void;
  /** Tells the watcher how the agent's side fares; one watcher for one reply. */
  watch(watcher: ReplyWatcher): void;
}

export interface ReplyWatcher {
  /** Called once when the exchange is over; `completed` is false when the agent went away before the end. */
  onAgentClosed(completed: boolean): void;
  /** The agent takes events again after one that it could not take. */
  onAgentDrained(): void;
}
