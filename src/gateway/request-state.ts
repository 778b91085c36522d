import { createHash } from 'node:crypto';
import { canonicalJson, isJsonObject, type JsonObject, type JsonRpcRequest } from '#mcp';
import { newId, type Clock } from '#platform';
import { MAX_SEALED_LENGTH, seal, unseal } from './seal.ts';
import type { SessionOwner } from './session-id.ts';

/**
 * A call that the server interrupts to ask for input goes on with a second request that carries `requestState`
 * (2026-07-28, multi round-trip requests). The agent could put another tool or other arguments behind a good state, or use
 * one state many times. So the gateway hands out states of its own, around the server's: bound to grant, server, method
 * and parameters, with an end, a count of rounds, and an id that frees only one continuation from its limits.
 */
export interface CallProgress {
  /** SHA-256 of method and parameters, without what changes between the rounds. */
  readonly digest: string;
  /** 0 for the first request of a call. */
  readonly round: number;
  /** Names the state that this request spends; undefined for the first. */
  readonly spends: string | undefined;
  /** The policy and version under which a person has agreed to the call, when one has. */
  readonly agreed?: string | undefined;
}

export type Continued =
  | { readonly ok: true; readonly progress: CallProgress; readonly params: JsonObject | undefined }
  | { readonly ok: false; readonly reason: string };

/** How long a state may be used, and how long a spent one is remembered. */
export const STATE_LIFE_MS = 15 * 60_000;
export const MAX_ROUNDS = 10;
const METHODS = new Set(['tools/call', 'prompts/get', 'resources/read']);

interface State {
  readonly id: string;
  readonly digest: string;
  readonly round: number;
  readonly until: number;
  /** The server's own state; absent when it gave none. */
  readonly upstream?: string;
  readonly agreed?: string;
}

/**
 * Where a modern request stands in its call. A request without a state is a new call, judged and counted as one, even if it
 * brings answers; one with a state goes on with the call that the state was handed out for, and goes up with the server's
 * own state in its place. Undefined for methods that are never interrupted.
 */
export function continueCall(
  request: JsonRpcRequest,
  owner: SessionOwner,
  key: Uint8Array,
  clock: Clock,
): Continued | undefined {
  if (!METHODS.has(request.method)) return undefined;
  const { requestState, inputResponses, ...rest } = (request.params ?? {}) as Record<
    string,
    JsonObject[string]
  >;
  const digest = digestOf(request.method, rest);
  if (requestState === undefined) {
    return { ok: true, progress: { digest, round: 0, spends: undefined }, params: request.params };
  }
  const state = typeof requestState === 'string' ? openState(requestState, owner, key) : undefined;
  if (!state || state.digest !== digest)
    return { ok: false, reason: '"requestState" was not handed out for this call' };
  if (state.until <= clock.now())
    return { ok: false, reason: '"requestState" has expired; make the call anew' };
  const { upstream } = state;
  const params = {
    ...rest,
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(upstream === undefined ? {} : { requestState: upstream }),
  };
  const { id, round, agreed } = state;
  return { ok: true, progress: { digest, round, spends: id, agreed }, params };
}

/**
 * The server's `input_required` result with a state of ours around its own; undefined after too many rounds, and
 * for a state so large that it could not be opened again. A result
 * without a state gets one too: without it a continuation could not be told from a new call.
 */
export function interruptCall(
  result: JsonObject,
  progress: CallProgress,
  owner: SessionOwner,
  key: Uint8Array,
  clock: Clock,
): JsonObject | undefined {
  if (progress.round >= MAX_ROUNDS) return undefined;
  const upstream = result['requestState'];
  const state: State = {
    id: newId('st'),
    digest: progress.digest,
    round: progress.round + 1,
    until: clock.now() + STATE_LIFE_MS,
    ...(typeof upstream === 'string' ? { upstream } : {}),
    ...(progress.agreed === undefined ? {} : { agreed: progress.agreed }),
  };
  const requestState = seal('tgq1', state, scopeOf(owner), key);
  return requestState.length > MAX_SEALED_LENGTH ? undefined : { ...result, requestState };
}

function openState(text: string, owner: SessionOwner, key: Uint8Array): State | undefined {
  return unseal('tgq1', text, scopeOf(owner), key) as State | undefined;
}

function scopeOf({ grantId, serverId }: SessionOwner): readonly string[] {
  return [grantId, serverId];
}

/** `_meta` differs from round to round (progress tokens, trace context) and decides nothing. */
function digestOf(method: string, params: Readonly<Record<string, JsonObject[string]>>): string {
  const { _meta: _, ...lasting } = params;
  const text = canonicalJson([method, isJsonObject(lasting) ? lasting : {}]);
  return createHash('sha256').update(text).digest('base64url');
}
