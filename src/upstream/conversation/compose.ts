import {
  ERROR_CODES,
  isJsonObject,
  META_KEYS,
  stripModernEnvelope,
  toModernResult,
  type Era,
  type Json,
  type JsonObject,
  type JsonRpcRequest,
  type RequestId,
} from '#mcp';
import type { ServerAnswer } from './server-message.ts';
import { ownEnvelope, type ClientInfo, type ServerProfile } from './handshake.ts';
import { membersOf, replaceSpans, skipSpace, type Replacement } from './json-members.ts';

/** The progress token of a request; undefined when it wants no progress. */
export function progressTokenOf(request: JsonRpcRequest): RequestId | undefined {
  const meta = request.params?.['_meta'];
  const token = isJsonObject(meta) ? meta[META_KEYS.progressToken] : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

/**
 * The `_meta` that the server gets: without what the client's era or the gateway put there, with the server's id as
 * progress token, and with the envelope when the server is modern. Undefined when nothing is left to say.
 */
export function metaForServer(
  request: JsonRpcRequest,
  eras: { readonly client: Era; readonly server: Era },
  id: number,
  clientInfo: ClientInfo,
): JsonObject | undefined {
  const params = eras.client === 'modern' ? stripModernEnvelope(request.params) : request.params;
  const meta = params?.['_meta'];
  const token = progressTokenOf(request) === undefined ? {} : { [META_KEYS.progressToken]: id };
  const envelope = eras.server === 'modern' ? ownEnvelope(clientInfo) : {};
  const merged = { ...(isJsonObject(meta) ? meta : {}), ...token, ...envelope };
  return Object.keys(merged).length === 0 ? undefined : merged;
}

/**
 * The line that carries a judged request to the server. Only the id and `_meta` are written anew; the rest are the
 * bytes that were judged, so that numbers keep all their digits. Line ends between tokens become spaces, because a line
 * is a message here.
 */
export function composeRequest(
  request: JsonRpcRequest,
  body: Uint8Array | undefined,
  id: number,
  meta: JsonObject | undefined,
): string {
  const judged =
    body === undefined ? undefined : spliceRequest(request, Buffer.from(body).toString(), id, meta);
  if (judged !== undefined) return judged.replaceAll(/[\r\n]+/g, ' ');
  const { _meta: _, ...rest } = request.params ?? {};
  const params = meta === undefined ? rest : { ...rest, _meta: meta };
  const hasParams = request.params !== undefined || meta !== undefined;
  return JSON.stringify({ jsonrpc: '2.0', id, method: request.method, ...(hasParams ? { params } : {}) });
}

/** Undefined when the text is not this very request in the plain form (an element of a batch, say). */
function spliceRequest(
  request: JsonRpcRequest,
  text: string,
  id: number,
  meta: JsonObject | undefined,
): string | undefined {
  const start = skipSpace(text, 0);
  const members = membersOf(text, start);
  const idSpan = members?.get('id');
  if (idSpan === undefined || JSON.parse(text.slice(idSpan.start, idSpan.end)) !== request.id)
    return undefined;
  const changes: Replacement[] = [{ ...idSpan, text: String(id) }];

  const paramsSpan = members?.get('params');
  if (paramsSpan === undefined) {
    if (meta !== undefined) changes.push(insertion(start + 1, `"params":{"_meta":${JSON.stringify(meta)}},`));
    return replaceSpans(text, changes);
  }
  const params = membersOf(text, paramsSpan.start);
  if (params === undefined) return undefined;
  const metaSpan = params.get('_meta');
  if (metaSpan !== undefined) {
    changes.push({ ...metaSpan, text: JSON.stringify(meta ?? {}) });
  } else if (meta !== undefined) {
    const comma = params.size === 0 ? '' : ',';
    changes.push(insertion(paramsSpan.start + 1, `"_meta":${JSON.stringify(meta)}${comma}`));
  }
  return replaceSpans(text, changes);
}

function insertion(at: number, text: string): Replacement {
  return { start: at, end: at, text };
}

/**
 * The server's answer as the client must see it: its own id, and the form of its era. What need not change keeps the
 * server's own characters. Undefined when there is nothing that this client could read.
 */
export function composeAnswer(
  response: ServerAnswer,
  request: JsonRpcRequest,
  client: Era,
  profile: ServerProfile,
): string | undefined {
  const { result, error, members } = response;
  const changes: Replacement[] = [];
  const change = (name: 'id' | 'result' | 'error', text: string): void => {
    const span = members.get(name);
    if (span !== undefined) changes.push({ ...span, text });
  };
  change('id', JSON.stringify(request.id));
  if (error !== undefined) {
    if (client === 'modern' && error['code'] === ERROR_CODES.resourceNotFound) {
      change('error', JSON.stringify({ ...error, code: ERROR_CODES.invalidParams }));
    }
  } else if (!isJsonObject(result)) {
    return undefined;
  } else if (client !== profile.era) {
    const wanted =
      client === 'modern'
        ? toModernResult(request.method, result, profile.serverInfo)
        : toLegacyResult(result);
    if (wanted === undefined) return undefined;
    change('result', recompose(response, result, wanted));
  }
  return replaceSpans(response.text, changes);
}

/** Undefined for a result that asks for something a legacy client cannot give. */
function toLegacyResult(result: JsonObject): JsonObject | undefined {
  if (result['resultType'] !== undefined && result['resultType'] !== 'complete') return undefined;
  const { resultType: _type, ttlMs: _ttl, cacheScope: _scope, _meta: meta, ...rest } = result;
  if (!isJsonObject(meta)) return rest;
  const { [META_KEYS.serverInfo]: _info, ...kept } = meta;
  return Object.keys(kept).length === 0 ? rest : { ...rest, _meta: kept };
}

/** Writes the wanted result with the server's own characters for every member that it takes over. */
function recompose(response: ServerAnswer, result: JsonObject, wanted: JsonObject): string {
  const span = response.members.get('result');
  const written = span && membersOf(response.text, span.start);
  if (written === undefined) return JSON.stringify(wanted);
  const members = Object.entries(wanted).map(([name, value]: [string, Json | undefined]) => {
    const own = value === result[name] ? written.get(name) : undefined;
    return `${JSON.stringify(name)}:${own ? response.text.slice(own.start, own.end) : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}
