import {
  isJsonObject,
  LATEST_LEGACY_REVISION,
  META_KEYS,
  MODERN_REVISIONS,
  parseStrict,
  type Era,
  type Json,
  type JsonObject,
} from '#mcp';
import { UpstreamUnavailable, type AnswerHead, type Upstream, type UpstreamRequest } from '#upstream';
import { packageVersion } from './package-version.ts';

/** What a server says of itself. */
export interface ServerIdentity {
  readonly era: Era;
  /** Revision that was agreed on. */
  readonly revision: string;
  readonly server?: { readonly name: string; readonly version: string };
}

const GRANT = 'toolgate-check';
const LONGEST_NAME = 100;

/**
 * Asks a server over HTTP which era and revision it speaks, as a client would: `server/discover`, and where that is refused the
 * handshake. `asked` is the revision to shake hands with. Rejects with `UpstreamUnavailable`.
 */
export async function identify(
  upstream: Upstream,
  asked: string = LATEST_LEGACY_REVISION,
): Promise<ServerIdentity> {
  const modern = asked === LATEST_LEGACY_REVISION ? await discover(upstream) : undefined;
  if (modern !== undefined) return modern;
  const params = { protocolVersion: asked, capabilities: {}, clientInfo: clientInfo() };
  const { head, result } = await ask(upstream, 'legacy', asked, 'initialize', params);
  const revision = result?.['protocolVersion'];
  if (typeof revision !== 'string')
    throw new UpstreamUnavailable({ kind: 'broken', message: 'it refused the handshake', reached: true });
  if (head.session !== undefined) endSession(upstream, head.session, revision);
  return { era: 'legacy', revision: short(revision), ...named(result?.['serverInfo']) };
}

async function discover(upstream: Upstream): Promise<ServerIdentity | undefined> {
  const [revision] = MODERN_REVISIONS;
  const _meta = {
    [META_KEYS.protocolVersion]: revision,
    [META_KEYS.clientCapabilities]: {},
    [META_KEYS.clientInfo]: clientInfo(),
  };
  const { result } = await ask(upstream, 'modern', revision, 'server/discover', { _meta });
  const versions = result?.['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(revision)) return undefined;
  const meta = result?.['_meta'];
  return { era: 'modern', revision, ...named(isJsonObject(meta) ? meta[META_KEYS.serverInfo] : undefined) };
}

interface Asked {
  readonly head: AnswerHead;
  readonly result: JsonObject | undefined;
}

function ask(
  upstream: Upstream,
  era: Era,
  revision: string,
  method: string,
  params: JsonObject,
): Promise<Asked> {
  const id = 'toolgate-check';
  const request: UpstreamRequest = {
    verb: 'POST',
    era,
    revision,
    message: { kind: 'request', id, method, params },
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params })),
    headers: new Map(
      era === 'modern'
        ? [
            ['mcp-protocol-version', revision],
            ['mcp-method', method],
          ]
        : [],
    ),
    session: undefined,
    grantId: GRANT,
  };
  return new Promise((resolve, reject) => {
    let head: AnswerHead = { status: 200 };
    const exchange = upstream.exchange(request, {
      onAnswer: (answered, body) => resolve({ head: answered, result: resultIn(body, id) }),
      onStream: (answered) => {
        head = answered;
      },
      onEvent: (event) => {
        const result = resultIn(Buffer.from(event.data), id);
        if (result === undefined) return;
        resolve({ head, result });
        exchange.abort();
      },
      onEnd: () => resolve({ head, result: undefined }),
      onFailure: (failure) => reject(new UpstreamUnavailable(failure)),
    });
  });
}

function resultIn(body: Uint8Array, id: string): JsonObject | undefined {
  const read = body.length === 0 ? undefined : parseStrict(body);
  if (read?.ok !== true || !isJsonObject(read.value) || read.value['id'] !== id) return undefined;
  const { result } = read.value as { result?: Json };
  return isJsonObject(result) ? result : undefined;
}

/** A courtesy to servers that keep something for a session. */
function endSession(upstream: Upstream, session: string, revision: string): void {
  const nothing = (): void => {};
  upstream.exchange(
    {
      verb: 'DELETE',
      era: 'legacy',
      revision,
      message: undefined,
      body: undefined,
      headers: new Map([['mcp-protocol-version', revision]]),
      session,
      grantId: GRANT,
    },
    { onAnswer: nothing, onStream: nothing, onEvent: nothing, onEnd: nothing, onFailure: nothing },
  );
}

function clientInfo(): JsonObject {
  return { name: 'toolgate', version: packageVersion() };
}

/** What a server calls itself is shown to people: no invisible characters, and not long. */
function named(info: Json | undefined): Pick<ServerIdentity, 'server'> {
  if (!isJsonObject(info)) return {};
  const { name, version } = info as { name?: Json; version?: Json };
  if (typeof name !== 'string') return {};
  return { server: { name: short(name), version: short(typeof version === 'string' ? version : '') } };
}

function short(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, LONGEST_NAME);
}
