/**
 * store/: what must outlive a process. The ports say what the rooms above may ask; `openStore` gives them over one data
 * folder: counters and decisions in a ledger (an append-only log that all processes share), the rest by SQLite.
 *
 * - A write that resolved survives `kill -9`. A write that rejected was not made.
 * - Any number of processes may share a data folder: reservations are exact across them.
 * - No process stops the event loop of another: the ledger has no locks, and where SQLite has one, waiting goes on between
 *   turns and fails with `store.busy` after five seconds.
 */
export type {
  CallEnding,
  CallResult,
  CounterEntry,
  CounterStore,
  DecisionRecord,
  Grant,
  GrantStore,
  RecordedOutcome,
  RecordFilter,
  RecordStore,
  ReserveOutcome,
  Store,
  StoredGrant,
  StoredRecord,
} from './ports.ts';
export { openStore, type StoreOptions } from './open-store.ts';
