import { knownMembers, memberFault } from './member-names.ts';
import type { Json, JsonObject, JsonRpcMessage, ProtocolRefusal, RequestId } from './message.ts';
import { kindInAnyRevision } from './methods.ts';
import { escapeForDisplay } from './names.ts';
import { refusal } from './refusal.ts';
import { ERROR_CODES, META_KEYS } from './revisions.ts';

export type ReadMessage =
  | { readonly ok: true; readonly message: JsonRpcMessage }
  | { readonly ok: false; readonly refusal: ProtocolRefusal };

const MAX_ID_LENGTH = 256;
const MAX_METHOD_LENGTH = 256;

const MESSAGE_MEMBERS: ReadonlySet<string> = new Set([
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
]);

const PARAMS_MEMBERS = knownMembers(
  '_meta',
  'arguments',
  'argument',
  'capabilities',
  'clientInfo',
  'context',
  'cursor',
  'inputResponses',
  'level',
  'message',
  'name',
  'notifications',
  'progress',
  'progressToken',
  'protocolVersion',
  'reason',
  'ref',
  'requestId',
  'requestState',
  'task',
  'taskId',
  'total',
  'uri',
);

const META_MEMBERS = knownMembers(...Object.values(META_KEYS));

const REF_MEMBERS = knownMembers('type', 'name', 'uri', 'title');

const SUBSCRIPTION_MEMBERS = knownMembers(
  'toolsListChanged',
  'promptsListChanged',
  'resourcesListChanged',
  'resourceSubscriptions',
  'taskIds',
);

/** Whether a value of JSON is an object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value can be the id of a request: a text of up to 256 units without controls, or a safe integer. */
export function isRequestId(value: Json | undefined): value is RequestId {
  if (typeof value === 'string') return value.length <= MAX_ID_LENGTH && !/\p{Cc}/u.test(value);
  return typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0);
}

/** What is wrong with the message itself, before its parameters; undefined when nothing is. */
function shapeFault(value: JsonObject): string | undefined {
  for (const name of Object.keys(value)) {
    if (!MESSAGE_MEMBERS.has(name))
      return `member "${escapeForDisplay(name)}" does not belong in a JSON-RPC message`;
  }
  if (value['jsonrpc'] !== '2.0') return '"jsonrpc" must be "2.0"';
  if (value['id'] !== undefined && !isRequestId(value['id'])) {
    return '"id" must be a string of up to 256 characters without controls, or a safe integer';
  }
  const kinds = ['method', 'result', 'error'].filter((name) => value[name] !== undefined);
  if (kinds.length !== 1) return 'a message has exactly one of "method", "result" and "error"';
  return kinds[0] === 'method' ? methodFault(value) : responseFault(value);
}

function methodFault(value: JsonObject): string | undefined {
  const { method, id } = value;
  if (typeof method !== 'string' || method === '' || method.length > MAX_METHOD_LENGTH) {
    return `"method" must be a string of 1 to ${MAX_METHOD_LENGTH} characters`;
  }
  const kind = kindInAnyRevision(method);
  if (kind === 'request' && id === undefined) return `${method} needs an id`;
  if (id !== undefined && (kind === 'notification' || method.startsWith('notifications/'))) {
    return `${escapeForDisplay(method)} is a notification and takes no id`;
  }
  return undefined;
}

function responseFault(value: JsonObject): string | undefined {
  const { error } = value;
  if (value['id'] === undefined) return 'a response needs the id of its request';
  if (value['params'] !== undefined) return 'a response has no "params"';
  if (error === undefined) return isJsonObject(value['result']) ? undefined : '"result" must be an object';
  const isError =
    isJsonObject(error) && Number.isSafeInteger(error['code']) && typeof error['message'] === 'string';
  return isError ? undefined : '"error" must be an object with a whole "code" and a text "message"';
}

function paramsFault(params: JsonObject): string | undefined {
  const fault = memberFault(params, PARAMS_MEMBERS);
  if (fault !== undefined) return fault;
  const { _meta: meta, ref, notifications } = params;
  if (meta !== undefined) {
    if (!isJsonObject(meta)) return '"_meta" must be an object';
    const metaFault = memberFault(meta, META_MEMBERS);
    if (metaFault !== undefined) return metaFault;
  }
  const inNotifications = isJsonObject(notifications)
    ? memberFault(notifications, SUBSCRIPTION_MEMBERS)
    : undefined;
  if (inNotifications !== undefined) return inNotifications;
  return isJsonObject(ref) ? memberFault(ref, REF_MEMBERS) : undefined;
}

/**
 * Reads one parsed value as one JSON-RPC message, in either direction, or says why it is refused: HTTP 400 with
 * -32600 for the message's own shape, -32602 for its parameters. Nothing is repaired or guessed. The refusal
 * carries the id whenever it could be read (JSON-RPC 2.0, section 5).
 */
export function readMessage(value: Json): ReadMessage {
  const refuse = (
    message: string,
    id: RequestId | undefined,
    code: number = ERROR_CODES.invalidRequest,
  ): ReadMessage => ({
    ok: false,
    refusal: refusal(400, code, message, id),
  });
  if (Array.isArray(value))
    return refuse('Invalid request: batches are not accepted; send one message at a time', undefined);
  if (!isJsonObject(value)) return refuse('Invalid request: a message must be a JSON object', undefined);

  const id = isRequestId(value['id']) ? value['id'] : undefined;
  const fault = shapeFault(value);
  if (fault !== undefined) return refuse(`Invalid request: ${fault}`, id);

  const { method, params, result, error } = value;
  if (typeof method !== 'string') {
    // The shape was checked: a response has an id, and an error that is an object.
    if (id === undefined) return refuse('Invalid request: a response needs the id of its request', id);
    return {
      ok: true,
      message: { kind: 'response', id, result, error: isJsonObject(error) ? error : undefined },
    };
  }
  if (params !== undefined) {
    if (!isJsonObject(params)) return refuse('Invalid request: "params" must be an object', id);
    const inParams = paramsFault(params);
    if (inParams !== undefined) return refuse(`Invalid params: ${inParams}`, id, ERROR_CODES.invalidParams);
  }
  if (id === undefined) return { ok: true, message: { kind: 'notification', method, params } };
  return { ok: true, message: { kind: 'request', id, method, params } };
}
