import type { Era, Json, JsonObject, ProtocolRefusal, RequestId } from './message.ts';
import type { ListedKind } from './offering-list.ts';
import { ERROR_CODES, META_KEYS } from './revisions.ts';

/** A message to answer with, and the HTTP status that carries it. */
export interface HttpAnswer {
  readonly httpStatus: number;
  readonly body: JsonObject;
}

/** What the agent learns about a decision, in the result's `_meta`. */
export interface DecisionMeta {
  /** Pointer of the rule that decided. */
  readonly rule: string;
  readonly policy?: string | undefined;
  readonly version?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What the agent learns about the approval that its call waits for, in the result's `_meta`. */
export interface ApprovalMeta {
  readonly id: string;
  /** Where a person decides. */
  readonly url?: string | undefined;
  /** Until when, in ISO 8601. */
  readonly expiresAt: string;
}

/** A resource or template by its URI, or a prompt by its name. */
export interface NamedOffering {
  readonly kind: ListedKind;
  readonly name: string;
}

/** What the text of a refused call begins with. */
export const DENIED_MARK = '[POLICY DENIED]';

/** What the text of a held call begins with. */
export const HELD_MARK = '[APPROVAL REQUIRED]';

/** A successful response. */
export function resultAnswer(id: RequestId, result: Json): JsonObject {
  return { jsonrpc: '2.0', id, result };
}

/** An error response; the id is null when it could not be read (JSON-RPC 2.0, section 5). */
export function errorAnswer(
  id: RequestId | undefined,
  code: number,
  message: string,
  data?: Json,
): JsonObject {
  const error = data === undefined ? { code, message } : { code, message, data };
  return { jsonrpc: '2.0', id: id ?? null, error };
}

/** The answer to a message that was refused before any policy saw it. */
export function refusalAnswer(refusal: ProtocolRefusal): HttpAnswer {
  return {
    httpStatus: refusal.httpStatus,
    body: errorAnswer(refusal.id, refusal.code, refusal.message, refusal.data),
  };
}

/**
 * The answer to a visible tool's call that does not go through: a tool result with `isError`, because clients show
 * its text to the model and treat every other form as a broken connection. Goes out with HTTP 200.
 */
export function toolRefusal(
  id: RequestId,
  era: Era,
  text: string,
  meta?: DecisionMeta,
  approval?: ApprovalMeta,
): JsonObject {
  return resultAnswer(id, {
    ...(era === 'modern' ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text }],
    isError: true,
    ...(meta === undefined ? {} : { _meta: metaOf(meta, approval) }),
  });
}

/** Our own members of a `_meta` or of an error's data. */
export function metaOf(meta: DecisionMeta, approval?: ApprovalMeta): JsonObject {
  return {
    [META_KEYS.decision]: { ...meta },
    ...(approval === undefined ? {} : { [META_KEYS.approval]: { ...approval } }),
  };
}

/** The answer for a hidden tool and for one that does not exist: the same, so that nobody learns which. HTTP 200. */
export function unknownTool(id: RequestId, name: string): JsonObject {
  return errorAnswer(id, ERROR_CODES.invalidParams, `Unknown tool: ${name}`);
}

/**
 * The answer for a resource, a template or a prompt that is hidden or does not exist: the same, so that nobody learns
 * which. HTTP 200. Up to 2025-11-25 a resource that is not found has a code of its own.
 */
export function offeringNotFound(id: RequestId, era: Era, offering: NamedOffering): JsonObject {
  const { kind, name } = offering;
  if (kind === 'prompt') return errorAnswer(id, ERROR_CODES.invalidParams, `Unknown prompt: ${name}`);
  const code = era === 'legacy' ? ERROR_CODES.resourceNotFound : ERROR_CODES.invalidParams;
  return errorAnswer(id, code, 'Resource not found', { uri: name });
}

/**
 * The answer for a resource, a template or a prompt that can be seen but not used. These methods have no result that says
 * "refused", so the reason is an error's text and the decision its data. HTTP 200.
 */
export function offeringRefusal(id: RequestId, reason: string, meta: DecisionMeta): JsonObject {
  const text = `${DENIED_MARK} ${reason}`;
  return errorAnswer(id, ERROR_CODES.invalidParams, text, { [META_KEYS.decision]: { ...meta } });
}

/** The answer to a method that the revision does not have or the server's settings switch off. */
export function methodNotFound(id: RequestId, era: Era): HttpAnswer {
  return {
    httpStatus: era === 'modern' ? 404 : 200,
    body: errorAnswer(id, ERROR_CODES.methodNotFound, 'Method not found'),
  };
}
