import type { Clock, Log } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import { ToolCatalogueCache } from '../tool-catalogue.ts';
import type { AnswerSink, Asked, Exchange, ToolCatalogue, Upstream, UpstreamRequest } from '../upstream.ts';
import { answer, type AnswerParts } from './answer.ts';
import { DEFAULT_BACKOFF, type BackoffLimits } from './backoff.ts';
import { ChangeStreams } from './change-streams.ts';
import { ConnectionKeeper, type KeeperOptions } from './connection-keeper.ts';
import type { ListKind } from './conversation.ts';
import { failureOf, Forwarder } from './forward.ts';
import { listTools } from './list-tools.ts';
import { Outlet } from './outlet.ts';

export interface ConversationUpstreamOptions {
  readonly serverId: string;
  /** Starts the way to the server; throws `UpstreamUnavailable` when there is nothing to start. */
  readonly start: KeeperOptions['start'];
  /** Milliseconds from the start to the end of the handshake. */
  readonly startMs: number;
  /** Milliseconds from a request to its answer. */
  readonly callMs: number;
  /** See `KeeperOptions`. */
  readonly pingMs?: number;
  readonly backoff: Partial<BackoffLimits> | undefined;
  /** Our own version, as told to the server. */
  readonly version: string | undefined;
  /** Already bound to the server. */
  readonly log: Log;
  readonly clock: Clock;
  readonly knowTool: (definition: ToolDefinition) => KnownTool;
}

/** A server whose one connection serves all callers. Starts nothing before it is needed. */
export class ConversationUpstream implements Upstream {
  readonly serverId: string;
  readonly #parts: AnswerParts;
  readonly #catalogue: ToolCatalogueCache;
  readonly #listeners: (() => void)[] = [];
  #isClosed = false;

  constructor(options: ConversationUpstreamOptions) {
    const { serverId, start, startMs, callMs, log, clock, knowTool } = options;
    const clientInfo = { name: 'toolgate', version: options.version ?? '1' };
    this.serverId = serverId;
    const keeper = new ConnectionKeeper({
      start,
      startMs,
      pingMs: options.pingMs,
      backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
      clientInfo,
      log,
      clock,
      onChange: (kind) => this.#onChange(kind),
      onRestart: () => this.#onChange('tools'),
    });
    this.#parts = {
      keeper,
      forwarder: new Forwarder({ keeper, clientInfo, callMs }),
      streams: new ChangeStreams(),
    };
    this.#catalogue = new ToolCatalogueCache({
      list: async () => listTools(await keeper.open(), clientInfo, callMs),
      knowTool,
      clock,
    });
  }

  tools(): Promise<ToolCatalogue> {
    return this.#catalogue.get();
  }

  knownTools(): ToolCatalogue | undefined {
    return this.#catalogue.peek();
  }

  lastAsked(): Asked | undefined {
    return this.#catalogue.asked;
  }

  learn(definitions: readonly ToolDefinition[]): void {
    this.#catalogue.learn(definitions);
  }

  refreshSoon(): void {
    this.#catalogue.refreshSoon();
  }

  exchange(request: UpstreamRequest, sink: AnswerSink): Exchange {
    const outlet = new Outlet(sink);
    if (this.#isClosed) {
      const failure = {
        kind: 'unreachable',
        message: 'the gateway is stopping this server',
        reached: false,
      } as const;
      queueMicrotask(() => outlet.fail(failure));
    } else {
      answer(request, outlet, this.#parts).catch((error: unknown) => outlet.fail(failureOf(error)));
    }
    return outlet;
  }

  onToolsChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#parts.streams.endAll();
    return this.#parts.keeper.close();
  }

  /** The list of tools may have changed, be it known from this connection or from another to the same server. */
  toolsChanged(): void {
    this.#catalogue.invalidate();
    for (const listener of this.#listeners) listener();
  }

  #onChange(kind: ListKind): void {
    if (kind === 'tools') this.toolsChanged();
    this.#parts.streams.announce(kind);
  }
}
