/**
 * platform/: leaf services that every room may use: time, ids, errors, log, metrics, traces, configuration, encryption, mail, async contexts.
 * It knows nothing of MCP or policies.
 */
export {
  configurationJsonSchema,
  loadConfiguration,
  resolveFrom,
  type Configuration,
  type GrantConfiguration,
  type LimitConfiguration,
  type LoadedConfiguration,
  type MethodSwitches,
  type OAuthConfiguration,
  type ServerConfiguration,
} from './config.ts';
export { AsyncContexts } from './async-contexts.ts';
export { expandVariables } from './expand-configuration.ts';
export { systemClock, type Clock } from './clock.ts';
export { resolveDataDir } from './data-dir.ts';
export {
  createKeyRing,
  keyNameOf,
  keysInEnvironment,
  newKeyEntry,
  openKeyRing,
  type KeyRing,
  type NamedKeyRing,
} from './encryption.ts';
export { editKeyFile, keyFileOf } from './key-file.ts';
export { assertNever, messageOf, ToolgateError } from './errors.ts';
export { hashGrantToken, isGrantToken, isMistypedToken, newGrantToken, newId } from './ids.ts';
export { jsonText } from './json-text.ts';
export { createLog, silentLog, type Log, type LogLevel } from './log.ts';
export { createMailer, type Mail, type Mailer, type MailerOptions } from './mail.ts';
export { Metrics, type PipelineStep } from './metrics.ts';
export { createMetricsPage, mergeMetrics, type MetricsPage } from './metrics-page.ts';
export { hideInLogs } from './secrets.ts';
export { createTracer, type RequestFacts } from './traces.ts';
export { openTracing, type Tracing } from './tracing.ts';
export { readOrMakeFile } from './owned-file.ts';
