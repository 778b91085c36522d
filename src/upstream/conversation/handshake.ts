import {
  ERROR_CODES,
  isJsonObject,
  isLegacyRevision,
  LATEST_LEGACY_REVISION,
  META_KEYS,
  type Era,
  type Json,
  type JsonObject,
  type ModernRevision,
} from '#mcp';
import { UpstreamUnavailable } from '../upstream.ts';
import type { Conversation } from './conversation.ts';

/** The modern revision that we speak to a server which knows no handshake. */
export const OWN_MODERN_REVISION: ModernRevision = '2026-07-28';

/** What a server said of itself. */
export interface ServerProfile {
  readonly era: Era;
  readonly capabilities: JsonObject;
  readonly serverInfo: JsonObject | undefined;
  readonly instructions: string | undefined;
}

/** How the gateway introduces itself to a server. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
}

/**
 * What a modern server must find in `_meta` of every request. No capability is declared: with one connection for all
 * callers nobody in particular could be asked.
 */
export function ownEnvelope(clientInfo: ClientInfo): JsonObject {
  return {
    [META_KEYS.protocolVersion]: OWN_MODERN_REVISION,
    [META_KEYS.clientCapabilities]: {},
    [META_KEYS.clientInfo]: { ...clientInfo },
  };
}

/**
 * Opens the conversation: the handshake of 2025-11-25 and, where the server refuses it as a stateless one would,
 * `server/discover`. Throws `UpstreamUnavailable` when neither works.
 */
export async function shakeHands(conversation: Conversation, clientInfo: ClientInfo): Promise<ServerProfile> {
  const opening = {
    protocolVersion: LATEST_LEGACY_REVISION,
    capabilities: {},
    clientInfo: { ...clientInfo },
  };
  const { result, error } = await conversation.ask('initialize', opening);
  if (error?.['code'] === ERROR_CODES.methodNotFound || error?.['code'] === ERROR_CODES.unsupportedVersion) {
    return discover(conversation, clientInfo);
  }
  if (!isJsonObject(result))
    throw refused(`the server refused the handshake (error ${Number(error?.['code'])})`);
  const revision = result['protocolVersion'];
  if (typeof revision !== 'string' || !isLegacyRevision(revision)) {
    throw refused('the server speaks a protocol revision that the gateway does not know');
  }
  conversation.notify('notifications/initialized');
  return profileOf('legacy', result, result['serverInfo']);
}

async function discover(conversation: Conversation, clientInfo: ClientInfo): Promise<ServerProfile> {
  const _meta = ownEnvelope(clientInfo);
  const { result } = await conversation.ask('server/discover', { _meta });
  if (!isJsonObject(result)) throw refused('the server refused both the handshake and server/discover');
  const versions = result['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(OWN_MODERN_REVISION)) {
    throw refused('the server speaks a protocol revision that the gateway does not know');
  }
  const notifications = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
  const params = { _meta, notifications };
  conversation.call((id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }), {
    onAnswer: () => {},
    onProgress: () => {},
    onFailure: () => {},
  });
  const meta = result['_meta'];
  return profileOf('modern', result, isJsonObject(meta) ? meta[META_KEYS.serverInfo] : undefined);
}

function profileOf(era: Era, result: JsonObject, serverInfo: Json | undefined): ServerProfile {
  const { capabilities, instructions } = result;
  return {
    era,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    serverInfo: isJsonObject(serverInfo) ? serverInfo : undefined,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  };
}

function refused(message: string): UpstreamUnavailable {
  return new UpstreamUnavailable({ kind: 'unreachable', message, reached: false });
}
