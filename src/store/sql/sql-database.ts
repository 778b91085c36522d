import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely, type Dialect, type Driver } from 'kysely';
import { AsyncContexts, ToolgateError } from '#platform';
import { JoiningDriver, Scope } from './joining-driver.ts';
import type { Schema } from './schema.ts';

/** Names of the counters in `revisions`, by which processes notice what others changed. */
export type RevisionName = 'grants' | 'credentials' | 'control';

/** What queries are made with. */
export interface Queries {
  /** The transaction under way in this async context, else the database. */
  sql(): Kysely<Schema>;
  /** Raises a revision inside the current transaction (or on its own); resolves to the new value. Its row stays locked till the end. */
  raise(name: RevisionName): Promise<number>;
}

/** One database, SQLite or PostgreSQL, as the stores of this folder use it. */
export interface SqlDatabase extends Queries {
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * All or nothing. Inside another transaction of the same async context it is a part of that one (a savepoint), which is undone
   * alone when `work` throws. `work` must await every query that it makes. PostgreSQL runs it as READ COMMITTED: take a row
   * lock first (`raise` does) where reading and writing must not be torn apart.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /**
   * A transaction whose queries are those that `work` makes with `inside`: another would wait for its end (SQLite) or be no part of it. It enters no async context: before Node 24 one that
   * was entered once leaves every async function of the process slower for good. So what a gateway does by itself, with nobody who
   * administers it, is done with this.
   */
  alone<T>(work: (inside: Queries) => Promise<T>): Promise<T>;
  revision(name: RevisionName): Promise<number>;
  /** Resolves when the schema is there and queries can be made; rejects with what keeps it from that. */
  ready(): Promise<void>;
  /** Lets what is under way end; later queries are refused with `store.closed`. */
  close(): Promise<void>;
  /** Whether a unique or primary key was violated. */
  isConflict(error: unknown): boolean;
}

/** What is different in each of the two databases. */
export interface SqlEngine {
  readonly dialect: 'sqlite' | 'postgres';
  readonly driver: Driver;
  /** How queries are written. */
  readonly language: Omit<Dialect, 'createDriver'>;
  ready(): Promise<void>;
  /** What the callers of a store see of an error; its cause is the error. */
  explain(error: unknown): unknown;
  isConflict(error: unknown): boolean;
}

/** The stores' view of one database, which nothing else in this process may use. */
export function createSqlDatabase(engine: SqlEngine): SqlDatabase {
  const scopes = new AsyncLocalStorage<Scope>();
  const contexts = new AsyncContexts(scopes);
  const driver = new JoiningDriver({ driver: engine.driver, scopes, explain: engine.explain });
  // bound by hand: kysely calls them as methods of the dialect
  const { language } = engine;
  const kysely = new Kysely<Schema>({
    dialect: {
      createDriver: () => driver,
      createQueryCompiler: () => language.createQueryCompiler(),
      createAdapter: () => language.createAdapter(),
      createIntrospector: (db) => language.createIntrospector(db),
    },
  });
  let closing: Promise<void> | undefined;
  return {
    dialect: engine.dialect,
    // its driver joins the transaction
    sql: () => kysely,
    transaction: (work) => contexts.during(() => transact(kysely, scopes, work)),
    alone: (work) =>
      Scope.running(scopes.getStore()) === undefined
        ? undoneWhole(() => kysely.transaction().execute((sql) => work(queriesOf(sql))))
        : contexts.during(() => transact(kysely, scopes, () => work(queriesOf(kysely)))),
    raise: queriesOf(kysely).raise,
    async revision(name) {
      const { revision } = await kysely
        .selectFrom('revisions')
        .select('revision')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return revision;
    },
    ready: () => engine.ready(),
    close: () => (closing ??= driver.destroy()),
    isConflict: (error) =>
      engine.isConflict(error instanceof ToolgateError && error.cause !== undefined ? error.cause : error),
  };
}

function queriesOf(sql: Kysely<Schema>): Queries {
  return {
    sql: () => sql,
    async raise(name) {
      const { revision } = await sql
        .updateTable('revisions')
        .set((eb) => ({ revision: eb('revision', '+', 1) }))
        .where('name', '=', name)
        .returning('revision')
        .executeTakeFirstOrThrow();
      return revision;
    },
  };
}

async function transact<T>(
  kysely: Kysely<Schema>,
  scopes: AsyncLocalStorage<Scope>,
  work: () => Promise<T>,
): Promise<T> {
  const scope = new Scope(Scope.running(scopes.getStore()));
  const workInside = async (): Promise<T> => {
    try {
      return await work();
    } finally {
      scope.isOver = true; // what `work` left behind is no part of it
    }
  };
  return undoneWhole(() => scopes.run(scope, () => kysely.transaction().execute(workInside)));
}

async function undoneWhole<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortedTransactionError')) throw error;
    // PostgreSQL takes nothing more after a query that failed, not even when the failure was caught
    throw new ToolgateError('store.failed', 'The transaction was undone, because a query in it failed.', {
      cause: error,
    });
  }
}
