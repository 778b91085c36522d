import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { HIDDEN, withoutSecrets } from './secrets.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'> & {
  child(bindings: object): Log;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Members that hold credentials or contents, wherever they stand in what is logged. */
const HIDDEN_MEMBERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'headers',
  'rawHeaders',
  'env',
  'token',
  'password',
  'secret',
  'arguments',
  'body',
]);
const MAX_CAUSES = 5;
const MAX_DEPTH = 5;

/**
 * JSON lines on standard error, so that standard output stays free for answers and for stdio MCP. Nobody logs secrets on
 * purpose; members that could hold some are blanked here, errors lose what hangs on them, and the finished line is
 * searched once more.
 */
export function createLog(
  level: LogLevel,
  output: DestinationStream = destination({ fd: 2, sync: true }),
): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => error }, // in place of pino's, which keeps all that hangs on an error
      formatters: { log: withoutHiddenMembers },
    },
    { write: (line: string) => output.write(withoutSecrets(line)) },
  );
}

export const silentLog: Log = createLog('silent');

/**
 * The members of a line without those that hold credentials or contents, at any depth. pino can blank paths itself, at
 * several times the price of the whole line.
 */
function withoutHiddenMembers(members: Record<string, unknown>): Record<string, unknown> {
  return shown(members, 0) as Record<string, unknown>;
}

function shown(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return plainError(value, 0);
  if (depth > MAX_DEPTH) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => shown(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return HIDDEN; // a request, a buffer, an address …
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    copy[name] = HIDDEN_MEMBERS.has(name) ? HIDDEN : shown(member, depth + 1);
  }
  return copy;
}

/**
 * What a log may tell of an error. HTTP clients hang requests, headers and bodies on theirs, and on the causes of theirs:
 * only the names, codes, messages and places go on.
 */
function plainError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code !== 'object' ? error.code : undefined;
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(depth === 0 ? { stack } : {}),
    ...(cause instanceof Error && depth < MAX_CAUSES ? { cause: plainError(cause, depth + 1) } : {}),
  };
}
