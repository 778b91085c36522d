/**
 * What the rooms above ask of a store. Drivers live beside this file; every driver passes the suite of each
 * port (`*.suite.ts`). All methods are asynchronous so that an embedded and a remote store look alike.
 */

import type { ContactStore } from './catalogue-ports.ts';
import type { ControlStore } from './control-ports.ts';

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

/** How a call ended, as the gateway says it. The clock's further places say nothing, and every record would carry them. */
export type FinishedCall = Omit<CallEnding, 'latencyMs'> & {
  /** Whole ones. */
  readonly latencyMicros: number;
};

export type StoredRecord = DecisionRecord & { readonly ending: CallEnding | undefined };

export type ChargedRecord = StoredRecord & {
  /**
   * What the call used up, without what was given back; of a refused one (`outcome: 'deny'`) the first is what it found no room
   * for. Empty where no limit had a say.
   */
  readonly charges: readonly CounterEntry[];
};

/** What a record shares with those of other calls under the same rule by the same grant. */
export type DecisionSetting = Omit<DecisionRecord, 'id' | 'at' | 'requestId' | 'argumentKeys'>;

/** Records of one setting, counted. */
export interface CountedRecords {
  readonly setting: DecisionSetting;
  /** When the bucket begins that they fall into. */
  readonly start: number;
  /** When the first of them was made. */
  readonly earliest: number;
  readonly calls: number;
  /** Of these, those that have ended, and not with `ok`. */
  readonly failed: number;
}

export interface RecordFilter {
  readonly server?: string;
  /** Only these servers; none at all when the list is empty. */
  readonly servers?: readonly string[];
  /** Grant id or label. */
  readonly grant?: string;
  readonly tool?: string;
  readonly outcome?: RecordedOutcome;
  readonly rule?: string;
  /** Milliseconds since the epoch, inclusive. */
  readonly since?: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly until?: number;
  /** Only rows whose id sorts after this one (for following). */
  readonly afterId?: string;
  /** Only rows whose id sorts before this one (for paging, newest first). */
  readonly beforeId?: string;
  /** Newest rows when `order` is `newest`; default 100. */
  readonly limit?: number;
  readonly order?: 'newest' | 'oldest';
}

export interface RecordStore {
  /**
   * Durable when it resolves. Who makes a record makes its id unique. `charges` are kept with it for `scanCharged` and charge
   * nothing: they were refused, or counted already.
   */
  insert(record: DecisionRecord, charges?: readonly CounterEntry[]): Promise<void>;
  /** Says how the call of a record ended; may be written a moment later, together with others. */
  finish(id: string, call: FinishedCall): Promise<void>;
  query(filter: RecordFilter): Promise<readonly StoredRecord[]>;
  /**
   * Every matching row, in batches (some of them empty), in bounded memory: the newest first, nearly (those of several processes
   * stand in the order they were written). Other work has its turn between batches.
   */
  scan(filter: Omit<RecordFilter, 'limit' | 'order'>): AsyncIterable<readonly StoredRecord[]>;
  /**
   * Like `scan`, but rows of one setting are only counted, in buckets of `bucketMs` since the epoch: a fraction of the work. A setting may come
   * more than once.
   */
  scanCounted(
    filter: Omit<RecordFilter, 'limit' | 'order'>,
    bucketMs: number,
  ): AsyncIterable<readonly CountedRecords[]>;
  /** Like `scan`, with what each row charged. */
  scanCharged(filter: Omit<RecordFilter, 'limit' | 'order'>): AsyncIterable<readonly ChargedRecord[]>;
  /**
   * Forgets rows that are older than `before`, in whole parts of the log, a day's rows at a time: one goes a day late at most. No
   * counter is lost. Resolves to how many parts went.
   */
  prune(before: number): Promise<number>;
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
  /** The organisation of its server; that of the installation when absent. */
  readonly organisation?: string;
  /** Ranges of addresses (CIDR) that may use it; everybody when absent. */
  readonly addresses?: readonly string[];
  readonly lastUsedAt?: number;
}

export type StoredGrant = Grant & {
  /** SHA-256 of the token, in hex: the token itself is never stored. */
  readonly tokenHash: string;
  /** After a rotation: the token before, and until when it is taken too. */
  readonly previous?: { readonly tokenHash: string; readonly until: number };
};

export interface GrantStore {
  /** Throws `grant.label_taken` when the server already has a live grant of that label. */
  insert(grant: StoredGrant): Promise<void>;
  list(): Promise<readonly StoredGrant[]>;
  /** By id or label; resolves to the revoked grant, or undefined when there is none (or it is revoked already). */
  revoke(idOrLabel: string, at: number): Promise<Grant | undefined>;
  /** Of one organisation, oldest first; those of one server when it is named. */
  ofOrganisation(organisation: string, server?: string): Promise<readonly StoredGrant[]>;
  /** Changes label, policy, expiry or addresses (`null` takes them away); undefined when it is not there or revoked. Throws `grant.label_taken`. */
  change(organisation: string, id: string, edit: GrantEdit): Promise<Grant | undefined>;
  /** Gives a grant a new token; the one before is taken until `overlapUntil`. Undefined when it is not there or revoked. */
  rotate(
    organisation: string,
    id: string,
    tokenHash: string,
    overlapUntil: number,
  ): Promise<Grant | undefined>;
  /** When grants were last used; does not raise the revision. */
  touch(uses: readonly { readonly id: string; readonly at: number }[]): Promise<void>;
  /** Rises with every change, from any process: lets a gateway notice edits without reading all grants. */
  revision(): Promise<number>;
}

export interface GrantEdit {
  readonly label?: string;
  readonly policy?: string | null;
  readonly expiresAt?: number | null;
  readonly addresses?: readonly string[] | null;
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
  /** Ids of the servers that there is a credential for, in order. */
  servers(): Promise<readonly string[]>;
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
  readonly control: ControlStore;
  /** Resolves when the store can be used; rejects with what keeps it from that. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
