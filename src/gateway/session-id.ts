import { seal, unseal } from './seal.ts';

/**
 * Session ids that need no memory: the server's own id and the negotiated revision, signed together with the grant and
 * the server they belong to. Any process with the key can check one; a stolen or guessed id is worth nothing to another
 * grant. A session never authenticates: the grant is checked on every request.
 */
export interface Session {
  /** The server's own session id; empty when the server keeps none. */
  readonly upstream: string;
  readonly revision: string;
  /** The client said that it can ask its user to open an address. */
  readonly opensUrls?: true;
}

export interface SessionOwner {
  readonly grantId: string;
  readonly serverId: string;
}

/** Makes the id that the agent sees: visible ASCII, as the specification asks of `Mcp-Session-Id`. */
export function sealSession(
  { revision, upstream, opensUrls }: Session,
  owner: SessionOwner,
  key: Uint8Array,
): string {
  const session = opensUrls ? [revision, upstream, 'url'] : [revision, upstream];
  return seal('tgs1', session, [owner.grantId, owner.serverId], key);
}

/** The session behind an id; undefined when it is forged, damaged or belongs to somebody else. */
export function openSession(id: string, owner: SessionOwner, key: Uint8Array): Session | undefined {
  const opened = unseal('tgs1', id, [owner.grantId, owner.serverId], key) as
    | [string, string, 'url'?]
    | undefined;
  if (!opened) return undefined;
  const [revision, upstream, opens] = opened;
  return opens === 'url' ? { revision, upstream, opensUrls: true } : { revision, upstream };
}

/**
 * Ids of requests that a server sends to the agent are signed with grant, server and the session they were sent in, if there
 * is one: the agent's answer is taken only with an id that really was handed out there.
 */
export function sealRequestId(
  id: string | number,
  session: string | undefined,
  owner: SessionOwner,
  key: Uint8Array,
): string {
  return seal('tgr1', id, requestScope(session, owner), key);
}

/** The server's own id, or undefined when it was never handed out there. */
export function openRequestId(
  sealed: string | number,
  session: string | undefined,
  owner: SessionOwner,
  key: Uint8Array,
): string | number | undefined {
  if (typeof sealed !== 'string') return undefined;
  return unseal('tgr1', sealed, requestScope(session, owner), key) as string | number | undefined;
}

function requestScope(session: string | undefined, { grantId, serverId }: SessionOwner): readonly string[] {
  return [grantId, serverId, session ?? ''];
}
