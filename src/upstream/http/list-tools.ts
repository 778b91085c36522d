import {
  ERROR_CODES,
  isJsonObject,
  isToolListResult,
  LATEST_LEGACY_REVISION,
  META_KEYS,
  MODERN_REVISIONS,
  parseStrict,
  type Json,
  type JsonObject,
} from '#mcp';
import type { ToolDefinition } from '#policy';
import { UpstreamUnavailable, type AnswerHead, type UpstreamFailure } from '../upstream.ts';

const MAX_PAGES = 100;
const MAX_TOOLS = 10_000;

/** One POST whose whole answer is wanted: the JSON-RPC message that answers it, from JSON or from a stream. */
export type Ask = (
  headers: Readonly<Record<string, string>>,
  body: JsonObject,
) => Promise<{ readonly head: AnswerHead; readonly message: JsonObject | undefined }>;

/**
 * Reads a server's whole tool list as the gateway itself, with the gateway's credential: stateless first (2026-07-28;
 * stateless legacy servers answer it too), and where that is refused with the legacy handshake.
 * Throws `UpstreamUnavailable`.
 */
export async function listTools(
  ask: Ask,
  endSession: (session: string, revision: string) => void,
): Promise<readonly ToolDefinition[]> {
  const askModern = (cursor: string | undefined): ReturnType<Ask> =>
    ask(modernHeaders('tools/list'), modernBody('tools/list', cursor));
  let modern = await listPages(askModern);
  // a server that names our revision as one it speaks is no legacy server: the handshake would not help
  if (!modern.ok && modern.speaksOurs) modern = await listPages(askModern);
  if (modern.ok) return modern.tools;

  const opened = await ask(
    {},
    {
      jsonrpc: '2.0',
      id: 'toolgate-1',
      method: 'initialize',
      params: {
        protocolVersion: LATEST_LEGACY_REVISION,
        capabilities: {},
        clientInfo: { name: 'toolgate', version: '1' },
      },
    },
  );
  const revision = objectOf(opened.message?.['result'])?.['protocolVersion'];
  if (typeof revision !== 'string') throw new UpstreamUnavailable(refusalOf(opened.head, 'the handshake'));
  const headers: Record<string, string> = {
    'mcp-protocol-version': revision,
    ...(opened.head.session === undefined ? {} : { 'mcp-session-id': opened.head.session }),
  };
  await ask(headers, { jsonrpc: '2.0', method: 'notifications/initialized' });
  const legacy = await listPages((cursor) =>
    ask(headers, {
      jsonrpc: '2.0',
      id: 'toolgate-2',
      method: 'tools/list',
      ...(cursor === undefined ? {} : { params: { cursor } }),
    }),
  );
  if (opened.head.session !== undefined) endSession(opened.head.session, revision);
  if (!legacy.ok) throw new UpstreamUnavailable(refusalOf(legacy.head, 'tools/list'));
  return legacy.tools;
}

type Pages =
  | { readonly ok: true; readonly tools: ToolDefinition[] }
  | { readonly ok: false; readonly head: AnswerHead; readonly speaksOurs: boolean };

async function listPages(askPage: (cursor: string | undefined) => ReturnType<Ask>): Promise<Pages> {
  const tools: ToolDefinition[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { head, message } = await askPage(cursor);
    const result = message?.['result'];
    if (result === undefined || !isToolListResult(result))
      return { ok: false, head, speaksOurs: namesOurRevision(message) };
    tools.push(...toolDefinitionsOf(result));
    const next = result['nextCursor'];
    if (typeof next !== 'string') return { ok: true, tools };
    if (tools.length > MAX_TOOLS) break;
    cursor = next;
  }
  throw new UpstreamUnavailable({
    kind: 'too_large',
    message: 'the server lists too many tools',
    reached: true,
  });
}

function namesOurRevision(message: JsonObject | undefined): boolean {
  const error = objectOf(message?.['error']);
  const supported = objectOf(error?.['data'])?.['supported'];
  return (
    error?.['code'] === ERROR_CODES.unsupportedVersion &&
    Array.isArray(supported) &&
    supported.includes(MODERN_REVISIONS[0])
  );
}

/** The entries of a list result that are tools at all: objects with a name. */
export function toolDefinitionsOf(result: JsonObject): ToolDefinition[] {
  const tools = result['tools'];
  if (!Array.isArray(tools)) return [];
  return (tools as readonly Json[]).filter(
    (tool): tool is JsonObject & ToolDefinition => typeof objectOf(tool)?.['name'] === 'string',
  );
}

function modernHeaders(method: string): Record<string, string> {
  return { 'mcp-protocol-version': MODERN_REVISIONS[0], 'mcp-method': method };
}

function modernBody(method: string, cursor: string | undefined): JsonObject {
  return {
    jsonrpc: '2.0',
    id: 'toolgate-0',
    method,
    params: {
      ...(cursor === undefined ? {} : { cursor }),
      _meta: {
        [META_KEYS.protocolVersion]: MODERN_REVISIONS[0],
        [META_KEYS.clientCapabilities]: {},
        [META_KEYS.clientInfo]: { name: 'toolgate', version: '1' },
      },
    },
  };
}

function refusalOf(head: AnswerHead, what: string): UpstreamFailure {
  const credentials = head.status === 401 || head.status === 403;
  return {
    kind: credentials ? 'refused_credentials' : 'broken',
    message: credentials
      ? 'the server refused the credential that the gateway holds for it'
      : `the server did not answer ${what} (HTTP ${head.status})`,
    reached: true,
    status: head.status,
  };
}

/** The message of a whole answer body; undefined when it is no JSON object. */
export function messageOfBody(body: Uint8Array): JsonObject | undefined {
  if (body.length === 0) return undefined;
  const parsed = parseStrict(body);
  return parsed.ok ? objectOf(parsed.value) : undefined;
}

function objectOf(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
