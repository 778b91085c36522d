import { ERROR_CODES, isToolListResult } from '#mcp';
import type { ToolDefinition } from '#policy';
import { toolDefinitionsOf } from '../http/list-tools.ts';
import { UpstreamUnavailable, type UpstreamFailure } from '../upstream.ts';
import type { OpenConnection } from './connection-keeper.ts';
import { ownEnvelope, type ClientInfo } from './handshake.ts';

const MAX_PAGES = 100;
const MAX_TOOLS = 10_000;

/** Reads a server's whole tool list. A server without tools has an empty one. Throws `UpstreamUnavailable`. */
export async function listTools(
  connection: OpenConnection,
  clientInfo: ClientInfo,
  limitMs: number,
): Promise<readonly ToolDefinition[]> {
  const { conversation, profile } = connection;
  const envelope = profile.era === 'modern' ? { _meta: ownEnvelope(clientInfo) } : {};
  const deadline = performance.now() + limitMs;
  const tools: ToolDefinition[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? envelope : { cursor, ...envelope };
    const { result, error } = await conversation.ask(
      'tools/list',
      params,
      Math.max(1, deadline - performance.now()),
    );
    if (page === 0 && error?.['code'] === ERROR_CODES.methodNotFound) return [];
    if (!isToolListResult(result))
      throw unavailable('broken', 'the server did not answer tools/list with a list');
    tools.push(...toolDefinitionsOf(result));
    const next = result['nextCursor'];
    if (typeof next !== 'string') return tools;
    if (tools.length > MAX_TOOLS) break;
    cursor = next;
  }
  throw unavailable('too_large', 'the server lists too many tools');
}

function unavailable(kind: UpstreamFailure['kind'], message: string): UpstreamUnavailable {
  return new UpstreamUnavailable({ kind, message, reached: true });
}
