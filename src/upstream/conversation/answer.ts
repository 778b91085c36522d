import { randomUUID } from 'node:crypto';
import {
  callableTasks,
  isJsonObject,
  isLegacyRevision,
  isRequestId,
  LATEST_LEGACY_REVISION,
  LEGACY_REVISIONS,
  methodNotFound,
  resultAnswer,
  TASKS_EXTENSION,
  toModernResult,
  type Json,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
} from '#mcp';
import type { UpstreamRequest } from '../upstream.ts';
import type { ChangeStreams } from './change-streams.ts';
import type { ConnectionKeeper } from './connection-keeper.ts';
import type { Forwarder } from './forward.ts';
import { failureOf } from './forward.ts';
import { OWN_MODERN_REVISION, type ServerProfile } from './handshake.ts';
import type { Outlet } from './outlet.ts';

export interface AnswerParts {
  readonly keeper: ConnectionKeeper;
  readonly forwarder: Forwarder;
  readonly streams: ChangeStreams;
}

/** Answers one exchange in the client's own era, whatever the server speaks. Never throws: failures go to the outlet. */
export async function answer(exchange: UpstreamRequest, outlet: Outlet, parts: AnswerParts): Promise<void> {
  // Nothing reaches the sink before the caller holds the exchange.
  await Promise.resolve();
  const { verb, message } = exchange;
  if (verb === 'GET') return parts.streams.openLegacy(outlet);
  if (verb === 'DELETE') return outlet.answerEmpty(200); // nothing is kept for a session
  if (message?.kind === 'request') return answerRequest(exchange, message, outlet, parts);
  // Answers to server requests lead nowhere: the server's requests are never passed on.
  if (message?.kind === 'notification') heedNotification(exchange, message, parts);
  return outlet.answerEmpty(202);
}

function answerRequest(
  exchange: UpstreamRequest,
  request: JsonRpcRequest,
  outlet: Outlet,
  parts: AnswerParts,
): void | Promise<void> {
  const { keeper, forwarder, streams } = parts;
  const answerFrom = (write: (profile: ServerProfile) => void): Promise<void> =>
    keeper.open().then(
      ({ profile }) => write(profile),
      (error: unknown) => outlet.fail(failureOf(error)),
    );
  if (exchange.era === 'modern') {
    if (request.method === 'subscriptions/listen') return streams.openModern(outlet, request);
    if (request.method === 'server/discover') {
      return answerFrom((profile) => outlet.answer(resultAnswer(request.id, discoverResult(profile))));
    }
    return forwarder.forward(exchange, request, outlet);
  }
  switch (request.method) {
    case 'initialize':
      return answerFrom((profile) => {
        outlet.answer(resultAnswer(request.id, initializeResult(profile, request)), {
          session: randomUUID(),
        });
      });
    case 'ping':
      return outlet.answer(resultAnswer(request.id, {}));
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return outlet.answer(methodNotFound(request.id, 'legacy').body);
    case 'logging/setLevel':
      return answerFrom((profile) => {
        if (profile.era === 'legacy') void forwarder.forward(exchange, request, outlet);
        else outlet.answer(resultAnswer(request.id, {})); // a modern server is told with each request, or not at all
      });
    default:
      return forwarder.forward(exchange, request, outlet);
  }
}

function heedNotification(
  exchange: UpstreamRequest,
  notification: JsonRpcNotification,
  { forwarder }: AnswerParts,
): void {
  if (notification.method !== 'notifications/cancelled' || exchange.era !== 'legacy') return;
  const requestId = notification.params?.['requestId'];
  if (isRequestId(requestId)) forwarder.cancel(exchange, requestId);
}

function initializeResult(profile: ServerProfile, request: JsonRpcRequest): JsonObject {
  const asked = request.params?.['protocolVersion'];
  return {
    protocolVersion: typeof asked === 'string' && isLegacyRevision(asked) ? asked : LATEST_LEGACY_REVISION,
    capabilities: { ...sharedCapabilities(profile), ...taskCapability(profile) },
    serverInfo: profile.serverInfo ?? { name: 'unknown', version: 'unknown' },
    ...(profile.instructions === undefined ? {} : { instructions: profile.instructions }),
  };
}

function discoverResult(profile: ServerProfile): JsonObject {
  const result = {
    supportedVersions: [OWN_MODERN_REVISION, ...LEGACY_REVISIONS.toReversed()],
    capabilities: sharedCapabilities(profile),
    ...(profile.instructions === undefined ? {} : { instructions: profile.instructions }),
  };
  return toModernResult('server/discover', result, profile.serverInfo);
}

/**
 * What a connection shared by many callers can do for each of them: no subscriptions to single resources. Changes of the tool
 * list are always told, because a policy may change them too. Tasks are told of apart: eras do not share them.
 */
function sharedCapabilities({ capabilities }: ServerProfile): JsonObject {
  const { tasks: _tasks, tools, resources, extensions, ...others } = capabilities as Record<string, Json>;
  const { subscribe: _subscribe, ...reading } = isJsonObject(resources) ? resources : {};
  const { [TASKS_EXTENSION]: _extension, ...extended } = isJsonObject(extensions) ? extensions : {};
  return {
    ...others,
    ...(isJsonObject(extensions) ? { extensions: extended } : {}),
    ...(isJsonObject(tools) ? { tools: { ...tools, listChanged: true } } : {}),
    ...(isJsonObject(resources) ? { resources: reading } : {}),
  };
}

/**
 * A legacy server's tasks are there for legacy callers; whose each one is, the gateway tells by its sealed ids. A modern
 * server makes none, because no caller's capabilities are declared to it.
 */
function taskCapability({ era, capabilities }: ServerProfile): JsonObject {
  const tasks = era === 'legacy' ? callableTasks(capabilities['tasks']) : undefined;
  return tasks ? { tasks } : {};
}
