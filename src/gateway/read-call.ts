import {
  checkMirrorHeaders,
  classify,
  ERROR_CODES,
  GATEWAY_META_PREFIX,
  isJsonObject,
  isLegacyRevision,
  LATEST_LEGACY_REVISION,
  META_KEYS,
  methodFamily,
  methodKind,
  MODERN_REVISIONS,
  readBody,
  refusal,
  TASKS_EXTENSION,
  withoutInputResponse,
  type Era,
  type JsonObject,
  type JsonRpcMessage,
  type RequestId,
} from '#mcp';
import type { Clock, MethodSwitches } from '#platform';
import type { AgentRequest } from './agent-request.ts';
import { withoutFeatures } from './client-features.ts';
import { APPROVAL_QUESTION, end, noSuchMethod, pass, protocolRefusal, type Step } from './answer.ts';
import { continueCall, type CallProgress } from './request-state.ts';
import { openRequestId, openSession, type Session, type SessionOwner } from './session-id.ts';
import type { TaskHandle } from './task-id.ts';
import { offersTaskMethod } from './task-switch.ts';

/** One message of an agent, read strictly and placed in its era: what every later step works on. */
export interface AgentCall {
  readonly request: AgentRequest;
  readonly message: JsonRpcMessage;
  readonly era: Era;
  readonly revision: string;
  /** The legacy session, opened; modern traffic has none. */
  readonly session: Session | undefined;
  /** The session id as the agent sent it. */
  readonly sessionId: string | undefined;
  /** What is forwarded: the bytes that were judged, unless they were changed on purpose. */
  readonly body: Uint8Array;
  /** Some number in the arguments does not survive a double. */
  readonly hasLossyNumber: boolean;
  /** The message can be written anew without changing a number. */
  readonly isExact: boolean;
  /** Where a modern call stands that the server may interrupt to ask for input. */
  readonly progress: CallProgress | undefined;
  /** The agent has answered our question to open the page of an approval: it is not asked twice. */
  readonly wasAsked: boolean;
  /** The tasks that the message names, opened; the message has the server's own ids then. */
  readonly tasks?: readonly TaskHandle[];
}

export interface ReadDeps {
  readonly sessionKey: Uint8Array;
  readonly clock: Clock;
}

/**
 * Steps 2 and 3 of a call: parse strictly, find the era, check the envelope against the headers, open the session, and
 * let only methods through that the revision knows and the server has switched on.
 */
export function readCall(request: AgentRequest, { sessionKey, clock }: ReadDeps): Step<AgentCall> {
  const read = readBody(request.body);
  if (!read.ok) return end(protocolRefusal(read.refusal));
  const { message } = read;

  const session = openLegacySession(request, message, sessionKey);
  if (!session.ok) return session;
  const classified = classify(message, {
    protocolVersionHeader: revisionHeaderOf(request, message),
    hasSession: session.value !== undefined,
    sessionRevision: session.value?.revision,
    knownModern: MODERN_REVISIONS,
  });
  if (!classified.ok) return end(protocolRefusal(classified.refusal));
  const { era, revision } = classified;
  if (era === 'modern' && request.transport === 'http') {
    const mismatch = checkMirrorHeaders(message, (name) => request.header(name));
    if (mismatch) return end(protocolRefusal(mismatch));
  }
  if (era === 'modern' && request.transport === 'http' && message.kind === 'notification') {
    return refuse(400, 'This revision has no notifications over HTTP; close the answer to cancel a request');
  }
  const permitted = permitMethod(message, era, revision, request.server.methods);
  if (!permitted.ok) return permitted;

  const owner: SessionOwner = { grantId: request.grant.id, serverId: request.server.id };
  const continued =
    era === 'modern' && message.kind === 'request'
      ? continueCall(message, owner, sessionKey, clock)
      : undefined;
  if (continued?.ok === false) {
    const fault = refusal(
      200,
      ERROR_CODES.invalidParams,
      `Invalid params: ${continued.reason}`,
      idOf(message),
    );
    return end(protocolRefusal(fault));
  }

  const sessionId = session.value === undefined ? undefined : request.header('mcp-session-id');
  const restored =
    continued?.progress.spends === undefined || message.kind !== 'request'
      ? message
      : { ...message, params: continued.params };
  const answered =
    message.kind === 'response' ? openRequestId(message.id, sessionId, owner, sessionKey) : undefined;
  const adapted = adaptMessage(restored, answered, request.server.methods);
  if (adapted === undefined) {
    return refuse(400, 'No request of the server is waiting for this answer');
  }
  if (adapted !== message && !read.isExact) {
    return refuse(400, 'The message holds numbers that cannot be carried exactly', message);
  }
  return pass({
    request,
    message: adapted,
    era,
    revision,
    session: era === 'legacy' ? session.value : undefined,
    sessionId: era === 'legacy' ? sessionId : undefined,
    body: adapted === message ? request.body : encode(adapted),
    hasLossyNumber: read.hasLossyArgument,
    isExact: read.isExact,
    progress: continued?.progress,
    wasAsked: wasAskedBefore(message),
  });
}

function wasAskedBefore(message: JsonRpcMessage): boolean {
  const answers = message.kind === 'request' ? message.params?.['inputResponses'] : undefined;
  return isJsonObject(answers) && Object.hasOwn(answers, APPROVAL_QUESTION);
}

function refuse(status: number, text: string, message?: JsonRpcMessage): ReturnType<typeof end> {
  const id = message && idOf(message);
  return end(protocolRefusal(refusal(status, ERROR_CODES.invalidRequest, text, id)));
}

function idOf(message: JsonRpcMessage): RequestId | undefined {
  return message.kind === 'request' ? message.id : undefined;
}

/** On standard input there are no headers: the claim in the body stands alone. */
function revisionHeaderOf(request: AgentRequest, message: JsonRpcMessage): string | undefined {
  if (request.transport === 'http') return request.header('mcp-protocol-version');
  const meta = message.kind === 'response' ? undefined : message.params?.['_meta'];
  const claim = isJsonObject(meta) ? meta[META_KEYS.protocolVersion] : undefined;
  return typeof claim === 'string' ? claim : request.header('mcp-protocol-version');
}

/** A session header that is forged, foreign or damaged is a 404: the client then initializes again. */
function openLegacySession(
  request: AgentRequest,
  message: JsonRpcMessage,
  key: Uint8Array,
): Step<Session | undefined> {
  const id = request.header('mcp-session-id');
  const opensAnew = message.kind === 'request' && message.method === 'initialize';
  if (id === undefined || opensAnew || claimsModern(message)) return pass(undefined);
  const session = openSession(id, { grantId: request.grant.id, serverId: request.server.id }, key);
  if (!session) return refuse(404, 'Session not found: initialize again', message);
  return pass(session);
}

function claimsModern(message: JsonRpcMessage): boolean {
  const meta = message.kind === 'response' ? undefined : message.params?.['_meta'];
  return isJsonObject(meta) && meta[META_KEYS.protocolVersion] !== undefined;
}

function permitMethod(
  message: JsonRpcMessage,
  era: Era,
  revision: string,
  switches: MethodSwitches,
): Step<undefined> {
  if (message.kind === 'response') return pass(undefined);
  const known = methodKind(revision, message.method);
  const family = methodFamily(message.method);
  const switchedOff =
    family === 'tasks'
      ? !offersTaskMethod(message.method, switches)
      : family !== undefined && family in switches && switches[family as keyof MethodSwitches] === false;
  if (known === message.kind && !switchedOff) return pass(undefined);
  if (message.kind === 'request') return end(noSuchMethod(message.id, era));
  // The agent offered its roots in good faith: it is not told that the server does not know of them.
  if (family === 'roots' && known === message.kind) return end({ status: 202 });
  return refuse(400, `The notification ${message.method} is not accepted here`);
}

/**
 * What the gateway changes on purpose on the way up: the revision it can police, tasks where they are not offered, what the
 * server may not ask of the agent, its own `_meta` keys, the answer to a question of its own, and the ids of answers to a server's requests. Gives the same object back when nothing changes, and
 * undefined for an answer to a request that was never made.
 */
function adaptMessage(
  message: JsonRpcMessage,
  answeredId: RequestId | undefined,
  methods: MethodSwitches,
): JsonRpcMessage | undefined {
  if (message.kind === 'response') {
    return answeredId === undefined ? undefined : { ...message, id: answeredId };
  }
  if (!message.params) return message;
  let params = message.params;
  if (params['inputResponses'] !== undefined) params = withoutInputResponse(params, APPROVAL_QUESTION);
  if (message.method === 'initialize') params = adaptInitialize(params, methods);
  const meta = params['_meta'];
  if (isJsonObject(meta)) {
    const adapted = adaptMeta(meta, methods);
    if (adapted !== meta) params = { ...params, _meta: adapted };
  }
  return params === message.params ? message : { ...message, params };
}

function adaptInitialize(params: JsonObject, methods: MethodSwitches): JsonObject {
  let adapted = params;
  const version = params['protocolVersion'];
  if (typeof version !== 'string' || !isLegacyRevision(version)) {
    adapted = { ...adapted, protocolVersion: LATEST_LEGACY_REVISION };
  }
  const capabilities = params['capabilities'];
  if (isJsonObject(capabilities) && 'tasks' in capabilities) {
    adapted = { ...adapted, capabilities: without(capabilities, 'tasks') };
  }
  const { capabilities: offered } = adapted;
  const kept = isJsonObject(offered) ? withoutFeatures(offered, methods) : offered;
  return kept === offered ? adapted : { ...adapted, capabilities: kept };
}

function adaptMeta(meta: JsonObject, methods: MethodSwitches): JsonObject {
  let adapted = meta;
  for (const name of Object.keys(meta)) {
    if (name.startsWith(GATEWAY_META_PREFIX)) adapted = without(adapted, name);
  }
  const capabilities = meta[META_KEYS.clientCapabilities];
  const extensions = isJsonObject(capabilities) ? capabilities['extensions'] : undefined;
  const hidesTasks = methods.tasks !== true && isJsonObject(extensions) && TASKS_EXTENSION in extensions;
  if (isJsonObject(capabilities) && isJsonObject(extensions) && hidesTasks) {
    adapted = {
      ...adapted,
      [META_KEYS.clientCapabilities]: { ...capabilities, extensions: without(extensions, TASKS_EXTENSION) },
    };
  }
  const offered = adapted[META_KEYS.clientCapabilities];
  const kept = isJsonObject(offered) ? withoutFeatures(offered, methods) : offered;
  if (kept !== offered) adapted = { ...adapted, [META_KEYS.clientCapabilities]: kept };
  if (methods.logging === false && META_KEYS.logLevel in adapted)
    adapted = without(adapted, META_KEYS.logLevel);
  return adapted;
}

/** A message as it goes over the wire. */
export function encode(message: JsonRpcMessage): Uint8Array {
  const { kind: _, ...members } = message;
  return new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', ...members }));
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}
