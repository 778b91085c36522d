import type { LimitScope } from '#policy';
import type { ChargedRecord, CounterEntry, RecordFilter, RecordStore } from '#store';
import { LimitWindows, OUT_OF_ORDER_MS, type WindowListener, type WindowOwner } from './limit-windows.ts';

/** So many rows are looked at, at most; see `countUsage`. */
const MAX_ROWS = 500_000;
/** Limits that are told apart; a policy can name any number of counters. */
const MAX_LIMITS = 500;
/** Rules of one limit that are told apart: any number of tools can share it. */
const MAX_RULES = 20;
/** Names of counters that are kept read: every session has its own. */
const MAX_KNOWN = 10_000;
/** A window may have begun so long before the span, and is read back that far. */
const LONGEST_LEAD_MS = 24 * 60 * 60 * 1000;
const MICROS = 1_000_000;

/** What a counter counts for whom, as the room of quotas reads it from a counter's name. */
export interface LimitCounter {
  readonly scope: LimitScope;
  readonly grant: string | undefined;
  readonly counter: string;
  readonly windowSeconds: number;
}

export interface LimitBucket {
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** What calls used up in it, in the unit of the limit's maximum. */
  readonly used: number;
  /** The highest share of its maximum that a window had reached by the end of it: 1 is full; more where a policy only observes. */
  readonly share: number;
  /** Calls that found no room. */
  readonly refused: number;
}

/** How one limit of one policy was used. */
export interface LimitUse {
  readonly server: string;
  readonly policy: string | undefined;
  readonly scope: LimitScope;
  readonly counter: string;
  readonly windowSeconds: number;
  /** As it was last. */
  readonly max: number;
  /** Whether every call counted as one; false where the limit adds up an argument. */
  readonly countsCalls: boolean;
  readonly used: number;
  readonly share: number;
  readonly refused: number;
  /** The rules by which it refused, the most used first. Which rule a call was counted by that passed, is not known. */
  readonly rules: readonly { readonly rule: string; readonly refused: number }[];
  /** The window that was the fullest, and the grant it belonged to where each has its own. */
  readonly fullest:
    | { readonly start: number; readonly grant?: { readonly id: string; readonly label: string } }
    | undefined;
  /** Those in which something was used up or refused, and those in which a window was not empty; oldest first. */
  readonly buckets: readonly LimitBucket[];
}

export interface LimitUses {
  /** False when there was more than could be looked at: then what was decided before `countedSince` is missing. */
  readonly isComplete: boolean;
  readonly countedSince: number;
  /** The fullest first. */
  readonly limits: readonly LimitUse[];
}

export interface LimitUseQuestion {
  /** Must let all rows of an organisation through, whose servers can share a limit. */
  readonly filter: Omit<RecordFilter, 'limit' | 'order' | 'since'>;
  /** Only limits on this server. */
  readonly server?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Length of a bucket in milliseconds. */
  readonly bucketMs: number;
  /** Reads the name of a counter; undefined for what is none of a limit. */
  readonly readCounter: (name: string) => LimitCounter | undefined;
  /** Rows that may be looked at; for tests. */
  readonly maxRows?: number;
}

/**
 * How full the limits were over a span of time, of up to half a million decisions, the newest first. What was used up of a window
 * before the span counts for how full it is, as far as a day back. Of the windows of sessions, twenty thousand are followed at a time.
 */
export async function countLimitUse(
  store: Pick<RecordStore, 'scanCharged'>,
  { filter, server, since, bucketMs, readCounter, maxRows = MAX_ROWS }: LimitUseQuestion,
): Promise<LimitUses> {
  const uses = new LimitTallies(bucketMs, filter.until ?? Number.POSITIVE_INFINITY, readCounter);
  let rows = 0;
  let countedSince = since;
  let isComplete = true;
  let earliest: number | undefined;
  scanning: for await (const batch of store.scanCharged({ ...filter, since: since - LONGEST_LEAD_MS })) {
    for (const record of batch) {
      if (record.at < since) {
        if (record.at < since - OUT_OF_ORDER_MS) earliest ??= uses.earliest();
        if (earliest !== undefined && record.at < earliest - OUT_OF_ORDER_MS) break scanning;
        uses.addEarlier(record);
        continue;
      }
      if (rows++ >= maxRows) {
        isComplete = false;
        break scanning;
      }
      countedSince = record.at;
      uses.add(record, server === undefined || record.server === server);
    }
  }
  return {
    isComplete,
    countedSince: isComplete ? since : countedSince,
    limits: uses.result(Math.floor(since / bucketMs) * bucketMs),
  };
}

class LimitTallies {
  readonly #bucketMs: number;
  readonly #windows: LimitWindows;
  readonly #readCounter: LimitUseQuestion['readCounter'];
  readonly #known = new Map<string, LimitCounter | undefined>();
  readonly #limits = new Map<string, LimitTally>();

  constructor(bucketMs: number, until: number, readCounter: LimitUseQuestion['readCounter']) {
    this.#bucketMs = bucketMs;
    this.#windows = new LimitWindows(bucketMs, until);
    this.#readCounter = readCounter;
  }

  /** Counts a row; of one that nobody asks about, only what it takes away from others. */
  add(record: ChargedRecord, isAsked: boolean): void {
    const { at, outcome, enforced, charges } = record;
    charges.forEach((entry, index) => {
      const counter = this.#counterOf(entry.counter);
      if (counter === undefined || (!isAsked && counter.scope !== 'organisation')) return;
      const isRefused = outcome === 'deny' && index === 0;
      const amountMicros = isRefused && enforced ? 0 : entry.amountMicros;
      const listener = isAsked ? this.#limitOf(record, entry, counter) : undefined;
      const bucket = Math.floor(at / this.#bucketMs) * this.#bucketMs;
      listener?.count(bucket, entry, amountMicros, isRefused ? record.rule : undefined);
      const owner =
        counter.grant === undefined ? undefined : { id: record.grantId, label: record.grantLabel };
      const windowMs = counter.windowSeconds * 1000;
      this.#windows.add({ entry, at, windowMs, amountMicros, owner, listener });
    });
  }

  /** What a row from before the span left less room by. */
  addEarlier({ at, outcome, enforced, charges }: ChargedRecord): void {
    if (outcome === 'deny' && enforced) return;
    for (const entry of charges) this.#windows.addEarlier(entry, at);
  }

  earliest(): number {
    return this.#windows.earliest();
  }

  /** Every limit, the fullest first, without buckets that begin before a moment. */
  result(since: number): readonly LimitUse[] {
    this.#windows.close();
    return Array.from(this.#limits.values(), (limit) => limit.result(since)).sort(
      (a, b) => b.share - a.share || b.refused - a.refused || b.used - a.used,
    );
  }

  #counterOf(name: string): LimitCounter | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const counter = this.#readCounter(name);
    this.#known.set(name, counter);
    return counter;
  }

  #limitOf(
    { server, policy }: ChargedRecord,
    { maxMicros }: CounterEntry,
    { scope, counter, windowSeconds }: LimitCounter,
  ): LimitTally | undefined {
    const key = JSON.stringify([server, policy, scope, counter, windowSeconds]);
    let limit = this.#limits.get(key);
    if (limit === undefined && this.#limits.size < MAX_LIMITS) {
      const max = maxMicros / MICROS;
      limit = new LimitTally({ server, policy, scope, counter, windowSeconds, max });
      this.#limits.set(key, limit);
    }
    return limit;
  }
}

type Identity = Pick<LimitUse, 'server' | 'policy' | 'scope' | 'counter' | 'windowSeconds' | 'max'>;

interface BucketTally {
  usedMicros: number;
  share: number;
  refused: number;
}

class LimitTally implements WindowListener {
  readonly #identity: Identity;
  readonly #buckets = new Map<number, BucketTally>();
  readonly #rules = new Map<string, number>();
  #countsCalls = true;
  #usedMicros = 0;
  #refused = 0;
  #share = 0;
  #fullest: LimitUse['fullest'];

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** Counts a charge, by the rule that refused it when one did. */
  count(bucket: number, entry: CounterEntry, amountMicros: number, refusedBy: string | undefined): void {
    const tally = this.#bucket(bucket);
    if (entry.amountMicros !== MICROS) this.#countsCalls = false;
    this.#usedMicros += amountMicros;
    tally.usedMicros += amountMicros;
    if (refusedBy === undefined) return;
    this.#refused++;
    tally.refused++;
    const refused = this.#rules.get(refusedBy);
    if (refused !== undefined || this.#rules.size < MAX_RULES) this.#rules.set(refusedBy, (refused ?? 0) + 1);
  }

  filled(bucket: number, share: number, start: number, grant: WindowOwner | undefined): void {
    const tally = this.#bucket(bucket);
    tally.share = Math.max(tally.share, share);
    if (this.#fullest !== undefined && share <= this.#share) return;
    this.#share = share;
    this.#fullest = { start, ...(grant && { grant }) };
  }

  /** Without buckets that begin before `since`. */
  result(since: number): LimitUse {
    const buckets = [...this.#buckets]
      .filter(([start]) => start >= since)
      .sort(([a], [b]) => a - b)
      .map(([start, { usedMicros, ...rest }]) => ({ start, used: usedMicros / MICROS, ...rest }));
    return {
      ...this.#identity,
      countsCalls: this.#countsCalls,
      used: this.#usedMicros / MICROS,
      share: this.#share,
      refused: this.#refused,
      rules: Array.from(this.#rules, ([rule, refused]) => ({ rule, refused })).sort(
        (a, b) => b.refused - a.refused,
      ),
      fullest: this.#fullest,
      buckets,
    };
  }

  #bucket(start: number): BucketTally {
    let tally = this.#buckets.get(start);
    if (tally === undefined) this.#buckets.set(start, (tally = { usedMicros: 0, share: 0, refused: 0 }));
    return tally;
  }
}
