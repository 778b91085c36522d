import {
  encodeHeaderValue,
  isJsonObject,
  mirroredMember,
  scanParamHeaders,
  type Json,
  type JsonRpcRequest,
} from '#mcp';
import type { AgentRequest } from './agent-request.ts';
import type { AgentCall } from './read-call.ts';

const REVISION_HEADER = 'mcp-protocol-version';
const TRACE_HEADERS = ['traceparent', 'tracestate', 'baggage'] as const;

/** The headers with which a judged call goes up. Mirror headers travel in modern traffic only; on legacy traffic nobody has checked them. */
export function headersFor(call: AgentCall): ReadonlyMap<string, string> {
  const { request, message } = call;
  if (call.era === 'legacy') return legacyHeadersOf(request);
  if (request.transport === 'stdio')
    return message.kind === 'request' ? mirrorHeadersOf(call, message) : new Map();
  const sessionHeaders = new Set(['mcp-session-id', 'last-event-id']);
  const headers = new Map([...request.protocolHeaders].filter(([name]) => !sessionHeaders.has(name)));
  // the agent's own name of a task was held against the body already
  const [task] = message.kind === 'request' && message.method.startsWith('tasks/') ? (call.tasks ?? []) : [];
  if (task) headers.set('mcp-name', encodeHeaderValue(task.id));
  return headers;
}

/** The headers of requests that say nothing but their revision, by what they say. */
const onlyRevision = new Map<string | undefined, ReadonlyMap<string, string>>();
/** There are four of them; whatever else is said is not kept. */
const MOST_REVISIONS = 16;

/** Those that travel on in legacy traffic, of the headers that a request has. Nearly all requests have the same, and get the same map. */
export function legacyHeadersOf(request: AgentRequest): ReadonlyMap<string, string> {
  const revision = request.header(REVISION_HEADER);
  let headers: Map<string, string> | undefined;
  for (const name of TRACE_HEADERS) {
    const value = request.header(name);
    if (value !== undefined) (headers ??= headersOfRevision(revision)).set(name, value);
  }
  if (headers) return headers;
  const known = onlyRevision.get(revision);
  if (known) return known;
  const alone = headersOfRevision(revision);
  if (onlyRevision.size < MOST_REVISIONS) onlyRevision.set(revision, alone);
  return alone;
}

function headersOfRevision(revision: string | undefined): Map<string, string> {
  return new Map(revision === undefined ? [] : [[REVISION_HEADER, revision]]);
}

/** A stdio agent sends no headers: they are made from the judged body for a server that wants them. */
function mirrorHeadersOf(call: AgentCall, message: JsonRpcRequest): ReadonlyMap<string, string> {
  const headers = new Map([
    ['mcp-protocol-version', call.revision],
    ['mcp-method', message.method],
  ]);
  const member = mirroredMember(message.method);
  const name = member === undefined ? undefined : message.params?.[member];
  if (typeof name !== 'string') return headers;
  headers.set('mcp-name', encodeHeaderValue(name));
  const args = message.params?.['arguments'];
  const tool = call.request.server.upstream.knownTools()?.get(name);
  for (const { header, path } of scanParamHeaders(tool?.definition.inputSchema as Json | undefined)
    .declarations) {
    let value: Json | undefined = args;
    for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      headers.set(header, encodeHeaderValue(String(value)));
    }
  }
  return headers;
}
