/**
 * upstream/: one MCP server behind the gateway, whatever it speaks. An upstream carries what was judged and reports
 * what comes back; it judges nothing. Credentials are added here and nowhere else, and never leave upwards.
 */
export {
  ADDRESS_NOT_ALLOWED,
  createAddressGuard,
  type AddressGuard,
  type AddressRules,
} from './address-guard.ts';
export {
  createHttpUpstream,
  type HttpUpstreamLimits,
  type HttpUpstreamOptions,
} from './http/http-upstream.ts';
export { toolDefinitionsOf } from './http/list-tools.ts';
export {
  createLegacySseUpstream,
  type LegacySseLimits,
  type LegacySseUpstreamOptions,
} from './legacy-sse/index.ts';
// the login to servers is a room of its own, `#upstream/oauth`: few gateways need it, and it is large
export type { ConsentWay, CredentialVault, OutboundFetch, PendingLogin } from './oauth/index.ts';
export {
  canonicalDefinition,
  createDriftWatch,
  definitionDiff,
  definitionHash,
  driftOf,
  pinPublished,
  pinsOf,
  type DefinedTool,
  type DefinitionChange,
  type DriftEvent,
  type DriftWatch,
  type DriftWatchParts,
} from './pins/index.ts';
export { secretsAmong, withholdSecrets, type NamedValue } from './withheld-secrets.ts';
export { protectUpstream, type ProtectionLimits } from './protected-upstream.ts';
export { createStdioUpstream, type StdioUpstreamLimits, type StdioUpstreamOptions } from './stdio/index.ts';
export {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Asked,
  type Exchange,
  type ToolCatalogue,
  type Upstream,
  type UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';
export type { UpstreamCredential } from './upstream-credential.ts';
