import { isJsonObject, readPlainAnswer, type Json, type JsonObject } from '#mcp';
import { latin1Of } from './http-reply.ts';
import { inspectMessage, type Inspected, type InspectionContext } from './inspect.ts';

type Seen =
  | Exclude<Inspected, { readonly action: 'replace' }>
  | { readonly action: 'replace'; readonly message: Json; readonly text: string };

/** Inspects a message; one that is nested too deeply to be looked at or written anew does not pass. */
export function lookAt(message: Json, inspection: InspectionContext): Seen {
  try {
    const inspected = inspectMessage(message, inspection);
    if (inspected.action !== 'replace') return inspected;
    return { ...inspected, text: JSON.stringify(inspected.message) };
  } catch {
    return { action: 'drop', reason: 'the answer cannot be read (nested too deeply, perhaps)' };
  }
}

/** Whether a message answers the request with this id. */
export function isAnswerTo(message: Json, id: string | number | undefined): message is JsonObject {
  return isJsonObject(message) && message['method'] === undefined && id !== undefined && message['id'] === id;
}

/** A message as it came over the wire; undefined for what is no JSON. */
export function parseJson(json: Uint8Array | string): Json | undefined {
  try {
    return JSON.parse(typeof json === 'string' ? json : textOf(json)) as Json;
  } catch {
    return undefined;
  }
}

/** More is not read as plain: a reader of patterns that fails late has read for nothing. */
const MAX_PLAIN_BYTES = 16 * 1024;

/** What can be judged of an answer that is text and nothing else; see `readPlainAnswer`. */
export function plainAnswerOf(body: Uint8Array): JsonObject | undefined {
  return body.length > MAX_PLAIN_BYTES ? undefined : readPlainAnswer(latin1Of(body));
}

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };
const PRIVATE_JSON_HEADERS = { ...JSON_HEADERS, 'cache-control': 'no-store' };

/** Headers of a JSON answer; one that was made for this agent alone is not kept anywhere. */
export function jsonHeaders(isPrivate: boolean): Readonly<Record<string, string>> {
  return isPrivate ? PRIVATE_JSON_HEADERS : JSON_HEADERS;
}

function textOf(bytes: Uint8Array): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
