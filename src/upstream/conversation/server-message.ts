import {
  isJsonObject,
  isRequestId,
  type Json,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '#mcp';
import { membersOf, skipSpace, type Span } from './json-members.ts';

/** An answer of the server. With neither `result` nor `error` it is one that nobody can read. */
export interface ServerAnswer {
  readonly kind: 'response';
  readonly id: RequestId;
  readonly result: Json | undefined;
  readonly error: JsonObject | undefined;
  /** The line as the server wrote it, and where its members stand in it. */
  readonly text: string;
  readonly members: ReadonlyMap<string, Span>;
}

export type ServerMessage = ServerAnswer | JsonRpcRequest | JsonRpcNotification;

/** What is kept of a message that was too long: enough to see whose answer it was. */
export interface OversizeLine {
  readonly head: string;
  readonly tail: string;
  readonly bytes: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads one line of a server as one JSON-RPC message; undefined when it is none. Looser than what is asked of an agent's
 * request, since nothing is decided by it: only the envelope must be plain.
 */
export function readServerMessage(received: Uint8Array | string): ServerMessage | undefined {
  let text: string;
  let value: Json;
  try {
    text = typeof received === 'string' ? received : utf8.decode(received);
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const members = membersOf(text, skipSpace(text, 0));
  if (members === undefined) return undefined;

  const { id, method, result, error } = value;
  const params = isJsonObject(value['params']) ? value['params'] : undefined;
  if (typeof method === 'string') {
    if (!members.has('id')) return { kind: 'notification', method, params };
    return isRequestId(id) ? { kind: 'request', id, method, params } : undefined;
  }
  if (!isRequestId(id)) return undefined;
  const isReadable = members.has('result') !== isJsonObject(error);
  if (!isReadable) return { kind: 'response', id, result: undefined, error: undefined, text, members };
  return { kind: 'response', id, result, error: isJsonObject(error) ? error : undefined, text, members };
}

const ID_IN_HEAD = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,/;
const ID_IN_TAIL = /,\s*"id"\s*:\s*(\d{1,15})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

/**
 * Whose answer a line was that was too long to keep: servers write the id first or last, where it cannot be mistaken
 * for one inside the result. Undefined when it stands elsewhere.
 */
export function idOfOversize(line: OversizeLine): number | undefined {
  const found = ID_IN_HEAD.exec(line.head)?.[1] ?? ID_IN_TAIL.exec(line.tail)?.[1];
  return found === undefined ? undefined : Number(found);
}
