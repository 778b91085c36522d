import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#platform';
import type { RecordFilter, RecordStore, StoredRecord } from '#store';

const POLL_MS = 250;
/** Where looking takes long, because many calls are made, it is done less often: a follower costs at most a fiftieth of a processor. */
const REST_SHARE = 50;
const LONGEST_POLL_MS = 2000;
const PAGE = 1000;

/**
 * Several processes write the log, and one that had to wait for the lock may commit a record whose id sorts
 * before ones already seen. So every poll looks back this far and leaves out what it has given already.
 */
const LATE_MS = 6000;

/** How long an allowed call is held back to be shown with its ending. */
const HOLD_MS = 3000;

/**
 * The newest `filter.limit` records (100 unless told), oldest first, then each new one as it appears, until
 * the signal aborts. A call that went to the upstream is given once it has ended, or after three seconds
 * without its ending. Throws what the store throws.
 */
export async function* followRecords(
  store: RecordStore,
  clock: Clock,
  filter: Omit<RecordFilter, 'afterId' | 'order'>,
  signal: AbortSignal,
): AsyncGenerator<StoredRecord, void, undefined> {
  let polledAt = clock.now();
  // Read before the newest ones: a record that arrives in between is then shown, not taken for an old one.
  const earlier = await recordsSince(store, filter, polledAt - LATE_MS);
  const newest = await store.query({ ...filter, order: 'newest' });
  const shown = new Set(newest.map((record) => record.id));
  let given = new Set(earlier.map((record) => record.id).filter((id) => !shown.has(id)));
  const isReady = (record: StoredRecord): boolean => !isRunning(record) || clock.now() - record.at >= HOLD_MS;

  for (const record of newest.toReversed()) {
    if (!isReady(record)) continue;
    given.add(record.id);
    yield record;
  }
  let tookMs = 0;
  while (await pause(tookMs * REST_SHARE, signal)) {
    const since = polledAt - LATE_MS;
    polledAt = clock.now();
    const startedAt = performance.now();
    const recent = await recordsSince(store, filter, since);
    tookMs = performance.now() - startedAt;
    const fresh = recent.filter((record) => !given.has(record.id) && isReady(record));
    given = new Set(recent.map((record) => record.id).filter((id) => given.has(id)));
    for (const record of fresh) {
      given.add(record.id);
      yield record;
    }
  }
}

/** Whether the call went to the upstream and has not come back. */
function isRunning(record: StoredRecord): boolean {
  return record.ending === undefined && (record.outcome === 'allow' || !record.enforced);
}

async function recordsSince(
  store: RecordStore,
  filter: RecordFilter,
  since: number,
): Promise<readonly StoredRecord[]> {
  const from = Math.max(since, filter.since ?? since);
  const all: StoredRecord[] = [];
  for (;;) {
    const afterId = all.at(-1)?.id;
    const position = afterId === undefined ? {} : { afterId };
    const page = await store.query({ ...filter, ...position, since: from, order: 'oldest', limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** False when the signal aborted instead. */
async function pause(wantedMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(Math.min(Math.max(wantedMs, POLL_MS), LONGEST_POLL_MS), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
