import type { Era } from './message.ts';

/** Revisions with a handshake and sessions, oldest first. */
export const LEGACY_REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;

/** Revisions that say everything in every request, oldest first. */
export const MODERN_REVISIONS = ['2026-07-28'] as const;

export type LegacyRevision = (typeof LEGACY_REVISIONS)[number];
export type ModernRevision = (typeof MODERN_REVISIONS)[number];
export type Revision = LegacyRevision | ModernRevision;

export const LATEST_LEGACY_REVISION: LegacyRevision = '2025-11-25';

/** What a legacy request without `MCP-Protocol-Version` speaks (2025-11-25, transports, "Protocol Version Header"). */
export const DEFAULT_LEGACY_REVISION: LegacyRevision = '2025-03-26';

/** Whether a text names a legacy revision that we know. */
export function isLegacyRevision(text: string): text is LegacyRevision {
  return (LEGACY_REVISIONS as readonly string[]).includes(text);
}

/** Whether a text names a modern revision that we know. */
export function isModernRevision(text: string): text is ModernRevision {
  return (MODERN_REVISIONS as readonly string[]).includes(text);
}

/** The era of a revision; undefined for one that we do not know. */
export function eraOfRevision(text: string): Era | undefined {
  if (isModernRevision(text)) return 'modern';
  return isLegacyRevision(text) ? 'legacy' : undefined;
}

/** Everything that MCP reserves inside `_meta` starts with this. */
export const MCP_META_PREFIX = 'io.modelcontextprotocol/';

/** Our own keys inside `_meta`: written on the way down, removed on the way up. */
export const GATEWAY_META_PREFIX = 'io.toolgate/';

/** Keys of `_meta` with a meaning of their own (2026-07-28, basic, "_meta"). */
export const META_KEYS = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  relatedTask: 'io.modelcontextprotocol/related-task',
  progressToken: 'progressToken',
  decision: 'io.toolgate/decision',
  approval: 'io.toolgate/approval',
} as const;

/**
 * JSON-RPC error codes. -32020 to -32099 belong to the specification and -32000 to -32019 to old
 * implementations: we never make up a code in either.
 */
export const ERROR_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Modern: a header is missing, malformed or contradicts the body. */
  headerMismatch: -32020,
  /** Modern: the request did not declare a client capability that it needs. */
  missingCapability: -32021,
  /** Modern: the claimed revision is not offered. */
  unsupportedVersion: -32022,
  /** Legacy only. */
  resourceNotFound: -32002,
  /** 2025-11-25 only. */
  urlElicitationRequired: -32042,
} as const;
