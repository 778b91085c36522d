import type { Json, JsonRpcMessage, ProtocolRefusal } from './message.ts';
import { readMessage } from './read-message.ts';
import { refusal } from './refusal.ts';
import { ERROR_CODES } from './revisions.ts';
import { parseStrict, type JsonLimits } from './strict-json.ts';

export type ReadBody =
  | {
      readonly ok: true;
      /** The whole value, for the rare case that it must be written again. */
      readonly value: Json;
      readonly message: JsonRpcMessage;
      /** Some number inside `params.arguments` does not survive a double: no rule on arguments can be decided. */
      readonly hasLossyArgument: boolean;
      /** Every number of the body survives a double, so that the message can be written again. */
      readonly isExact: boolean;
    }
  | { readonly ok: false; readonly refusal: ProtocolRefusal };

/**
 * Reads the body of a POST (or one line of stdio) as one message: `parseStrict`, then `readMessage`. Refused with
 * HTTP 400 and -32700 when it is not strict JSON, -32600 or -32602 when it is not a message of a known shape.
 */
export function readBody(bytes: Uint8Array, limits: JsonLimits = {}): ReadBody {
  const parsed = parseStrict(bytes, limits);
  if (!parsed.ok) {
    return {
      ok: false,
      refusal: refusal(400, ERROR_CODES.parseError, `Parse error: ${parsed.reason}`, undefined),
    };
  }
  if (parsed.lossy?.inId === true) {
    const message = 'Invalid request: "id" must be a string or a safe integer';
    return { ok: false, refusal: refusal(400, ERROR_CODES.invalidRequest, message, undefined) };
  }
  const read = readMessage(parsed.value);
  if (!read.ok) return read;
  const hasLossyArgument = parsed.lossy?.inArguments ?? false;
  const isExact = parsed.lossy === undefined;
  return { ok: true, value: parsed.value, message: read.message, hasLossyArgument, isExact };
}
