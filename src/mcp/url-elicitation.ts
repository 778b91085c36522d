import { metaOf, errorAnswer, resultAnswer, type ApprovalMeta, type DecisionMeta } from './answers.ts';
import type { JsonObject, RequestId } from './message.ts';
import { isJsonObject } from './read-message.ts';
import { ERROR_CODES } from './revisions.ts';

/** A page that the user is asked to open before a call can go on. */
export interface UrlElicitation {
  readonly url: string;
  /** For the user: why. */
  readonly message: string;
}

/** Whether a client with these capabilities can ask its user to open an address (`elicitation.url`). */
export function canOpenUrls(capabilities: unknown): boolean {
  const elicitation = isJsonObject(capabilities) ? capabilities['elicitation'] : undefined;
  return isJsonObject(elicitation) && isJsonObject(elicitation['url']);
}

/**
 * The answer of 2025-11-25 to a request that can go on only after the user has opened a page: error -32042. Goes out with
 * HTTP 200; the client makes the same request again.
 */
export function urlElicitationRequired(
  id: RequestId,
  text: string,
  { url, message }: UrlElicitation,
  meta: DecisionMeta,
  approval: ApprovalMeta,
): JsonObject {
  const elicitations = [{ mode: 'url', elicitationId: approval.id, url, message }];
  return errorAnswer(id, ERROR_CODES.urlElicitationRequired, text, {
    elicitations,
    ...metaOf(meta, approval),
  });
}

/**
 * The same of 2026-07-28: an `input_required` result with one question, under a key of its own. It carries no state, because the
 * request that comes back is judged anew.
 */
export function urlInputRequired(
  id: RequestId,
  key: string,
  { url, message }: UrlElicitation,
  meta: DecisionMeta,
  approval: ApprovalMeta,
): JsonObject {
  return resultAnswer(id, {
    resultType: 'input_required',
    inputRequests: { [key]: { method: 'elicitation/create', params: { mode: 'url', message, url } } },
    _meta: metaOf(meta, approval),
  });
}

/**
 * The parameters of a request without the answer to one question: whoever asked it takes it out. An emptied `inputResponses` goes.
 * The same object when the answer is not there.
 */
export function withoutInputResponse(params: JsonObject, key: string): JsonObject {
  const { inputResponses, ...rest } = params as Record<string, JsonObject[string]>;
  if (!isJsonObject(inputResponses) || !Object.hasOwn(inputResponses, key)) return params;
  const kept = Object.fromEntries(Object.entries(inputResponses).filter(([name]) => name !== key));
  return Object.keys(kept).length === 0 ? rest : { ...rest, inputResponses: kept };
}
