import type { LimitDemand } from '#policy';
import type { CounterEntry } from '#store';
import { counterName, type QuotaOwner } from './counter-name.ts';
import { windowEnd, windowStart } from './windows.ts';

const SHORTEST_GRACE_MS = 60 * 1000;
const LONGEST_GRACE_MS = 60 * 60 * 1000;

/** One counter of a call, with the limits that name it. */
export interface Charge {
  readonly entry: CounterEntry;
  readonly demands: readonly LimitDemand[];
}

/** What a call is charged that is made `now`: one entry for each counter. */
export function chargesOf(
  demands: readonly LimitDemand[],
  owner: QuotaOwner,
  now: number,
): readonly Charge[] {
  const charges: Charge[] = [];
  for (const demand of demands) {
    const entry = entryOf(demand, owner, now);
    const index = charges.findIndex((charge) => charge.entry.counter === entry.counter);
    // asked for with -1, an array looks for a member of that name
    const same = index < 0 ? undefined : charges[index];
    if (same === undefined) charges.push({ entry, demands: [demand] });
    else charges[index] = together(same, entry, demand);
  }
  return charges;
}

/** A charge with what another limit asks of the same counter. */
function together({ entry, demands }: Charge, other: CounterEntry, demand: LimitDemand): Charge {
  return {
    demands: [...demands, demand],
    entry: {
      ...other,
      amountMicros: Math.max(other.amountMicros, entry.amountMicros),
      maxMicros: Math.min(other.maxMicros, entry.maxMicros),
    },
  };
}

interface MadeEntry {
  readonly demand: LimitDemand;
  readonly owner: QuotaOwner;
  readonly entry: CounterEntry;
}

/** The entry that was made last: an agent's next call is most often charged to the same counter, in the same window. */
let last: MadeEntry | undefined;

/** The same object for calls that are charged the same, as long as no other comes between them. */
function entryOf(demand: LimitDemand, owner: QuotaOwner, now: number): CounterEntry {
  const start = windowStart(now, demand.windowSeconds);
  if (
    last?.entry.windowStart === start &&
    isSameDemand(last.demand, demand) &&
    isSameOwner(last.owner, owner)
  )
    return last.entry;
  const entry = {
    counter: counterName(demand, owner),
    windowStart: start,
    expiresAt: windowEnd(start, demand.windowSeconds) + graceMs(demand.windowSeconds),
    amountMicros: demand.amountMicros,
    maxMicros: demand.maxMicros,
  };
  last = { demand, owner, entry };
  return entry;
}

function isSameDemand(a: LimitDemand, b: LimitDemand): boolean {
  return (
    a.scope === b.scope &&
    a.counter === b.counter &&
    a.windowSeconds === b.windowSeconds &&
    a.amountMicros === b.amountMicros &&
    a.maxMicros === b.maxMicros
  );
}

function isSameOwner(a: QuotaOwner, b: QuotaOwner): boolean {
  return (
    a.organisation === b.organisation &&
    a.server === b.server &&
    a.grant === b.grant &&
    a.session === b.session
  );
}

/**
 * How long a counter outlives its window, for calls that end late and for a clock that is put back: as long as the window was, a
 * minute at least and an hour at most. Thousands of grants with limits a minute would leave sixty times as many counters in an hour.
 */
function graceMs(windowSeconds: number): number {
  return Math.min(Math.max(windowSeconds * 1000, SHORTEST_GRACE_MS), LONGEST_GRACE_MS);
}
