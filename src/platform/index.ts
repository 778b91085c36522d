/**
 * platform/: leaf services that every room may use: time, ids, errors, log, configuration.
 * It knows nothing of MCP or policies.
 */
export { systemClock, type Clock } from './clock.ts';
export { assertNever, messageOf, ToolgateError } from './errors.ts';
export { hashGrantToken, isGrantToken, newGrantToken, newId } from './ids.ts';
export { createLog, silentLog, type Log, type LogLevel } from './log.ts';
