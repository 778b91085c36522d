/**
 * What the rooms above ask of a store. Drivers live beside this file; every driver passes the suite of each
 * port (`*.suite.ts`). All methods are asynchronous so that an embedded and a remote store look alike.
 */

import type { ContactStore } from './catalogue-ports.ts';

/** One counter inside one window. Amounts are whole millionths, never fractions. */
export interface CounterEntry {
  /** Full identity of the counter: owner, scope, name, window length. */
  readonly counter: string;
  /** Start of the window, milliseconds since the epoch. */
  readonly windowStart: number;
  /** When the row may be forgotten, milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly amountMicros: number;
  readonly maxMicros: number;
}

export type ReserveOutcome =
  | { readonly granted: true }
  | {
      readonly granted: false;
      /** Index of the first entry that had no room. */
      readonly index: number;
      readonly usedMicros: number;
    };

export interface CounterStore {
  /**
   * Adds every amount, or none of them when one would pass its maximum. With a `record`, keeps that in the same step: both
   * or neither. Durable when it resolves.
   */
  reserve(entries: readonly CounterEntry[], record?: DecisionRecord): Promise<ReserveOutcome>;
  /** Adds every amount without looking at the maximum (observe mode). */
  count(entries: readonly CounterEntry[]): Promise<void>;
  /** Subtracts what an earlier `reserve` or `count` added, in the same windows. */
  giveBack(entries: readonly CounterEntry[]): Promise<void>;
  /** Used so far, in millionths; 0 for a counter never touched. */
  used(counter: string, windowStart: number): Promise<number>;
  /** Forgets counters that expired before `now`. */
  prune(now: number): Promise<number>;
}

export type RecordedOutcome = 'allow' | 'deny' | 'hold' | 'refused';

/** How an allowed call ended. */
export type CallResult =
  | 'ok'
  | 'tool_error'
  | 'rpc_error'
  | 'upstream_status'
  | 'unreachable'
  | 'timeout'
  | 'broken'
  | 'aborted';

/** One row of the decision log. No argument values, ever: only the sorted top-level keys. */
export interface DecisionRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string;
  readonly server: string;
  readonly grantId: string;
  readonly grantLabel: string;
  readonly method: string;
  readonly tool: string | undefined;
  /** Protocol revision of the request, as the agent spoke it. */
  readonly revision: string;
  readonly transport: 'http' | 'stdio';
  readonly policy: string | undefined;
  readonly policyVersion: string | undefined;
  readonly outcome: RecordedOutcome;
  /** False under `mode: "observe"`: decided, but not enforced. */
  readonly enforced: boolean;
  readonly rule: string;
  readonly message: string;
  readonly argumentKeys: readonly string[];
}

export interface CallEnding {
  readonly result: CallResult;
  /** HTTP status of the upstream, when it answered over HTTP. */
  readonly upstreamStatus: number | undefined;
  readonly latencyMs: number;
  readonly quotaReturned: boolean;
}

export type StoredRecord = DecisionRecord & { readonly ending: CallEnding | undefined };

export interface RecordFilter {
  readonly server?: string;
  /** Grant id or label. */
  readonly grant?: string;
  readonly tool?: string;
  readonly outcome?: RecordedOutcome;
  readonly rule?: string;
  /** Milliseconds since the epoch, inclusive. */
  readonly since?: number;
  /** Only rows whose id sorts after this one (for following). */
  readonly afterId?: string;
  /** Newest rows when `order` is `newest`; default 100. */
  readonly limit?: number;
  readonly order?: 'newest' | 'oldest';
}

export interface RecordStore {
  /** Durable when it resolves. Who makes a record makes its id unique. */
  insert(record: DecisionRecord): Promise<void>;
  /** Says how the call of a record ended; may be written a moment later, together with others. */
  finish(id: string, ending: CallEnding): Promise<void>;
  query(filter: RecordFilter): Promise<readonly StoredRecord[]>;
}

/** A labelled bearer credential for one agent; belongs to one server and carries one policy. */
export interface Grant {
  readonly id: string;
  readonly label: string;
  readonly server: string;
  /** Name of the policy; undefined denies every call. */
  readonly policy: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
}

export type StoredGrant = Grant & {
  /** SHA-256 of the token, in hex: the token itself is never stored. */
  readonly tokenHash: string;
};

export interface GrantStore {
  /** Throws `grant.label_taken` when the server already has a live grant of that label. */
  insert(grant: StoredGrant): Promise<void>;
  list(): Promise<readonly StoredGrant[]>;
  /** By id or label; resolves to the revoked grant, or undefined when there is none (or it is revoked already). */
  revoke(idOrLabel: string, at: number): Promise<Grant | undefined>;
  /** Rises with every change, from any process: lets a gateway notice edits without reading all grants. */
  revision(): Promise<number>;
}

/** What identifies the credential that the gateway holds for one server. */
export interface CredentialKey {
  readonly server: string;
  /** The authorization server that gave it; it is worth nothing anywhere else. */
  readonly issuer: string;
  readonly clientId: string;
}

export type StoredCredential = CredentialKey & {
  /** Tokens and client secret, encrypted by whoever stores them. */
  readonly sealed: string;
  readonly updatedAt: number;
  /** Rises with every change; no two states of any credential have the same. */
  readonly version: number;
};

/** The gateway's own credentials at upstream servers, one a server. */
export interface CredentialStore {
  find(server: string): Promise<StoredCredential | undefined>;
  /** Makes this the only credential of its server; resolves to its version. */
  replace(credential: Omit<StoredCredential, 'version'>): Promise<number>;
  /**
   * Takes the right to renew this state of a credential, for one holder until `until`. False when somebody else has it,
   * or when the credential has changed or gone.
   */
  claim(credential: StoredCredential, holder: string, now: number, until: number): Promise<boolean>;
  /** Gives the right back unused. */
  release(credential: StoredCredential, holder: string): Promise<void>;
  /**
   * Puts new content in place of the state that was read, and ends the holder's right to renew. Resolves to the new
   * version; undefined, and nothing is changed, when the credential has changed or gone meanwhile, or when somebody else
   * has the right.
   */
  renew(
    credential: StoredCredential,
    holder: string,
    sealed: string,
    at: number,
  ): Promise<number | undefined>;
  /** Resolves to whether there was one. */
  remove(server: string): Promise<boolean>;
  /** Rises with every change of any credential, from any process. */
  revision(): Promise<number>;
}

/** Everything one data folder holds. */
export interface Store {
  readonly counters: CounterStore;
  readonly records: RecordStore;
  readonly grants: GrantStore;
  readonly credentials: CredentialStore;
  readonly contactMessages: ContactStore;
  close(): Promise<void>;
}
