import { decodeHeaderValue, trimWhitespace } from './header-value.ts';
import type { JsonRpcMessage, ProtocolRefusal } from './message.ts';
import { mirroredMember } from './methods.ts';
import { refusal } from './refusal.ts';
import { ERROR_CODES } from './revisions.ts';

/** Gives the single value of a header by its lower-case name; undefined when it is absent. */
export type HeaderLookup = (name: string) => string | undefined;

/**
 * Checks that the headers of a modern message repeat its body: `Mcp-Method` the method and, for tools/call,
 * prompts/get, resources/read and tasks/*, `Mcp-Name` the name, uri or taskId. On a notification both may be absent.
 * Returns HTTP 400 with -32020 when one is missing, malformed or different, undefined when all agree
 * (2026-07-28, transports, "Server Validation"). `classify` has compared `MCP-Protocol-Version` already; in legacy
 * traffic these headers mean nothing and must not be read.
 */
export function checkMirrorHeaders(
  message: JsonRpcMessage,
  headers: HeaderLookup,
): ProtocolRefusal | undefined {
  if (message.kind === 'response') return undefined;
  const id = message.kind === 'request' ? message.id : undefined;
  const refuse = (text: string): ProtocolRefusal => refusal(400, ERROR_CODES.headerMismatch, text, id);
  const isRequest = message.kind === 'request';

  const method = headers('mcp-method');
  if (method === undefined) {
    if (isRequest) return refuse('Header mismatch: Mcp-Method is missing');
  } else if (trimWhitespace(method) !== message.method) {
    return refuse('Header mismatch: Mcp-Method differs from the method in the body');
  }

  const member = mirroredMember(message.method);
  if (member === undefined) return undefined;
  const expected = message.params?.[member];
  if (typeof expected !== 'string') {
    return refusal(400, ERROR_CODES.invalidParams, `Invalid params: "${member}" must be a string`, id);
  }
  const name = headers('mcp-name');
  if (name === undefined) return refuse('Header mismatch: Mcp-Name is missing');
  if (decodeHeaderValue(name) !== expected) {
    return refuse(`Header mismatch: Mcp-Name differs from "${member}" in the body`);
  }
  return undefined;
}
