import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { HIDDEN, withoutSecrets } from './secrets.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'> & {
  child(bindings: object): Log;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Members that hold credentials or contents, wherever they stand in what is logged. */
const HIDDEN_MEMBERS = [
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
];
const MAX_CAUSES = 5;

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
      serializers: { err: plainError, error: plainError },
      redact: {
        paths: HIDDEN_MEMBERS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: HIDDEN,
      },
    },
    { write: (line: string) => output.write(withoutSecrets(line)) },
  );
}

export const silentLog: Log = createLog('silent');

/**
 * What a log may tell of an error. HTTP clients hang requests, headers and bodies on theirs, and on the causes of theirs:
 * only the names, codes, messages and places go on.
 */
function plainError(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'object' && thrown !== null ? HIDDEN : thrown;
  const { name, message, stack, cause } = thrown;
  const code = 'code' in thrown && typeof thrown.code !== 'object' ? thrown.code : undefined;
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(depth === 0 ? { stack } : {}),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: plainError(cause, depth + 1) }),
  };
}
