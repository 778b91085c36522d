import { messageOf, silentLog, type Clock, type Log } from '#platform';
import type { LimitDemand } from '#policy';
import type { CounterEntry, CounterStore, DecisionRecord, ReserveOutcome } from '#store';
import { chargesOf, type Charge } from './charges.ts';
import type { QuotaOwner } from './counter-name.ts';
import { windowEnd } from './windows.ts';

/**
 * Quota: a limit of N lets exactly N through.
 *
 * Algorithm. Every limit that applies to a call becomes an entry: a counter, the window of this moment, an
 * amount and a maximum. The store checks and adds all entries in one atomic step before the call may leave.
 * When the call certainly did not run, the entries go back to the very windows they came from.
 *
 * Invariants.
 * - Admitted amounts of one counter in one window never sum to more than the maximum, over all processes.
 * - A call is charged in all its counters or in none.
 * - Amounts are whole millionths from end to end; nothing is rounded.
 * - A call is charged once per counter. When several of its limits name the same counter, the largest amount
 *   is taken and every one of their maxima holds.
 * - All entries of a call lie in the windows of one moment: that of its record, where it comes with one.
 *
 * Failure modes.
 * - The store cannot be reached: limits with `onUnavailable: 'deny'` refuse the call; when all say `'allow'`,
 *   it passes uncounted. Never an exception.
 * - A process dies between reserving and giving back: the reservation stands until its window ends. The error
 *   is always on the side of too few calls.
 * - The clock jumps back, by no more than the grace: the earlier window still has its count, so nothing is admitted twice.
 */
export interface Quota {
  /**
   * Takes room for one call under all its limits, or none of it. A `record` is kept in the same step as the reservation;
   * without limits it is all that is kept.
   */
  reserve(
    demands: readonly LimitDemand[],
    owner: QuotaOwner,
    record?: DecisionRecord,
  ): Promise<Reserved | Refused | Unavailable>;
  /** For `mode: "observe"`: counts the call in any case, and tells what `reserve` would have refused. */
  observe(demands: readonly LimitDemand[], owner: QuotaOwner): Promise<Observed>;
  /**
   * True for the first caller with this id, over all processes, until `expiresAt` (milliseconds since the epoch). False
   * for every other one, and when the store cannot tell.
   */
  claim(id: string, expiresAt: number): Promise<boolean>;
  /** Undoes a reservation; to be called at most once. False when the store failed, so that it stands. */
  giveBack(reservation: Reservation): Promise<boolean>;
}

/** What a call was charged, so that it can be given back. */
export interface Reservation {
  readonly entries: readonly CounterEntry[];
}

export interface Reserved extends Reservation {
  readonly granted: true;
  /** True when the store failed and every limit of the call allows it uncounted. */
  readonly uncounted: boolean;
  /** Whether the record that came with the call is kept; false when there was none, or the store failed. */
  readonly recorded: boolean;
}

export interface Refused {
  readonly granted: false;
  readonly unavailable: false;
  /** The limit that had no room. */
  readonly demand: LimitDemand;
  /** Until the window ends, from 1 on; undefined when the call alone asks for more than the maximum. */
  readonly retryAfterMs: number | undefined;
  readonly usedMicros: number;
  /** What the call asked of it. */
  readonly entry: CounterEntry;
}

/** The store failed, and `demand` is the first limit that denies then. */
export interface Unavailable {
  readonly granted: false;
  readonly unavailable: true;
  readonly demand: LimitDemand;
}

/** Where `refusal` is a limit without room, its entry is the first. */
export interface Observed extends Reservation {
  readonly refusal: Refused | Unavailable | undefined;
}

export interface QuotaParts {
  readonly counters: CounterStore;
  readonly clock: Clock;
  /** Where a failing store is reported; nowhere unless given. */
  readonly log?: Pick<Log, 'error'>;
}

/** A quota over a store of counters. See `Quota`. */
export function createQuota({ counters, clock, log = silentLog }: QuotaParts): Quota {
  async function reserve(
    charges: readonly Charge[],
    now: number,
    record?: DecisionRecord,
  ): Promise<Reserved | Refused | Unavailable> {
    const entries = charges.map((charge) => charge.entry);
    const recorded = record !== undefined;
    if (entries.length === 0 && !recorded) return { granted: true, uncounted: false, recorded, entries };
    let outcome: ReserveOutcome;
    try {
      outcome = await counters.reserve(entries, record);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'quota store failed');
      return withoutStore(charges, error);
    }
    if (outcome.granted) return { granted: true, uncounted: false, recorded, entries };
    return refusal(charges[outcome.index], outcome.usedMicros, now);
  }

  async function succeeds(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      log.error({ error: messageOf(error) }, 'quota store failed');
      return false;
    }
  }

  return {
    reserve(demands, owner, record) {
      const now = record?.at ?? clock.now();
      return reserve(chargesOf(demands, owner, now), now, record);
    },
    async observe(demands, owner) {
      const now = clock.now();
      const charges = chargesOf(demands, owner, now);
      const outcome = await reserve(charges, now);
      if (outcome.granted) return { entries: outcome.entries, refusal: undefined };
      if (outcome.unavailable) return { entries: [], refusal: outcome };
      const { entry: refused } = outcome;
      const others = charges.map(({ entry }) => entry).filter((entry) => entry !== refused);
      const entries = [refused, ...others];
      const isCounted = await succeeds(counters.count(entries));
      return { entries: isCounted ? entries : [], refusal: outcome };
    },
    async claim(id, expiresAt) {
      const counter = JSON.stringify(['claim', id]);
      const entry: CounterEntry = { counter, windowStart: 0, expiresAt, amountMicros: 1, maxMicros: 1 };
      try {
        return (await counters.reserve([entry])).granted;
      } catch {
        return false;
      }
    },
    async giveBack({ entries }) {
      return entries.length === 0 || succeeds(counters.giveBack(entries));
    },
  };
}

/** An outage is what `onUnavailable` speaks of; a fault of ours is not, and always denies. */
function withoutStore(charges: readonly Charge[], error: unknown): Reserved | Unavailable {
  const isFault = error instanceof RangeError || error instanceof TypeError;
  const demand = charges
    .flatMap((charge) => charge.demands)
    .find((each) => isFault || each.onUnavailable !== 'allow');
  if (demand === undefined) return { granted: true, uncounted: true, recorded: false, entries: [] };
  return { granted: false, unavailable: true, demand };
}

function refusal(charge: Charge | undefined, usedMicros: number, now: number): Refused {
  const { entry, demands } = present(charge);
  const room = (demand: LimitDemand): number => demand.maxMicros - usedMicros;
  const demand = present(demands.find((each) => entry.amountMicros > room(each)));
  const end = windowEnd(entry.windowStart, demand.windowSeconds);
  const retryAfterMs = entry.amountMicros > demand.maxMicros ? undefined : end - now;
  return { granted: false, unavailable: false, demand, retryAfterMs, usedMicros, entry };
}

/** A store that refuses an entry it was not given broke its contract: fail this call. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the counter store refused a limit that has room');
  return value;
}
