import { createHash } from 'node:crypto';
import { ToolgateError, type Clock, type KeyRing } from '#platform';
import type { IdempotencyStore } from '#store';
import type { Problem } from './problem.ts';
import type { Reply } from './respond.ts';

const KEPT_MS = 24 * 3600_000;
const PRUNE_EVERY_MS = 3600_000;
const KEY = /^[\x21-\x7e]{1,200}$/;
const PURPOSE = 'answer';

/** One request under a key of its sender. */
export interface KeyedRequest {
  /** Who sends it: an organisation and somebody in it. */
  readonly principal: string;
  /** Value of `Idempotency-Key`. */
  readonly key: string;
  /** Tells this request from others under the same key. */
  readonly requestHash: string;
}

export type Begun =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'replay'; readonly reply: Reply }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Keeps the answers of requests with a key, so that a request that is sent again changes nothing twice. */
export interface KeptAnswers {
  /** Takes the key, or says what became of the request that took it first. */
  begin(request: KeyedRequest): Promise<Begun>;
  /** Keeps the answer for a day, encrypted: it may hold a token that is shown once. */
  keep(request: KeyedRequest, reply: Reply): Promise<void>;
  /** Frees the key of a request that changed nothing. */
  release(request: KeyedRequest): Promise<void>;
}

/** Kept answers in a store. */
export function createKeptAnswers(store: IdempotencyStore, keys: KeyRing, clock: Clock): KeptAnswers {
  let prunedAt = 0;
  return {
    async begin({ principal, key, requestHash }) {
      if (!KEY.test(key)) return { kind: 'refused', problem: BAD_KEY };
      const now = clock.now();
      if (now - prunedAt >= PRUNE_EVERY_MS) {
        prunedAt = now;
        await store.prune(now - KEPT_MS);
      }
      const fresh = { requestHash, status: undefined, bodySealed: undefined, createdAt: now };
      const name = nameOf(key);
      let kept = await store.begin(principal, name, fresh);
      if (kept !== undefined && kept.createdAt <= now - KEPT_MS) {
        await store.prune(now - KEPT_MS + 1);
        kept = await store.begin(principal, name, fresh);
      }
      if (kept === undefined) return { kind: 'fresh' };
      if (kept.requestHash !== requestHash) return { kind: 'refused', problem: MISMATCH };
      if (kept.status === undefined || kept.bodySealed === undefined)
        return { kind: 'refused', problem: UNDER_WAY };
      return openAnswer(keys, kept.status, kept.bodySealed);
    },
    async keep({ principal, key }, { status, text, headers }) {
      const sealed = keys.seal(JSON.stringify({ text, headers }), PURPOSE);
      await store.finish(principal, nameOf(key), status, sealed);
    },
    release: ({ principal, key }) => store.abandon(principal, nameOf(key)),
  };
}

/** What a key is kept under: whatever a sender took for one, a token perhaps, is in no column in clear. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The same for the same method, address and body. */
export function requestHash(request: Request, bytes: Uint8Array): string {
  const { pathname, search } = new URL(request.url);
  const body = createHash('sha256').update(bytes).digest('hex');
  return createHash('sha256')
    .update(JSON.stringify([request.method, pathname, search, body]))
    .digest('hex');
}

function openAnswer(keys: KeyRing, status: number, sealed: string): Begun {
  try {
    const { text, headers } = JSON.parse(keys.open(sealed, PURPOSE)) as Omit<Reply, 'status'>;
    return { kind: 'replay', reply: { status, text, headers: { ...headers, 'idempotent-replay': 'true' } } };
  } catch (error) {
    if (!(error instanceof ToolgateError)) throw error;
    return { kind: 'refused', problem: LOST };
  }
}

const LOOK_FIRST = 'Look whether it took effect before you send it with another key.';

const BAD_KEY: Problem = {
  status: 400,
  code: 'idempotency.key',
  detail: 'An Idempotency-Key has 1 to 200 visible ASCII characters.',
};
const MISMATCH: Problem = {
  status: 422,
  code: 'idempotency.mismatch',
  detail: 'Another request was sent with this Idempotency-Key.',
  hint: 'Take a new key for every request; send the same key only with the same request.',
};
const UNDER_WAY: Problem = {
  status: 409,
  code: 'idempotency.under_way',
  detail: 'A request with this Idempotency-Key is under way, or ended without an answer.',
  hint: `Ask again in a moment. ${LOOK_FIRST}`,
  retryAfter: 1,
};
const LOST: Problem = {
  status: 409,
  code: 'idempotency.lost',
  detail: 'The answer to this Idempotency-Key was kept under a key of encryption that is gone.',
  hint: LOOK_FIRST,
};
