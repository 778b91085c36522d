import type { Era, Json, JsonObject, ProtocolRefusal, RequestId } from './message.ts';
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
export function toolRefusal(id: RequestId, era: Era, text: string, meta?: DecisionMeta): JsonObject {
  return resultAnswer(id, {
    ...(era === 'modern' ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text }],
    isError: true,
    ...(meta === undefined ? {} : { _meta: { [META_KEYS.decision]: { ...meta } } }),
  });
}

/** The answer for a hidden tool and for one that does not exist: the same, so that nobody learns which. HTTP 200. */
export function unknownTool(id: RequestId, name: string): JsonObject {
  return errorAnswer(id, ERROR_CODES.invalidParams, `Unknown tool: ${name}`);
}

/** The answer to a method that the revision does not have or the server's settings switch off. */
export function methodNotFound(id: RequestId, era: Era): HttpAnswer {
  return {
    httpStatus: era === 'modern' ? 404 : 200,
    body: errorAnswer(id, ERROR_CODES.methodNotFound, 'Method not found'),
  };
}
