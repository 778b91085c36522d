import { seal, unseal } from './seal.ts';
import type { SessionOwner } from './session-id.ts';

/**
 * Event ids drive resumption up to 2025-11-25: an agent that lost a stream asks for the rest with `Last-Event-ID`. Servers
 * look up the id alone and do not ask which session wants it, and to them all agents are one. So the ids go down signed with
 * the session they were handed out in, and only that session brings one back.
 */
export interface EventPlace {
  /** The server's own event id. */
  readonly id: string;
  /** The tool whose call the stream answers, when that may make a task: a replay must know it too. */
  readonly tool: string | undefined;
}

/** The id must come back in a header beside others; the longest ids of real servers have a hundred characters. */
const MAX_LENGTH = 2_048;

/** The id that the agent sees; undefined for one that is too long to come back. */
export function sealEventId(
  { id, tool }: EventPlace,
  session: string | undefined,
  owner: SessionOwner,
  key: Uint8Array,
): string | undefined {
  if (id.length > MAX_LENGTH) return undefined;
  return seal('tge1', tool === undefined ? [id] : [id, tool], scopeOf(session, owner), key);
}

/** The place behind a `Last-Event-ID`; undefined when it is forged, damaged or of another session. */
export function openEventId(
  sealed: string,
  session: string | undefined,
  owner: SessionOwner,
  key: Uint8Array,
): EventPlace | undefined {
  const opened = unseal('tge1', sealed, scopeOf(session, owner), key) as [string, string?] | undefined;
  return opened && { id: opened[0], tool: opened[1] };
}

function scopeOf(session: string | undefined, { grantId, serverId }: SessionOwner): readonly string[] {
  return [grantId, serverId, session ?? ''];
}
