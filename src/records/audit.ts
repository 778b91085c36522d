import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson, type JsonObject } from '#mcp';
import type { Clock } from '#platform';
import type { AuditEvent, AuditStore } from '#store';
import {
  checkAuditChain,
  FIRST_HASH,
  hashAuditEvent,
  type AuditCheck,
  type AuditHead,
} from './audit-chain.ts';
import { clip } from './clip.ts';

const MAX_NAME_CHARS = 256;
const MAX_DETAIL_CHARS = 8 * 1024;
const PAGE = 200;

/** What somebody did. */
export interface AuditDraft {
  /** `user:…`, `key:…` or `system`. */
  readonly actor: string;
  /** Name or label of the actor, as it is now. */
  readonly actorLabel: string;
  /** `policy.publish` */
  readonly action: string;
  /** `policy:fluentcrm/main` */
  readonly target: string;
  /** Further facts. Whoever writes them sees to it that none is a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * The admin audit log: who changed what, in each organisation. It is only ever appended to, and every event holds the hash of the
 * one before: an event that is changed, missing or in another place breaks the chain.
 */
export interface Audit {
  /** Appends an event; part of the transaction that it is called in. Texts that are too long are clipped before they are hashed. */
  append(organisation: string, draft: AuditDraft): Promise<AuditEvent>;
  /** The first fault of a log or, without one, its head; with a head that was noted earlier also whether the log still leads there. */
  verify(organisation: string, noted?: AuditHead): Promise<AuditCheck>;
  /** Every event, oldest first, in pages. */
  events(organisation: string): AsyncIterable<readonly AuditEvent[]>;
  /** See `AuditStore.list`. */
  list: AuditStore['list'];
}

export interface AuditParts {
  readonly store: AuditStore;
  readonly clock: Clock;
}

/** An audit log over a store. See `Audit`. */
export function createAudit({ store, clock }: AuditParts): Audit {
  async function* events(organisation: string): AsyncGenerator<readonly AuditEvent[], void, undefined> {
    for (let after = 0; ;) {
      const page = await store.list(organisation, { after, limit: PAGE });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.seq;
      // an embedded database answers without a turn of the event loop between: a long log would keep everybody else waiting
      await nextTurn();
    }
  }
  return {
    append: (organisation, draft) =>
      store.append(organisation, (previous) => sealEvent(organisation, draft, previous, clock.now())),
    verify: (organisation, noted) => checkAuditChain(organisation, events(organisation), noted),
    events,
    list: (organisation, query) => store.list(organisation, query),
  };
}

function sealEvent(
  organisation: string,
  draft: AuditDraft,
  previous: AuditEvent | undefined,
  at: number,
): AuditEvent {
  const event = {
    seq: (previous?.seq ?? 0) + 1,
    at,
    actor: clip(draft.actor, MAX_NAME_CHARS),
    actorLabel: clip(draft.actorLabel, MAX_NAME_CHARS),
    action: clip(draft.action, MAX_NAME_CHARS),
    target: clip(draft.target, MAX_NAME_CHARS),
    detail: detailText(draft.detail ?? {}),
    previousHash: previous?.hash ?? FIRST_HASH,
  };
  return { ...event, hash: hashAuditEvent(organisation, event) };
}

/** JSON in one spelling; what would be too long becomes an object with the beginning of it. */
function detailText(detail: Readonly<Record<string, unknown>>): string {
  // through JSON first: what it cannot say (undefined, functions) is left out as everywhere
  const text = canonicalJson(JSON.parse(JSON.stringify(detail)) as JsonObject);
  if (text.length <= MAX_DETAIL_CHARS) return text;
  return JSON.stringify({ clipped: clip(text, MAX_DETAIL_CHARS / 4) });
}
