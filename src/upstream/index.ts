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
export {
  AuthorizationFailure,
  beginLogin,
  createCredentialVault,
  createOAuthCredential,
  createOutboundFetch,
  logOut,
  type CredentialVault,
  type OutboundFetch,
  type OutboundOptions,
  type PendingLogin,
} from './oauth/index.ts';
export { protectUpstream, type ProtectionLimits } from './protected-upstream.ts';
export { createStdioUpstream, type StdioUpstreamLimits, type StdioUpstreamOptions } from './stdio/index.ts';
export {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Exchange,
  type ToolCatalogue,
  type Upstream,
  type UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';
export type { UpstreamCredential } from './upstream-credential.ts';
