import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';
import {
  asStoreError,
  isBusy,
  isConflict,
  type Database,
  type Statement,
  type Value,
} from '../sqlite/engine.ts';
import type { SqlEngine } from './sql-database.ts';
import { Turns } from './turns.ts';

/** How long a statement waits for the lock of another process. */
const PATIENCE_MS = 5000;
const RETRY_MS = 1;
const RETRY_SPREAD_MS = 4;
/** Prepared statements that are kept; the stores have fewer. */
const KEPT_STATEMENTS = 256;

/**
 * One open SQLite database, with whose one connection queries and transactions take turns.
 *
 * - What resolved is committed, and survives the death of the process.
 * - While another process holds the lock, the event loop goes on: a statement is tried again every few milliseconds, and
 *   fails with `store.busy` once it waited for `patienceMs`.
 */
export function sqliteEngine(database: Database, patienceMs: number = PATIENCE_MS): SqlEngine {
  return {
    dialect: 'sqlite',
    driver: new SqliteDriver(database, patienceMs),
    language: {
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
    ready: () => Promise.resolve(),
    explain: asStoreError,
    isConflict,
  };
}

class SqliteDriver implements Driver {
  readonly #database: Database;
  readonly #connection: SqliteConnection;
  readonly #turns = new Turns();

  constructor(database: Database, patienceMs: number) {
    this.#database = database;
    this.#connection = new SqliteConnection(database, patienceMs);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turns.take();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#turns.give();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // at once for writing: a lock that is taken later can be refused when it is too late to wait
    await connection.executeQuery(CompiledQuery.raw('BEGIN IMMEDIATE'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('COMMIT'));
  }

  async rollbackTransaction(): Promise<void> {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // After a full disk or an I/O error SQLite has rolled back already, and says there is no transaction.
    }
  }

  async destroy(): Promise<void> {
    this.#connection.forget();
    this.#database.close();
  }
}

/** Statements that change rows and give none back. */
const CHANGES_ROWS = /^\s*(?:insert|update|delete|replace)\b/i;
const GIVES_ROWS = /\breturning\b/i;

class SqliteConnection implements DatabaseConnection {
  readonly #database: Database;
  readonly #patienceMs: number;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database, patienceMs: number) {
    this.#database = database;
    this.#patienceMs = patienceMs;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const deadline = performance.now() + this.#patienceMs;
    for (;;) {
      try {
        return this.#run<R>(sql, parameters as readonly Value[]);
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await sleep(RETRY_MS + Math.random() * RETRY_SPREAD_MS);
      }
    }
  }

  #run<R>(sql: string, values: readonly Value[]): QueryResult<R> {
    const statement = this.#prepared(sql);
    if (CHANGES_ROWS.test(sql) && !GIVES_ROWS.test(sql)) {
      return { rows: [], numAffectedRows: BigInt(statement.run(...values)) };
    }
    return { rows: statement.all(...values) as R[] };
  }

  #prepared(sql: string): Statement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  forget(): void {
    this.#statements.clear();
  }

  streamQuery(): never {
    throw new Error('SQLite answers at once and whole.');
  }
}
