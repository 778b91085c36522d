import { LATEST_LEGACY_REVISION } from '#mcp';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { OutboundFetch } from './outbound-fetch.ts';

/**
 * What a server says to a caller without a credential (`WWW-Authenticate`): where its metadata lie and which rights it
 * wants. Undefined when it says nothing. A list of tools is asked for, because many servers shake hands with anybody.
 * Rejects with `AuthorizationFailure` when the server cannot be reached.
 */
export async function askForChallenge(
  serverUrl: string,
  headers: readonly string[],
  fetch: OutboundFetch,
): Promise<string | undefined> {
  const lines: [string, string][] = [
    ['content-type', 'application/json'],
    ['accept', 'application/json, text/event-stream'],
    ['mcp-protocol-version', LATEST_LEGACY_REVISION],
  ];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push([headers[i] ?? '', headers[i + 1] ?? '']);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 'toolgate-login', method: 'tools/list' });
  try {
    const response = await fetch(serverUrl, { method: 'POST', headers: lines, body });
    const isChallenge = response.status === 401 || response.status === 403;
    return isChallenge ? (response.headers.get('www-authenticate') ?? undefined) : undefined;
  } catch (error) {
    if (!(error instanceof AuthorizationFailure)) throw error;
    throw new AuthorizationFailure(
      error.kind,
      error.message.replace('the authorization server', 'the server'),
    );
  }
}
