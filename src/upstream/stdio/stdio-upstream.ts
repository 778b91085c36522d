import type { Clock, Log } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import { ToolCatalogueCache } from '../tool-catalogue.ts';
import type { AnswerSink, Exchange, ToolCatalogue, Upstream, UpstreamRequest } from '../upstream.ts';
import { answer, type AnswerParts } from './answer.ts';
import { DEFAULT_BACKOFF, type BackoffLimits } from './backoff.ts';
import { ChangeStreams } from './change-streams.ts';
import { ChildKeeper } from './child-keeper.ts';
import type { ListKind } from './child-session.ts';
import { childEnvironment } from './environment.ts';
import { failureOf, Forwarder } from './forward.ts';
import { listTools } from './list-tools.ts';
import { Outlet } from './outlet.ts';

/** All in milliseconds, but for `lineBytes`. */
export interface StdioUpstreamLimits {
  /** From the start of the command to the end of the handshake; default 15 s. */
  readonly startMs: number;
  /** From a request to its answer; default 60 s. */
  readonly callMs: number;
  /** Longest message of the server; default 16 MiB. */
  readonly lineBytes: number;
  /** What the server may take to exit after its input ended; default 3 s. */
  readonly stopMs: number;
}

export interface StdioUpstreamOptions {
  readonly serverId: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Given to the child besides a short list of harmless variables; nothing else of ours is. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly knowTool: (definition: ToolDefinition) => KnownTool;
  readonly limits?: Partial<StdioUpstreamLimits>;
  readonly backoff?: Partial<BackoffLimits>;
  /** Our own version, as told to the server. */
  readonly version?: string;
}

const DEFAULT_LIMITS: StdioUpstreamLimits = {
  startMs: 15_000,
  callMs: 60_000,
  lineBytes: 16 * 1024 * 1024,
  stopMs: 3_000,
};

/**
 * A server that is a command on this machine and speaks MCP over its standard input and output. One child serves all
 * callers; it is started when it is first needed and started again when it dies. Starts nothing by itself; never throws.
 */
export function createStdioUpstream(options: StdioUpstreamOptions): Upstream {
  return new StdioUpstream(options);
}

class StdioUpstream implements Upstream {
  readonly serverId: string;
  readonly #parts: AnswerParts;
  readonly #catalogue: ToolCatalogueCache;
  readonly #listeners: (() => void)[] = [];
  #isClosed = false;

  constructor(options: StdioUpstreamOptions) {
    const { serverId, command, args, env, cwd, clock, knowTool } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const clientInfo = { name: 'toolgate', version: options.version ?? '1' };
    this.serverId = serverId;
    const keeper = new ChildKeeper({
      command: { command, args, env: childEnvironment(env), cwd },
      limits,
      backoff: { ...DEFAULT_BACKOFF, ...options.backoff },
      clientInfo,
      log: options.log.child({ server: serverId }),
      clock,
      onChange: (kind) => this.#onChange(kind),
      onRestart: () => this.#onChange('tools'),
    });
    this.#parts = {
      keeper,
      forwarder: new Forwarder({ keeper, clientInfo, callMs: limits.callMs }),
      streams: new ChangeStreams(),
    };
    this.#catalogue = new ToolCatalogueCache({
      list: async () => listTools(await keeper.open(), clientInfo, limits.callMs),
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

  #onChange(kind: ListKind): void {
    if (kind === 'tools') {
      this.#catalogue.invalidate();
      for (const listener of this.#listeners) listener();
    }
    this.#parts.streams.announce(kind);
  }
}
