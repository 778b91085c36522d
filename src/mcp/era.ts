import type { Era, JsonObject, JsonRpcMessage, ProtocolRefusal, RequestId } from './message.ts';
import { trimWhitespace } from './header-value.ts';
import { isJsonObject } from './read-message.ts';
import { refusal } from './refusal.ts';
import {
  DEFAULT_LEGACY_REVISION,
  ERROR_CODES,
  isLegacyRevision,
  isModernRevision,
  LATEST_LEGACY_REVISION,
  LEGACY_REVISIONS,
  META_KEYS,
} from './revisions.ts';

/** What surrounds a message and helps to tell its era. On stdio there is no header; the connection is the session. */
export interface EraContext {
  /** Value of `MCP-Protocol-Version`; undefined when absent. */
  readonly protocolVersionHeader: string | undefined;
  /** Whether the request names a session. Ignored for modern messages. */
  readonly hasSession: boolean;
  /** The revision that its session was opened with; undefined when the session is not known. */
  readonly sessionRevision: string | undefined;
  /** The modern revisions on offer: those that the gateway and the server share. */
  readonly knownModern: readonly string[];
}

export type Classified =
  | { readonly ok: true; readonly era: Era; readonly revision: string }
  | { readonly ok: false; readonly refusal: ProtocolRefusal };

const MAX_ECHO = 64;

/** Keys that only a modern envelope holds; without the claim beside them the envelope is broken. */
const ENVELOPE_KEYS = [META_KEYS.clientCapabilities, META_KEYS.clientInfo, META_KEYS.logLevel];

function idOf(message: JsonRpcMessage): RequestId | undefined {
  return message.kind === 'notification' ? undefined : message.id;
}

function metaOf(message: JsonRpcMessage): JsonObject | undefined {
  if (message.kind === 'response') return undefined;
  const meta = message.params?.['_meta'];
  return isJsonObject(meta) ? meta : undefined;
}

function classifyModern(
  message: JsonRpcMessage,
  claim: unknown,
  meta: JsonObject,
  context: EraContext,
): Classified {
  const refuse = (code: number, text: string, data?: JsonObject): Classified => ({
    ok: false,
    refusal: refusal(400, code, text, idOf(message), data),
  });
  if (typeof claim !== 'string') {
    return refuse(
      ERROR_CODES.invalidParams,
      `Invalid params: _meta["${META_KEYS.protocolVersion}"] must be a string`,
    );
  }
  const header = context.protocolVersionHeader;
  // Asked first, as the official conformance suite does: a contradiction is told even if the claim is unknown too.
  // On a notification the revision does not define the header: it may be absent, but never contradict.
  const mayBeAbsent = message.kind === 'notification';
  if (header === undefined ? !mayBeAbsent : trimWhitespace(header) !== claim) {
    const text = 'Header mismatch: MCP-Protocol-Version must equal the version in _meta';
    return refuse(ERROR_CODES.headerMismatch, text);
  }
  if (!context.knownModern.includes(claim)) {
    const data = { supported: context.knownModern, requested: claim.slice(0, MAX_ECHO) };
    return refuse(ERROR_CODES.unsupportedVersion, 'Unsupported protocol version', data);
  }
  if (message.kind === 'request' && !isJsonObject(meta[META_KEYS.clientCapabilities])) {
    const text = `Invalid params: _meta["${META_KEYS.clientCapabilities}"] must be an object`;
    return refuse(ERROR_CODES.invalidParams, text);
  }
  return { ok: true, era: 'modern', revision: claim };
}

/** A message without a claim, under a modern header or inside a modern connection. Never taken for legacy. */
function classifyUnclaimed(message: JsonRpcMessage, revision: string): Classified {
  if (message.kind === 'notification') return { ok: true, era: 'modern', revision };
  const [code, text] =
    message.kind === 'response'
      ? [ERROR_CODES.invalidRequest, `Invalid request: clients send no responses in ${revision}`]
      : [ERROR_CODES.invalidParams, `Invalid params: _meta["${META_KEYS.protocolVersion}"] is missing`];
  return { ok: false, refusal: refusal(400, code, text, message.id) };
}

function classifyLegacy(
  message: JsonRpcMessage,
  header: string | undefined,
  context: EraContext,
): Classified {
  const refuse = (text: string, status = 400, code: number = ERROR_CODES.invalidRequest): Classified => ({
    ok: false,
    refusal: refusal(status, code, text, idOf(message)),
  });
  const legacy = (revision: string): Classified => ({ ok: true, era: 'legacy', revision });

  if (header !== undefined && !isLegacyRevision(header)) {
    return refuse(
      `Unsupported protocol version; supported: ${[...LEGACY_REVISIONS, ...context.knownModern].join(', ')}`,
    );
  }
  if (message.kind === 'request' && message.method === 'initialize') {
    const requested = message.params?.['protocolVersion'];
    if (typeof requested !== 'string') {
      return refuse('Invalid params: "protocolVersion" must be a string', 400, ERROR_CODES.invalidParams);
    }
    return legacy(isLegacyRevision(requested) ? requested : LATEST_LEGACY_REVISION);
  }
  if (!context.hasSession) return legacy(header ?? DEFAULT_LEGACY_REVISION);
  if (context.sessionRevision === undefined) return refuse('Session not found; initialize again', 404);
  if (header !== undefined && header !== context.sessionRevision) {
    return refuse('MCP-Protocol-Version differs from the version of the session');
  }
  return legacy(context.sessionRevision);
}

/**
 * Decides once which era and revision a message belongs to. The body decides: a claim in
 * `params._meta["io.modelcontextprotocol/protocolVersion"]` makes it modern and the header must agree; without a
 * claim it is legacy, unless the header says modern, which is refused rather than downgraded. A modern claim makes
 * the session irrelevant. Without header and session a legacy message speaks 2025-03-26. `initialize` gets the
 * revision it asks for or, when that is no legacy one, the latest legacy one (the caller then writes that into the
 * request). Source: 2026-07-28, transports, "Server Validation", and basic, "Versioning".
 */
export function classify(message: JsonRpcMessage, context: EraContext): Classified {
  const meta = metaOf(message);
  const claim = meta?.[META_KEYS.protocolVersion];
  if (meta !== undefined && claim !== undefined) return classifyModern(message, claim, meta, context);

  const header =
    context.protocolVersionHeader === undefined ? undefined : trimWhitespace(context.protocolVersionHeader);
  const isModernHeader =
    header !== undefined && (isModernRevision(header) || context.knownModern.includes(header));
  if (isModernHeader) return classifyUnclaimed(message, header);
  if (meta !== undefined && ENVELOPE_KEYS.some((key) => meta[key] !== undefined)) {
    const text = `Invalid params: _meta["${META_KEYS.protocolVersion}"] is missing`;
    return { ok: false, refusal: refusal(400, ERROR_CODES.invalidParams, text, idOf(message)) };
  }
  const { sessionRevision } = context;
  const isModernSession = sessionRevision !== undefined && context.knownModern.includes(sessionRevision);
  if (isModernSession) return classifyUnclaimed(message, sessionRevision);
  return classifyLegacy(message, header, context);
}
