/**
 * The life of held calls, over any store. What holds, with any number of processes over one store:
 *
 * - A yes is for one exact call (`fingerprint.ts`), once, for a time. A no stands for the same time.
 * - Every step is a compare-and-set of the store: of two people who answer at once one is told that it is decided, of any number of
 *   retries after a yes one passes.
 * - When the store, the keys or the time are not as they must be, the call does not pass.
 */
import { type Clock, type KeyRing, type Log, newId, ToolgateError } from '#platform';
import type { Approval, ApprovalStatus, ApprovalStore } from '#store';
import { approvalEvent, type ApprovalEvent } from './approval-event.ts';
import type { Approvals, Decided, HeldCall, Verdict } from './approvals.ts';
import { fingerprintOf } from './fingerprint.ts';
import { createWaitingRoom } from './waiting-room.ts';

/** A person must see the whole call to answer for it. */
const MAX_ARGUMENT_BYTES = 262_144;
/** Different calls of one grant that may wait at once: an agent in a loop must not bury people. */
const MAX_WAITING = 50;
const MAX_NOTE_CHARS = 500;
/** How often a yes may be lost to another retry of the same call before this one gives up. */
const MAX_ROUNDS = 8;
const KEPT_MS = 90 * 86_400_000;

export interface ApprovalParts {
  readonly store: ApprovalStore;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells people. What it throws is logged, and changes nothing. */
  readonly notify: (event: ApprovalEvent) => Promise<void>;
  /** Where people see a held call; undefined where there is no such place. */
  readonly approvalUrl: (id: string) => string | undefined;
}

/**
 * Held calls over a store. Beside what the store throws, `ask` throws `approval.too_large`, `approval.too_many` and
 * `approval.inexact` for calls that no person can be asked about.
 */
export function createApprovals(parts: ApprovalParts): Approvals {
  const { store, keys, clock } = parts;
  const waiting = createWaitingRoom();

  async function tell(
    event: ApprovalEvent['event'],
    organisation: string,
    approval: Approval,
  ): Promise<void> {
    try {
      await parts.notify(approvalEvent(event, organisation, approval, parts.approvalUrl(approval.id)));
    } catch (error) {
      parts.log.error({ err: error, approval: approval.id }, 'nobody could be told of a held call');
    }
  }

  /** The approval as it is now: the store may not have noticed yet that its time is over. */
  async function find(organisation: string, id: string): Promise<Approval | undefined> {
    const approval = await store.find(organisation, id);
    if (approval === undefined) return undefined;
    const isOpen = approval.status === 'pending' || approval.status === 'approved';
    return isOpen && approval.expiresAt <= clock.now() ? { ...approval, status: 'expired' } : approval;
  }

  async function ask(call: HeldCall): Promise<Verdict> {
    const { organisation } = call;
    const fresh = freshApproval(call, keys, clock.now());
    await refuseFlood(store, organisation, fresh);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const now = clock.now();
      const { approval, isNew } = await store.ask(organisation, fresh, now);
      if (isNew) await tell('approval.requested', organisation, approval);
      if (approval.status === 'pending') return { state: 'pending', approval };
      if (approval.status === 'denied') return { state: 'denied', approval };
      if (await store.use(organisation, approval.id, now)) {
        const used: Approval = { ...approval, status: 'used', usedAt: now };
        return { state: 'granted', approval: used, giveBack: once(() => giveBack(organisation, used, now)) };
      }
      // another retry of this call was faster, or its time ended just now
    }
    throw new ToolgateError('approval.contended', 'The approval of this call is taken again and again.', {
      hint: 'Send the call once at a time.',
    });
  }

  async function giveBack(organisation: string, approval: Approval, usedAt: number): Promise<void> {
    if (await store.giveBack(organisation, approval.id, usedAt)) return;
    parts.log.warn(
      { approval: approval.id },
      'the approval of a call that did not run could not be given back',
    );
  }

  async function decide(
    organisation: string,
    id: string,
    answer: { readonly verdict: 'approve' | 'deny'; readonly by: string; readonly note: string },
  ): Promise<Decided> {
    const asked = await find(organisation, id);
    if (asked === undefined) return { ok: false, reason: 'unknown' };
    if (asked.status !== 'pending') return { ok: false, reason: 'not_pending', status: asked.status };
    const at = clock.now();
    const isDecided = await store.decide(organisation, id, {
      status: answer.verdict === 'approve' ? 'approved' : 'denied',
      by: answer.by,
      note: plainNote(answer.note),
      at,
      expiresAt: at + (asked.expiresAt - asked.requestedAt),
    });
    const approval = await find(organisation, id);
    if (approval === undefined) return { ok: false, reason: 'unknown' };
    if (!isDecided) return { ok: false, reason: 'not_pending', status: approval.status };
    waiting.wake(id);
    await tell('approval.decided', organisation, approval);
    return { ok: true, approval };
  }

  return {
    ask,
    decide,
    async settled(organisation, id, signal) {
      let seen: ApprovalStatus | undefined;
      for (;;) {
        const approval = await find(organisation, id);
        seen = approval?.status;
        if (seen !== 'pending' || signal.aborted) return seen;
        await waiting.wait(id, signal);
      }
    },
    async show(organisation, id) {
      const approval = await find(organisation, id);
      if (approval === undefined) return undefined;
      const { argumentsSealed, ...shown } = approval;
      return { ...shown, arguments: openArguments(keys, id, argumentsSealed) };
    },
    list: (organisation, filter) => store.list(organisation, filter, clock.now()),
    async expire() {
      const now = clock.now();
      for (const { organisation, ...approval } of await store.expire(now)) {
        waiting.wake(approval.id);
        await tell('approval.expired', organisation, approval);
      }
      await store.prune(now - KEPT_MS);
    },
  };
}

function freshApproval(call: HeldCall, keys: KeyRing, now: number): Approval {
  const fingerprint = fingerprintOf(call);
  // absent arguments are told apart from `{}` by the absence of the member
  const text = JSON.stringify({ arguments: call.arguments });
  if (Buffer.byteLength(text) > MAX_ARGUMENT_BYTES) {
    throw new ToolgateError('approval.too_large', 'The arguments are too large to be shown to a person.', {
      hint: `Calls that need approval may have ${MAX_ARGUMENT_BYTES / 1024} KiB of arguments.`,
    });
  }
  const id = newId('apr', now);
  return {
    id,
    server: call.server,
    grantId: call.grantId,
    grantLabel: call.grantLabel,
    tool: call.tool,
    policy: call.policy,
    policyVersion: call.policyVersion,
    rule: call.rule,
    reason: call.reason,
    fingerprint,
    argumentsSealed: keys.seal(text, purposeOf(id)),
    status: 'pending',
    requestedAt: now,
    expiresAt: now + call.lifeMs,
    decidedAt: undefined,
    decidedBy: undefined,
    note: '',
    usedAt: undefined,
    asked: 1,
  };
}

/** Throws when too many calls of a grant wait already and this is none of them, nor one that a person agreed to. */
async function refuseFlood(store: ApprovalStore, organisation: string, fresh: Approval): Promise<void> {
  const { grantId, fingerprint, requestedAt: now } = fresh;
  const page = { grantId, limit: MAX_WAITING };
  const pending = await store.list(organisation, { ...page, status: 'pending' }, now);
  const isAmong = (approvals: readonly Approval[]): boolean =>
    approvals.some((approval) => approval.fingerprint === fingerprint);
  if (pending.length < MAX_WAITING || isAmong(pending)) return;
  if (isAmong(await store.list(organisation, { ...page, status: 'approved' }, now))) return;
  throw new ToolgateError(
    'approval.too_many',
    `${MAX_WAITING} calls of this grant wait for a person already.`,
    {
      hint: 'Wait until some of them were decided.',
    },
  );
}

function openArguments(keys: KeyRing, id: string, sealed: string): unknown {
  return (JSON.parse(keys.open(sealed, purposeOf(id))) as { readonly arguments?: unknown }).arguments;
}

function purposeOf(id: string): string {
  return `approval:${id}`;
}

/** A note reaches the agent and the terminals of others: one line, nothing that could forge another. */
function plainNote(note: string): string {
  const line = note.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  return Array.from(line).slice(0, MAX_NOTE_CHARS).join('');
}

/** Given back twice, it could take back the use of somebody who used it in between. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
