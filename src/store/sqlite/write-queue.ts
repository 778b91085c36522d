import { setTimeout as sleep } from 'node:timers/promises';
import { ToolgateError } from '#platform';
import { asStoreError, isBusy, type Database } from './engine.ts';

/**
 * Puts the writes of one turn of the event loop into one transaction.
 *
 * - A write resolves after COMMIT, so what resolved survives the death of the process.
 * - Each write is all or nothing: when one of a batch throws, the batch is rolled back and each write runs
 *   again in a transaction of its own, so only the faulty one fails. A write must therefore have no effect
 *   outside the database.
 * - While another process holds the lock, the event loop goes on: the queue tries again every few
 *   milliseconds, and a write fails with `store.busy` once it waited for `patienceMs`.
 */
export interface WriteQueue {
  /** Runs `work` inside the next transaction and resolves to what it returned. */
  write<T>(work: () => T): Promise<T>;
  /** Runs `work` now, outside any transaction, with the same patience. */
  read<T>(work: () => T): Promise<T>;
  /** Waits for the writes that were accepted; later ones are refused with `store.closed`. */
  close(): Promise<void>;
}

interface Job {
  /** Does the work and returns the answer to give after COMMIT. */
  readonly attempt: () => () => void;
  readonly fail: (error: unknown) => void;
  readonly queuedAt: number;
}

const RETRY_MS = 1;
const RETRY_SPREAD_MS = 4;

/** A queue over one open database, which nothing else may write through. */
export function createWriteQueue(database: Database, patienceMs = 5000): WriteQueue {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  let jobs: Job[] = [];
  let isScheduled = false;
  let isClosed = false;
  const whenEmpty: (() => void)[] = [];

  function flush(): void {
    isScheduled = false;
    const batch = jobs;
    jobs = [];
    settle(batch);
    if (jobs.length === 0) for (const resolve of whenEmpty.splice(0)) resolve();
  }

  function settle(batch: readonly Job[]): void {
    try {
      for (const answer of transact(batch)) answer();
    } catch (error) {
      if (isBusy(error)) tryAgain(batch, error);
      else if (batch.length === 1) batch[0]?.fail(asStoreError(error));
      else for (const job of batch) settle([job]);
    }
  }

  function transact(batch: readonly Job[]): readonly (() => void)[] {
    begin.run();
    try {
      const answers = batch.map((job) => job.attempt());
      commit.run();
      return answers;
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  function rollBack(): void {
    try {
      database.exec('ROLLBACK');
    } catch {
      // After a full disk or an I/O error SQLite has rolled back already, and says there is no transaction.
    }
  }

  function tryAgain(batch: readonly Job[], error: unknown): void {
    const oldest = performance.now() - patienceMs;
    const waiting = batch.filter((job) => job.queuedAt > oldest);
    for (const job of batch) if (job.queuedAt <= oldest) job.fail(asStoreError(error));
    jobs.push(...waiting);
    if (jobs.length === 0 || isScheduled) return;
    isScheduled = true;
    setTimeout(flush, RETRY_MS + Math.random() * RETRY_SPREAD_MS);
  }

  return {
    write(work) {
      if (isClosed) return Promise.reject(closedError());
      return new Promise((resolve, reject) => {
        const attempt = (): (() => void) => {
          const value = work();
          return () => resolve(value);
        };
        jobs.push({ attempt, fail: reject, queuedAt: performance.now() });
        if (isScheduled) return;
        isScheduled = true;
        setImmediate(flush);
      });
    },
    async read(work) {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        if (isClosed) throw closedError();
        try {
          return work();
        } catch (error) {
          if (!isBusy(error) || performance.now() > deadline) throw asStoreError(error);
          await sleep(RETRY_MS);
        }
      }
    },
    close() {
      isClosed = true;
      return jobs.length === 0 ? Promise.resolve() : new Promise((resolve) => whenEmpty.push(resolve));
    },
  };
}

function closedError(): ToolgateError {
  return new ToolgateError('store.closed', 'The store is closed.');
}
