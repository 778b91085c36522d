import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import {
  checkMirrorHeaders,
  checkParamHeaders,
  classify,
  decodeHeaderValue,
  encodeHeaderValue,
  isJsonObject,
  META_KEYS,
  methodKind,
  mirroredMember,
  MODERN_REVISIONS,
  readBody,
  readToolCall,
  scanParamHeaders,
  type JsonObject,
  type JsonRpcMessage,
} from '#mcp';
import { encode } from '../../../src/gateway/read-call.ts';
import { asBytes, bytesOf, MESSAGES, mutated, noise } from '../generators.ts';
import { defineTarget } from '../target.ts';

const version = fc.constantFrom(
  undefined,
  '2026-07-28',
  ' 2026-07-28\t',
  '2025-11-25',
  '2025-03-26',
  'x',
  '',
);
const headers = fc.record(
  {
    'mcp-method': fc.constantFrom('tools/call', ' tools/call ', 'tools/list', 'Tools/Call', ''),
    'mcp-name': fc.constantFrom('echo', 'delete_all', '=?base64?ZGVsZXRlX2FsbA==?=', '=?base64?!?=', 'Echo'),
  },
  { requiredKeys: [] },
);

/** The members that are JSON values; undefined ones are absent on the wire. */
const onTheWire = (message: JsonRpcMessage): unknown => JSON.parse(Buffer.from(encode(message)).toString());

function checkPlace(
  message: JsonRpcMessage,
  context: { version: string | undefined; hasSession: boolean; sessionRevision: string | undefined },
  given: Readonly<Record<string, string | undefined>>,
): void {
  const placed = classify(message, {
    protocolVersionHeader: context.version,
    hasSession: context.hasSession,
    sessionRevision: context.sessionRevision,
    knownModern: MODERN_REVISIONS,
  });
  if (!placed.ok) {
    const { id, httpStatus } = placed.refusal;
    if (message.kind !== 'notification') deepStrictEqual(id, message.id);
    if (httpStatus !== 400 && httpStatus !== 404) throw new Error(`refused with ${httpStatus}`);
    return;
  }
  const meta = message.kind === 'response' ? undefined : message.params?.['_meta'];
  const claim = isJsonObject(meta) ? meta[META_KEYS.protocolVersion] : undefined;
  if (placed.era === 'legacy') {
    if (claim !== undefined || context.version?.trim() === '2026-07-28') throw new Error('taken for legacy');
    return;
  }
  if (message.kind === 'response') throw new Error('a modern response');
  if (message.kind === 'request' && (claim !== placed.revision || context.version?.trim() !== claim))
    throw new Error('modern without an agreement of body and header');
  if (checkMirrorHeaders(message, (name) => given[name]) !== undefined) return;
  const method = given['mcp-method'];
  if ((message.kind === 'request' || method !== undefined) && method?.trim() !== message.method)
    throw new Error('another method in the header');
  const member = mirroredMember(message.method);
  if (member !== undefined && decodeHeaderValue(given['mcp-name'] ?? '') !== message.params?.[member])
    throw new Error('another name in the header');
}

const property = fc.record(
  {
    type: fc.constantFrom('string', 'integer', 'number', 'boolean', 'object', ['string', 'null']),
    'x-mcp-header': fc.constantFrom('A', 'a', 'B', 'no token', '', 1),
    properties: fc.constant({ inner: { type: 'integer', 'x-mcp-header': 'Inner' } }),
    anyOf: fc.constant([{ type: 'string', 'x-mcp-header': 'Lost' }]),
  },
  { requiredKeys: [] },
);
const argument = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
  fc.record({ inner: fc.oneof(fc.integer(), fc.string({ maxLength: 3 })) }),
);

/** Headers made from the arguments agree with them, and none that was changed does. */
function checkParams(properties: object, given: object): void {
  const { declarations } = scanParamHeaders({ type: 'object', properties: properties as JsonObject });
  const args = given as JsonObject;
  const made = new Map<string, string>();
  for (const { header, path, type } of declarations) {
    let value: unknown = args;
    for (const step of path)
      value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    const isWhole = type !== 'integer' || typeof value !== 'number' || Number.isSafeInteger(value);
    if (value === undefined || value === null) continue;
    if (typeof value === 'object' || !isWhole) return; // has no header that would agree
    made.set(header, encodeHeaderValue(String(value)));
  }
  const refused = checkParamHeaders(args, declarations, (name) => made.get(name));
  if (refused !== undefined)
    throw new Error(`headers made from the arguments are refused: ${refused.message}`);
  for (const { header } of declarations) {
    const other = made.has(header) ? `${made.get(header)}x` : 'x';
    const changed = checkParamHeaders(args, declarations, (name) =>
      name === header ? other : made.get(name),
    );
    if (changed?.code !== -32020) throw new Error(`a header ${header} of another value is accepted`);
  }
}

export const envelope = defineTarget({
  name: 'envelope',
  promise:
    'a body is one message of one era or a refusal with its id, headers agree with it, and it reads the same when written again',
  input: fc.record({
    body: fc.oneof({ weight: 5, arbitrary: asBytes(mutated(MESSAGES)) }, noise),
    version,
    headers,
    hasSession: fc.boolean(),
    sessionRevision: fc.constantFrom(undefined, '2025-03-26', '2025-11-25', '2026-07-28'),
    properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), property, { noNullPrototype: true }),
    args: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), argument, { noNullPrototype: true }),
  }),
  check({ body, properties, args, headers, ...context }) {
    const read = readBody(bytesOf(body));
    if (read.ok) {
      const { message } = read;
      const again = readBody(encode(message));
      // a number that a double does not carry is another one when it is written again; the gateway refuses it then
      if (read.isExact) deepStrictEqual(again.ok && onTheWire(again.message), onTheWire(message));
      if (message.kind !== 'response' && methodKind('2025-11-25', message.method) === 'request')
        deepStrictEqual(message.kind, 'request');
      if (message.kind === 'request') readToolCall(message);
      checkPlace(message, context, headers);
    } else if (read.refusal.httpStatus !== 400) {
      throw new Error(`refused with ${read.refusal.httpStatus}`);
    }
    checkParams(properties, args);
  },
});
