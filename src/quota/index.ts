/**
 * quota/: how much a call may use up. Limits of the policy become counters in windows; a limit of N lets
 * exactly N through, under concurrency, over restarts and with several processes (see `Quota` for the
 * algorithm, its invariants and what happens when the store fails).
 */
export { counterName, readCounterName, type CounterIdentity, type QuotaOwner } from './counter-name.ts';
export {
  createQuota,
  type Observed,
  type Quota,
  type QuotaParts,
  type Refused,
  type Reservation,
  type Reserved,
  type Unavailable,
} from './quota.ts';
export { windowEnd, windowStart } from './windows.ts';
