/**
 * store/: what must outlive a process. The ports say what the rooms above may ask; `openStore` gives them over
 * one data folder, by SQLite.
 *
 * - A write that resolved survives `kill -9`: it is committed, in WAL with `synchronous=NORMAL`.
 * - A write that rejected changed nothing. Writes of one turn share a transaction; one that fails takes no
 *   other with it.
 * - Any number of processes may share a data folder: reservations are exact across them.
 * - A lock held by another process never stops the event loop; after five seconds the write fails with
 *   `store.busy`.
 */
export type {
  CallEnding,
  CallResult,
  CounterEntry,
  CounterStore,
  CredentialKey,
  CredentialStore,
  DecisionRecord,
  Grant,
  GrantStore,
  RecordedOutcome,
  RecordFilter,
  RecordStore,
  ReserveOutcome,
  Store,
  StoredCredential,
  StoredGrant,
  StoredRecord,
} from './ports.ts';
export { openStore, type StoreOptions } from './sqlite/store.ts';
