import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Session ids that need no memory: the server's own id and the negotiated revision, signed together with the grant and
 * the server they belong to. Any process with the key can check one; a stolen or guessed id is worth nothing to another
 * grant. A session never authenticates: the grant is checked on every request.
 */
export interface Session {
  /** The server's own session id; empty when the server keeps none. */
  readonly upstream: string;
  readonly revision: string;
}

export interface SessionOwner {
  readonly grantId: string;
  readonly serverId: string;
}

const PREFIX = 'tgs1';
const MAX_LENGTH = 2_048;

/** Makes the id that the agent sees: visible ASCII, as the specification asks of `Mcp-Session-Id`. */
export function sealSession(session: Session, owner: SessionOwner, key: Uint8Array): string {
  const payload = Buffer.from(JSON.stringify([session.revision, session.upstream])).toString('base64url');
  return `${PREFIX}.${payload}.${sign(payload, owner, key)}`;
}

/** The session behind an id; undefined when it is forged, damaged or belongs to somebody else. */
export function openSession(id: string, owner: SessionOwner, key: Uint8Array): Session | undefined {
  if (id.length > MAX_LENGTH) return undefined;
  const [prefix, payload, signature, ...rest] = id.split('.');
  if (prefix !== PREFIX || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const expected = Buffer.from(sign(payload, owner, key));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const [revision, upstream] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, string];
  return { revision, upstream };
}

/**
 * Ids of requests that a server sends to the agent are signed with the session they were sent in: the agent's answer
 * is taken only with an id that really was handed out there.
 */
export function sealRequestId(id: string | number, session: string, key: Uint8Array): string {
  const payload = Buffer.from(JSON.stringify(id)).toString('base64url');
  return `tgr1.${payload}.${signText(`${payload}\n${session}`, key)}`;
}

/** The server's own id, or undefined when it was never handed out in this session. */
export function openRequestId(
  sealed: string | number,
  session: string,
  key: Uint8Array,
): string | number | undefined {
  if (typeof sealed !== 'string' || sealed.length > MAX_LENGTH) return undefined;
  const [prefix, payload, signature, ...rest] = sealed.split('.');
  if (prefix !== 'tgr1' || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const expected = Buffer.from(signText(`${payload}\n${session}`, key));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as string | number;
}

function sign(payload: string, owner: SessionOwner, key: Uint8Array): string {
  return signText(`${payload}\n${owner.grantId}\n${owner.serverId}`, key);
}

function signText(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, 32);
}
