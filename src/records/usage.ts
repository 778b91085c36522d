import type { CountedRecords, RecordFilter, RecordStore } from '#store';

/** So many rows are counted, and what is left of the piece of the log where they are full: a second or two of work, in turns, beside the calls. */
const MAX_ROWS = 500_000;
/** Distinct names that are counted apart, of tools and of rules; an agent can make up any number of the former. */
const MAX_NAMES = 1000;

export interface UsageCounts {
  readonly calls: number;
  readonly allowed: number;
  readonly denied: number;
  readonly held: number;
  /** Refused for how they were said, or because the server was away. */
  readonly refused: number;
  /** Of all these, decided under `mode: "observe"`, where nothing is stopped. */
  readonly observed: number;
  /** Of the allowed ones, those that did not end well. */
  readonly failed: number;
}

/** How often a rule of a policy denied. */
export interface RuleDenials {
  readonly server: string;
  /** Undefined where a grant has none. */
  readonly policy: string | undefined;
  readonly rule: string;
  readonly denied: number;
}

export interface Usage {
  /** False when there was more than could be counted: then rows before `countedSince` are missing. */
  readonly isComplete: boolean;
  /** Milliseconds since the epoch. */
  readonly countedSince: number;
  readonly total: UsageCounts;
  /** One for each hour or day in which there was something, oldest first; `start` in milliseconds since the epoch, UTC. */
  readonly buckets: readonly (UsageCounts & { readonly start: number })[];
  /** The most used first. */
  readonly servers: readonly (UsageCounts & { readonly server: string })[];
  /** Those that denied, the most used first. */
  readonly rules: readonly RuleDenials[];
  /** Of `tools/call` alone, the most used first. */
  readonly tools: readonly (UsageCounts & { readonly server: string; readonly tool: string })[];
}

export interface UsageQuestion {
  readonly filter: Omit<RecordFilter, 'limit' | 'order' | 'since'>;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Length of a bucket in milliseconds. */
  readonly bucketMs: number;
  /** Rows after which no further piece of the log is counted; for tests. */
  readonly maxRows?: number;
}

type Tally = { -readonly [K in keyof UsageCounts]: UsageCounts[K] };

/**
 * Counts the decisions of a span of time, newest first, up to half a million of them. The work grows with the rows of that span, at
 * about one microsecond each, and with those after it; the store remembers what it counted by whole hours, and reads only what is new.
 */
export async function countUsage(
  store: Pick<RecordStore, 'scanCounted'>,
  question: UsageQuestion,
): Promise<Usage> {
  const { filter, since, bucketMs, maxRows = MAX_ROWS } = question;
  const total = emptyTally();
  const buckets = new Map<number, Tally>();
  const servers = new Map<string, Tally>();
  const tools = new NamedTallies();
  const rules = new NamedTallies();
  let earliest = Number.POSITIVE_INFINITY;
  let isComplete = true;
  for await (const batch of store.scanCounted({ ...filter, since }, bucketMs)) {
    if (batch.length === 0) continue;
    if (total.calls >= maxRows) {
      isComplete = false;
      break;
    }
    for (const counted of batch) {
      const { server, policy, rule, method, tool, outcome } = counted.setting;
      earliest = Math.min(earliest, counted.earliest);
      add(total, counted);
      add(tallyOf(buckets, counted.start), counted);
      add(tallyOf(servers, server), counted);
      if (outcome === 'deny') rules.add(counted, server, policy, rule);
      if (method === 'tools/call' && tool !== undefined) tools.add(counted, server, tool, undefined);
    }
  }
  return {
    isComplete,
    countedSince: isComplete ? since : earliest,
    total,
    buckets: [...buckets].map(([start, tally]) => ({ start, ...tally })).sort((a, b) => a.start - b.start),
    servers: mostUsed([...servers].map(([server, tally]) => ({ server, ...tally }))),
    rules: rules
      .all()
      .map(({ names: [server, policy, rule = ''], tally: { denied } }) => ({ server, policy, rule, denied }))
      .sort((a, b) => b.denied - a.denied),
    tools: mostUsed(tools.all().map(({ names: [server, tool = ''], tally }) => ({ server, tool, ...tally }))),
  };
}

type Names = readonly [server: string, second: string | undefined, third: string | undefined];

interface NamedTally {
  readonly names: Names;
  readonly tally: Tally;
}

/** Counts by names, each within the one before; at most `MAX_NAMES` of them. Maps in maps: to write the names as one takes longer. */
class NamedTallies {
  readonly #servers = new Map<string, Map<string | undefined, Map<string | undefined, Tally>>>();
  readonly #all: NamedTally[] = [];

  add(counted: CountedRecords, ...names: Names): void {
    const [server, second, third] = names;
    const known = this.#servers.get(server)?.get(second)?.get(third);
    if (known !== undefined) add(known, counted);
    else if (this.#all.length < MAX_NAMES) add(this.#begin(names), counted);
  }

  all(): readonly NamedTally[] {
    return this.#all;
  }

  #begin(names: Names): Tally {
    const [server, second, third] = names;
    const within = this.#servers.get(server) ?? new Map<string | undefined, Map<string | undefined, Tally>>();
    const innermost = within.get(second) ?? new Map<string | undefined, Tally>();
    const tally = emptyTally();
    this.#servers.set(server, within.set(second, innermost.set(third, tally)));
    this.#all.push({ names, tally });
    return tally;
  }
}

function mostUsed<T extends UsageCounts>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => b.calls - a.calls);
}

function tallyOf<K>(tallies: Map<K, Tally>, key: K): Tally {
  let tally = tallies.get(key);
  if (tally === undefined) tallies.set(key, (tally = emptyTally()));
  return tally;
}

function emptyTally(): Tally {
  return { calls: 0, allowed: 0, denied: 0, held: 0, refused: 0, observed: 0, failed: 0 };
}

const FIELD = { allow: 'allowed', deny: 'denied', hold: 'held', refused: 'refused' } as const;

function add(tally: Tally, { setting: { outcome, enforced }, calls, failed }: CountedRecords): void {
  tally.calls += calls;
  tally[FIELD[outcome]] += calls;
  if (!enforced) tally.observed += calls;
  tally.failed += failed;
}
