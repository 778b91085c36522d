import type { CallResult } from '#store';
import type { AnswerHead, UpstreamFailure } from '#upstream';

/** JSON-RPC errors that say the call certainly did not run: parse, invalid request, unknown method, invalid params. */
export const NOT_RUN_CODES = new Set([-32700, -32600, -32601, -32602]);
export const NOT_RUN_STATUSES = new Set([401, 403, 404, 429]);

/** How a call ended whose exchange failed. */
export function resultOf(failure: UpstreamFailure): CallResult {
  switch (failure.kind) {
    case 'unreachable':
      return 'unreachable';
    case 'timeout':
      return 'timeout';
    case 'refused_credentials':
      return 'upstream_status';
    default:
      return 'broken';
  }
}

/** An HTTP status that is told to the agent as a failure. */
export function failureOfStatus(head: AnswerHead): UpstreamFailure {
  const { status } = head;
  if (status === 401 || status === 403) {
    return {
      kind: 'refused_credentials',
      message: 'it refused the credential that the gateway holds for it',
      reached: true,
      status,
    };
  }
  if (status === 429) {
    const wait = head.retryAfter === undefined ? '' : `; it asks to wait ${head.retryAfter} (Retry-After)`;
    return { kind: 'unreachable', message: `it is receiving too many calls${wait}`, reached: false, status };
  }
  return { kind: 'broken', message: `it answered with HTTP ${status}`, reached: status !== 404, status };
}
