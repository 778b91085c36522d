import type { JsonObject, JsonRpcRequest, ProtocolRefusal } from './message.ts';
import { isJsonObject } from './read-message.ts';
import { refusal } from './refusal.ts';
import { ERROR_CODES } from './revisions.ts';

export type ToolCall =
  | {
      readonly ok: true;
      readonly name: string;
      /** Undefined when the member was absent. */
      readonly arguments: JsonObject | undefined;
      /** 2025-11-25: the client asked for a task, so a refusal must be an error, never a tool result. */
      readonly asTask: boolean;
    }
  | { readonly ok: false; readonly refusal: ProtocolRefusal };

/**
 * Reads the parameters of a `tools/call`. A call without a usable name, or with arguments that are no object, is
 * refused with -32602 (HTTP 200: the message itself is sound), so that nothing of unknown shape reaches a policy.
 */
export function readToolCall(request: JsonRpcRequest): ToolCall {
  const refuse = (message: string): ToolCall => ({
    ok: false,
    refusal: refusal(200, ERROR_CODES.invalidParams, `Invalid params: ${message}`, request.id),
  });
  const { name, arguments: args, task } = request.params ?? {};
  if (typeof name !== 'string' || name === '') return refuse('"name" must be the name of a tool');
  if (args !== undefined && !isJsonObject(args)) return refuse('"arguments" must be an object');
  return { ok: true, name, arguments: args, asTask: task !== undefined };
}
