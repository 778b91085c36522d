import type { Clock, Log } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import { ConversationUpstream, type BackoffLimits } from '../conversation/index.ts';
import type { AddressGuard } from '../address-guard.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import { credentialLinesOf, originOf, parseServerUrl } from '../server-url.ts';
import type { AnswerSink, Asked, Exchange, ToolCatalogue, Upstream, UpstreamRequest } from '../upstream.ts';
import { AgentSessions } from './agent-sessions.ts';
import { EventConnection, type EventServer } from './event-connection.ts';

/** All in milliseconds, but for `answerBytes` and `sessions`. */
export interface LegacySseLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  /** From the start of a connection to the address of its messages, and to the end of the gateway's own handshake. */
  readonly startMs: number;
  readonly callMs: number;
  /** Longest event of the server. */
  readonly answerBytes: number;
  /**
   * Most sessions of agents at once; each is a connection of its own. Default 256. With 0 all agents share one
   * connection, so that any process can go on with any session; the server can then ask and tell nobody in particular.
   */
  readonly sessions?: number;
  /** A session in which nothing happened for so long is closed; default 30 minutes. */
  readonly sessionIdleMs?: number;
  /** After a call without an answer: what the server may take to answer a ping before its stream counts as dead; 5 s. */
  readonly pingMs?: number;
}

export interface LegacySseUpstreamOptions {
  readonly serverId: string;
  /** Where the event stream is opened. */
  readonly url: string;
  /** Sent with every request: the server's own credential. Never shown, never sent down. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where it may lie; anywhere when absent. Names are checked at each connect. */
  readonly addresses?: AddressGuard | undefined;
  readonly knowTool: (definition: ToolDefinition) => KnownTool;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits: LegacySseLimits;
  readonly backoff?: Partial<BackoffLimits>;
  /** Our own version, as told to the server. */
  readonly version?: string;
}

const DEFAULT_SESSIONS = 256;
const DEFAULT_SESSION_IDLE_MS = 30 * 60_000;
const DEFAULT_PING_MS = 5_000;

/**
 * A server that speaks HTTP with SSE (2024-11-05). Agents with a session have a connection each; all other traffic and
 * the tool list share one. Throws `upstream.bad_url` when the address cannot be used.
 */
export function createLegacySseUpstream(options: LegacySseUpstreamOptions): Upstream {
  return new LegacySseUpstream(options, parseServerUrl(options));
}

class LegacySseUpstream implements Upstream {
  readonly serverId: string;
  readonly #pool: ConnectionPool;
  readonly #shared: ConversationUpstream;
  readonly #sessions: AgentSessions | undefined;

  constructor(options: LegacySseUpstreamOptions, url: URL) {
    const { serverId, knowTool, clock, limits, backoff, version } = options;
    const sessions = {
      sessions: DEFAULT_SESSIONS,
      sessionIdleMs: DEFAULT_SESSION_IDLE_MS,
      pingMs: DEFAULT_PING_MS,
      ...limits,
    };
    const log = options.log.child({ server: serverId });
    this.serverId = serverId;
    const { connectMs } = limits;
    this.#pool = new ConnectionPool(originOf(url), { connectMs, lookup: options.addresses?.lookup });
    const server: EventServer = { pool: this.#pool, url, credential: credentialLinesOf(options), limits };
    this.#shared = new ConversationUpstream({
      serverId,
      start: (listener) => new EventConnection(server, listener),
      startMs: limits.startMs,
      callMs: limits.callMs,
      pingMs: sessions.pingMs,
      backoff,
      version,
      log,
      clock,
      knowTool,
    });
    if (sessions.sessions > 0) {
      this.#sessions = new AgentSessions({
        server,
        limits: sessions,
        log,
        clock,
        onToolsChanged: () => this.#shared.toolsChanged(),
      });
    }
  }

  tools(): Promise<ToolCatalogue> {
    return this.#shared.tools();
  }

  knownTools(): ToolCatalogue | undefined {
    return this.#shared.knownTools();
  }

  lastAsked(): Asked | undefined {
    return this.#shared.lastAsked();
  }

  learn(definitions: readonly ToolDefinition[]): void {
    this.#shared.learn(definitions);
  }

  refreshSoon(): void {
    this.#shared.refreshSoon();
  }

  exchange(request: UpstreamRequest, sink: AnswerSink): Exchange {
    const { era, session, message } = request;
    if (era === 'legacy' && this.#sessions) {
      if (message?.kind === 'request' && message.method === 'initialize')
        return this.#sessions.open(request, sink);
      if (session !== undefined) return this.#sessions.use(session, request, sink);
    }
    return this.#shared.exchange(request, sink);
  }

  onToolsChanged(listener: () => void): void {
    this.#shared.onToolsChanged(listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#sessions?.close()]);
    this.#pool.close();
  }
}
