import { createHash } from 'node:crypto';
import type { AuditEvent } from '#store';

/** What stands before the first event. */
export const FIRST_HASH = '0'.repeat(64);

/** The last event of a log at some moment: whoever noted it can tell later that everything up to it is still there, unchanged. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** A head as people note it: `17:` and the hash. */
export function formatAuditHead({ seq, hash }: AuditHead): string {
  return `${seq}:${hash}`;
}

/** Reads a head that `formatAuditHead` wrote; undefined for anything else. */
export function readAuditHead(text: string): AuditHead | undefined {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}

/**
 * What is wrong with a log. `gap`: an event is missing, or stands in the wrong place. `edited`: an event is not what was hashed.
 * `unlinked`: an event follows another one than the one before it. `cut`: the log ends before the noted head. `rewritten`: the chain
 * is whole in itself, but is not the one that the head was noted of.
 */
export type AuditFaultKind = 'gap' | 'edited' | 'unlinked' | 'cut' | 'rewritten';

export interface AuditFault {
  readonly kind: AuditFaultKind;
  /** The event at which it shows. */
  readonly seq: number;
  /** For people. */
  readonly message: string;
}

export type AuditCheck =
  | { readonly ok: true; readonly head: AuditHead }
  | { readonly ok: false; readonly fault: AuditFault };

/** The hash of an event: SHA-256, in hex, over the JSON text of a list of its organisation and all that it says. */
export function hashAuditEvent(organisation: string, event: Omit<AuditEvent, 'hash'>): string {
  const { seq, at, actor, actorLabel, action, target, detail, previousHash } = event;
  const text = JSON.stringify([
    organisation,
    seq,
    at,
    actor,
    actorLabel,
    action,
    target,
    detail,
    previousHash,
  ]);
  return createHash('sha256').update(text).digest('hex');
}

/** Goes along a log from its first event and says the first fault; see `AuditFaultKind`. Events come in pages, oldest first. */
export async function checkAuditChain(
  organisation: string,
  pages: AsyncIterable<readonly AuditEvent[]> | Iterable<readonly AuditEvent[]>,
  noted?: AuditHead,
): Promise<AuditCheck> {
  let head: AuditHead = { seq: 0, hash: FIRST_HASH };
  for await (const page of pages) {
    for (const event of page) {
      const fault = faultOf(organisation, event, head, noted);
      if (fault !== undefined) return { ok: false, fault };
      head = { seq: event.seq, hash: event.hash };
    }
  }
  const isCut = noted !== undefined && head.seq < noted.seq;
  if (!isCut) return { ok: true, head };
  const message = `The log ends with event ${head.seq}, but the noted head is event ${noted.seq}: its end was cut off.`;
  return { ok: false, fault: { kind: 'cut', seq: head.seq + 1, message } };
}

function faultOf(
  organisation: string,
  event: AuditEvent,
  head: AuditHead,
  noted: AuditHead | undefined,
): AuditFault | undefined {
  const { seq } = event;
  if (seq !== head.seq + 1) {
    const message = `Event ${head.seq + 1} is missing: event ${seq} stands in its place.`;
    return { kind: 'gap', seq: head.seq + 1, message };
  }
  if (event.previousHash !== head.hash) {
    const message = `Event ${seq} does not follow the one before it: one of the two was changed or replaced.`;
    return { kind: 'unlinked', seq, message };
  }
  if (hashAuditEvent(organisation, event) !== event.hash)
    return { kind: 'edited', seq, message: `Event ${seq} was changed after it was written.` };
  if (noted?.seq === seq && noted.hash !== event.hash) {
    const message = `Event ${seq} is not the one that was noted: the log was written anew.`;
    return { kind: 'rewritten', seq, message };
  }
  return undefined;
}
