/**
 * gateway/: the enforcement point. Every message of an agent takes the same straight way: authenticate, read strictly,
 * judge (find the tool, decide, reserve, record), forward, inspect, settle. What cannot be read or judged is refused.
 */
export { clientAddress, rangesOf, type TrustedProxies } from './client-address.ts';
export { ControlSource, type ControlSourceParts, type RegisteredServer } from './control-source.ts';
export { DEFAULT_APPROVALS, Directory, type ApprovalSettings, type GovernedServer } from './directory.ts';
export { Gateway, type GatewayDeps } from './gateway.ts';
export { createHttpListener, MAX_BODY_BYTES, type HttpListenerOptions } from './http-listener.ts';
export type { MetricsAccess } from './metrics-door.ts';
export { GrantSource } from './grant-source.ts';
export { LastUse } from './last-use.ts';
export type { Pins } from './pinned-definition.ts';
export { formatProblem, PolicySource, versionOf, type PolicyOrigin } from './policy-source.ts';
export { readOrMakeKey, readOrMakeToken } from './token-file.ts';
export { createRequestLog, type RequestLog } from './request-log.ts';
export {
  Observation,
  silentTelemetry,
  Telemetry,
  type Meter,
  type RequestSpan,
  type TelemetryParts,
  type Tracer,
} from './telemetry.ts';
export { serveStdio, type StdioListenerOptions } from './stdio-listener.ts';
