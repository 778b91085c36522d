import {
  DENIED_MARK,
  ERROR_CODES,
  errorAnswer,
  HELD_MARK,
  methodNotFound,
  refusalAnswer,
  toolRefusal,
  unknownTool,
  urlElicitationRequired,
  urlInputRequired,
  type ApprovalMeta,
  type DecisionMeta,
  type Era,
  type JsonObject,
  type ProtocolRefusal,
  type RequestId,
} from '#mcp';
import type { UpstreamFailure } from '#upstream';

/** An answer that the gateway gives itself: a value, turned into HTTP or a line only by the reply. */
export interface Answer {
  readonly status: number;
  readonly message?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** The approval that the call waits for. */
  readonly waitsFor?: ApprovalMeta;
}

/** A step of the pipeline passes the call on or ends it with an answer. */
export type Step<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly answer: Answer };

export function pass<T>(value: T): Step<T> {
  return { ok: true, value };
}

export function end(answer: Answer): { readonly ok: false; readonly answer: Answer } {
  return { ok: false, answer };
}

/** Refused before any policy: the status and code that the specification gives. */
export function protocolRefusal(refusal: ProtocolRefusal): Answer {
  const { httpStatus, body } = refusalAnswer(refusal);
  return { status: httpStatus, message: body };
}

/** A visible tool that was refused: HTTP 200 and a tool result, so that the model reads why (DESIGN §4). */
export function denied(id: RequestId, era: Era, message: string, decision: DecisionMeta): Answer {
  return { status: 200, message: toolRefusal(id, era, `${DENIED_MARK} ${message}`, decision) };
}

/** A call that waits for a person: as a tool result, which every client shows to the model. */
export function held(
  id: RequestId,
  era: Era,
  message: string,
  decision: DecisionMeta,
  approval?: ApprovalMeta,
): Answer {
  const text = `${HELD_MARK} ${message}`;
  const answer = { status: 200, message: toolRefusal(id, era, text, decision, approval) };
  return approval === undefined ? answer : { ...answer, waitsFor: approval };
}

/** Our question among those that a result may ask; no server can have asked it. */
export const APPROVAL_QUESTION = 'io.toolgate/approval';

/** A call that waits for a person, for a client that can ask its user to open the page where that is decided. */
export function heldWithPage(
  id: RequestId,
  era: Era,
  message: string,
  page: string,
  decision: DecisionMeta,
  approval: ApprovalMeta,
): Answer {
  const text = `${HELD_MARK} ${message}`;
  const question = { url: page, message: text };
  return {
    status: 200,
    message:
      era === 'modern'
        ? urlInputRequired(id, APPROVAL_QUESTION, question, decision, approval)
        : urlElicitationRequired(id, text, question, decision, approval),
    waitsFor: approval,
  };
}

/** Hidden and unknown tools are answered alike. */
export function noSuchTool(id: RequestId, name: string): Answer {
  return { status: 200, message: unknownTool(id, name) };
}

export function noSuchMethod(id: RequestId, era: Era): Answer {
  const { httpStatus, body } = methodNotFound(id, era);
  return { status: httpStatus, message: body };
}

/**
 * The server could not be used. In-band, because clients treat HTTP errors as a broken connection: a tool result that
 * the model can read for `tools/call`, a JSON-RPC error for everything else.
 */
export function upstreamFailed(
  id: RequestId | undefined,
  method: string,
  era: Era,
  failure: UpstreamFailure,
): Answer {
  if (id === undefined) return { status: 502 };
  const text = `[UPSTREAM ${LABEL[failure.kind]}] The MCP server could not complete this: ${failure.message}.${adviceFor(failure)}`;
  return method === 'tools/call'
    ? { status: 200, message: toolRefusal(id, era, text) }
    : { status: 200, message: errorAnswer(id, ERROR_CODES.internalError, text) };
}

const LABEL: Record<UpstreamFailure['kind'], string> = {
  unreachable: 'UNAVAILABLE',
  timeout: 'TIMEOUT',
  broken: 'FAILED',
  too_large: 'FAILED',
  redirect: 'FAILED',
  refused_credentials: 'UNAUTHORIZED',
};

function adviceFor(failure: UpstreamFailure): string {
  if (failure.kind === 'refused_credentials')
    return ' The operator of the gateway must renew its credential.';
  if (!failure.reached) return ' The call did not run; it is safe to try again later.';
  return ' Whether the call took effect is not known; look before you repeat it.';
}

export function internalFailure(id: RequestId | undefined, what: string): Answer {
  return { status: id === undefined ? 500 : 200, message: errorAnswer(id, ERROR_CODES.internalError, what) };
}
