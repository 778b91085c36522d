import { canOpenUrls, isJsonObject, type Json } from '#mcp';
import type { AnswerHead } from '#upstream';
import type { AgentCall } from './read-call.ts';
import type { Session } from './session-id.ts';

/** The one legacy revision in which a client can be asked to open a page. */
const URL_REVISION = '2025-11-25';

/**
 * The session that an answered `initialize` opens: the server's own id with the revision just negotiated. A client that can be asked to
 * open a page gets one from a server without sessions too, because its later requests do not say what it can.
 */
export function sessionToOpen(
  { session }: AnswerHead,
  message: Json,
  call: AgentCall | undefined,
  asksToOpenPages: boolean,
): Session | undefined {
  const result = isJsonObject(message) ? message['result'] : undefined;
  const revision = isJsonObject(result) ? result['protocolVersion'] : undefined;
  if (typeof revision !== 'string') return undefined;
  const opensUrls = asksToOpenPages && revision === URL_REVISION && clientOpensUrls(call);
  if (session === undefined && !opensUrls) return undefined;
  const opened = { upstream: session ?? '', revision };
  return opensUrls ? { ...opened, opensUrls } : opened;
}

function clientOpensUrls(call: AgentCall | undefined): boolean {
  const message = call?.message;
  if (call?.request.server.approvals?.elicitation === false) return false;
  return message?.kind === 'request' && canOpenUrls(message.params?.['capabilities']);
}
