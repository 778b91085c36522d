import type { RecordFilter, RecordStore, StoredRecord } from '#store';

/** So many rows are counted at most: some seconds of work, in turns, beside the calls. */
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
  /** Rows that may be counted; for tests. */
  readonly maxRows?: number;
}

type Tally = { -readonly [K in keyof UsageCounts]: UsageCounts[K] };

/**
 * Counts the decisions of a span of time, newest first, up to half a million of them. The work grows with the rows of that span, at
 * about three microseconds each, and with those after it.
 */
export async function countUsage(store: Pick<RecordStore, 'scan'>, question: UsageQuestion): Promise<Usage> {
  const { filter, since, bucketMs, maxRows = MAX_ROWS } = question;
  const total = emptyTally();
  const buckets = new Map<number, Tally>();
  const servers = new Map<string, Tally>();
  const tools = new Map<string, Tally>();
  const rules = new Map<string, number>();
  let countedSince = since;
  let isComplete = true;
  counting: for await (const batch of store.scan({ ...filter, since })) {
    for (const record of batch) {
      if (total.calls >= maxRows) {
        isComplete = false;
        break counting;
      }
      countedSince = record.at;
      add(total, record);
      add(tallyOf(buckets, Math.floor(record.at / bucketMs) * bucketMs), record);
      add(tallyOf(servers, record.server), record);
      if (record.outcome === 'deny') countRule(rules, record);
      if (record.method !== 'tools/call' || record.tool === undefined) continue;
      const name = JSON.stringify([record.server, record.tool]);
      if (tools.size < MAX_NAMES || tools.has(name)) add(tallyOf(tools, name), record);
    }
  }
  return {
    isComplete,
    countedSince: isComplete ? since : countedSince,
    total,
    buckets: [...buckets].map(([start, tally]) => ({ start, ...tally })).sort((a, b) => a.start - b.start),
    servers: mostUsed([...servers].map(([server, tally]) => ({ server, ...tally }))),
    rules: Array.from(rules, ([name, denied]) => {
      const [server, policy, rule] = JSON.parse(name) as [string, string | null, string];
      return { server, policy: policy ?? undefined, rule, denied };
    }).sort((a, b) => b.denied - a.denied),
    tools: mostUsed(
      [...tools].map(([name, tally]) => {
        const [server, tool] = JSON.parse(name) as [string, string];
        return { server, tool, ...tally };
      }),
    ),
  };
}

function countRule(rules: Map<string, number>, { server, policy, rule }: StoredRecord): void {
  const name = JSON.stringify([server, policy, rule]);
  const denied = rules.get(name);
  if (denied !== undefined || rules.size < MAX_NAMES) rules.set(name, (denied ?? 0) + 1);
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

function add(tally: Tally, { outcome, enforced, ending }: StoredRecord): void {
  tally.calls++;
  tally[FIELD[outcome]]++;
  if (!enforced) tally.observed++;
  if (ending !== undefined && ending.result !== 'ok') tally.failed++;
}
