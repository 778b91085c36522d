import { messageOf, type Clock, type Log } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import {
  ConversationUpstream,
  type BackoffLimits,
  type Link,
  type LinkListener,
} from '../conversation/index.ts';
import { UpstreamUnavailable, type Upstream, type UpstreamFailure } from '../upstream.ts';
import { ServerProcess, type ChildCommand } from './child-process.ts';
import { childEnvironment } from './environment.ts';

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
  const { serverId, command, args, env, cwd, clock, knowTool, backoff, version } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const log = options.log.child({ server: serverId });
  const child = { command, args, env: childEnvironment(env), cwd };
  return new ConversationUpstream({
    serverId,
    start: (listener) => startChild(child, limits, listener, log, clock),
    startMs: limits.startMs,
    callMs: limits.callMs,
    backoff,
    version,
    log,
    clock,
    knowTool,
  });
}

/** Throws `UpstreamUnavailable` when there is no such command. */
function startChild(
  command: ChildCommand,
  limits: StdioUpstreamLimits,
  listener: LinkListener,
  log: Log,
  clock: Clock,
): Link {
  const unreachable = (message: string): UpstreamFailure => ({
    kind: 'unreachable',
    message,
    reached: false,
  });
  try {
    return new ServerProcess(
      command,
      limits,
      {
        onLine: (line) => listener.onMessage(line),
        onOversize: (line) => listener.onOversize(line),
        onEnd: (reason) => listener.onEnd(unreachable(reason)),
      },
      log,
      clock,
    );
  } catch (error) {
    const text = `the command "${command.command}" cannot be started: ${messageOf(error)}`;
    throw new UpstreamUnavailable(unreachable(text));
  }
}
