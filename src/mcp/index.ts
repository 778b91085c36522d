/**
 * mcp/: the protocol, as pure functions over bytes, texts and plain values. No I/O, no clock, nothing of ours below.
 *
 * What this room guarantees:
 * - A body is read once and strictly: what two parsers could read differently (duplicate names, look-alike names,
 *   bad UTF-8, half surrogates, excess depth) is refused, so that the bytes judged are the bytes the server means.
 * - A message has exactly one known shape, era and revision, or it is a `ProtocolRefusal` with the code and status
 *   that the specification gives and the id whenever it could be read. Nothing is repaired or guessed.
 * - Methods are an allow-list for each revision.
 * - Nothing here throws on hostile input, recurses without bound, or takes more than linear time.
 */
export {
  DENIED_MARK,
  errorAnswer,
  HELD_MARK,
  methodNotFound,
  offeringNotFound,
  offeringRefusal,
  refusalAnswer,
  resultAnswer,
  toolRefusal,
  unknownTool,
  type ApprovalMeta,
  type DecisionMeta,
  type HttpAnswer,
  type NamedOffering,
} from './answers.ts';
export { canonicalJson } from './canonical-json.ts';
export {
  CLIENT_FEATURES,
  clientFeatureOf,
  inputRequestMethods,
  type ClientFeature,
} from './client-features.ts';
export { classify, type Classified, type EraContext } from './era.ts';
export { decodeHeaderValue, encodeHeaderValue } from './header-value.ts';
export { isAllowedHost, isAllowedOrigin, isLoopbackHost, LOOPBACK_HOSTS } from './hosts.ts';
export { survivesDouble, type LossyNumbers } from './lossy-numbers.ts';
export type {
  Era,
  Json,
  JsonObject,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  ProtocolRefusal,
  RequestId,
} from './message.ts';
export {
  methodFamily,
  methodKind,
  mirroredMember,
  serverMethodKind,
  type MethodFamily,
  type MethodKind,
  type MirroredMember,
} from './methods.ts';
export { checkMirrorHeaders, type HeaderLookup } from './mirror-headers.ts';
export { stripModernEnvelope, toModernResult } from './modern-envelope.ts';
export { escapeForDisplay, isPlainToolName } from './names.ts';
export { filterOfferingLists, listsOfferings, type ListedKind } from './offering-list.ts';
export { readOfferingUse, usesOffering, type OfferingUse } from './offering-use.ts';
export {
  checkParamHeaders,
  scanParamHeaders,
  type ParamHeader,
  type ParamHeaderScan,
} from './param-headers.ts';
export { readPlainAnswer } from './plain-answer.ts';
export { readBody, type ReadBody } from './read-body.ts';
export { isJsonObject, isRequestId, readMessage, type ReadMessage } from './read-message.ts';
export { refusal } from './refusal.ts';
export {
  DEFAULT_LEGACY_REVISION,
  eraOfRevision,
  ERROR_CODES,
  GATEWAY_META_PREFIX,
  isLegacyRevision,
  isModernRevision,
  LATEST_LEGACY_REVISION,
  LEGACY_REVISIONS,
  MCP_META_PREFIX,
  META_KEYS,
  MODERN_REVISIONS,
  type LegacyRevision,
  type ModernRevision,
  type Revision,
} from './revisions.ts';
export {
  SSE_KEEP_ALIVE,
  SseReader,
  writeSseEvent,
  type SseEvent,
  type SseLimits,
  type SseRead,
} from './sse.ts';
export { parseStrict, parseStrictText, type JsonLimits, type StrictJson } from './strict-json.ts';
export {
  callableTasks,
  isTaskResult,
  listenedTasks,
  listenTo,
  relatedTaskOf,
  relateTo,
  renameTasks,
  taskOnlyTools,
  TASKS_EXTENSION,
  type TaskNaming,
} from './task-shapes.ts';
export { filterToolList, isToolListResult } from './tool-list.ts';
export { readToolCall, type ToolCall } from './tool-call.ts';
export {
  canOpenUrls,
  urlElicitationRequired,
  urlInputRequired,
  withoutInputResponse,
  type UrlElicitation,
} from './url-elicitation.ts';
