import type { AsyncLocalStorage } from 'node:async_hooks';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { ToolgateError } from '#platform';
import { assertStorable } from '../sqlite/engine.ts';
import { Turns } from './turns.ts';

/** A transaction of `SqlDatabase`, as the async context of its work carries it. */
export class Scope {
  readonly turns = new Turns();
  readonly #parent: Scope | undefined;
  /** The connection of the transaction, once it has one. */
  connection: DatabaseConnection | undefined;
  isOver = false;

  constructor(parent: Scope | undefined) {
    this.#parent = parent;
  }

  /** The innermost transaction that still runs: timers and the like carry their context on after its end. */
  static running(scope: Scope | undefined): Scope | undefined {
    let found = scope;
    while (found?.isOver) found = found.#parent;
    return found;
  }

  get parent(): Scope | undefined {
    return Scope.running(this.#parent);
  }
}

/** Parts follow one another or lie in one another, so that one name, of which the innermost counts, is enough. */
const SAVEPOINT = {
  begin: CompiledQuery.raw('SAVEPOINT part'),
  end: CompiledQuery.raw('RELEASE SAVEPOINT part'),
  undo: CompiledQuery.raw('ROLLBACK TO SAVEPOINT part'),
} as const;

/** A connection on loan: the database's own, or the one of the transaction that is joined. */
class Loan implements DatabaseConnection {
  readonly connection: DatabaseConnection;
  readonly giveBack: () => Promise<void> | void;
  /** Whether a transaction on this loan is a part of another one. */
  readonly isPart: boolean;
  readonly #explain: (error: unknown) => unknown;

  constructor(
    connection: DatabaseConnection,
    giveBack: () => Promise<void> | void,
    isPart: boolean,
    explain: (error: unknown) => unknown,
  ) {
    this.connection = connection;
    this.giveBack = giveBack;
    this.isPart = isPart;
    this.#explain = explain;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (const value of query.parameters) if (typeof value === 'string') assertStorable(value);
    try {
      return await this.connection.executeQuery<R>(query);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  streamQuery(): never {
    throw new Error('Queries of a store are not streamed.');
  }
}

export interface JoiningDriverParts {
  /** What the connections come from. */
  readonly driver: Driver;
  readonly scopes: AsyncLocalStorage<Scope>;
  /** What the callers of a store see of an error of the database. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * Lets every query join the transaction of its async context, whichever `Kysely` it was made with. On that one connection they take
 * turns, and a transaction in a transaction is a savepoint, so that its failure undoes nothing else.
 */
export class JoiningDriver implements Driver {
  readonly #driver: Driver;
  readonly #scopes: AsyncLocalStorage<Scope>;
  readonly #explain: (error: unknown) => unknown;
  #isClosed = false;
  #loans = 0;
  readonly #whenIdle: (() => void)[] = [];

  constructor({ driver, scopes, explain }: JoiningDriverParts) {
    this.#driver = driver;
    this.#scopes = scopes;
    this.#explain = explain;
  }

  init(): Promise<void> {
    return this.#driver.init();
  }

  async acquireConnection(): Promise<Loan> {
    const scope = Scope.running(this.#scopes.getStore());
    if (scope?.connection !== undefined) return this.#join(scope, scope.connection);
    // the first to ask in a scope is its own transaction
    const parent = scope?.parent;
    const loan =
      parent?.connection === undefined ? await this.#lend() : await this.#join(parent, parent.connection);
    if (scope !== undefined) scope.connection = loan.connection;
    return loan;
  }

  async #join(scope: Scope, connection: DatabaseConnection): Promise<Loan> {
    await scope.turns.take();
    return new Loan(connection, () => scope.turns.give(), true, this.#explain);
  }

  async #lend(): Promise<Loan> {
    if (this.#isClosed) throw new ToolgateError('store.closed', 'The store is closed.');
    this.#loans++;
    try {
      const connection = await this.#driver.acquireConnection();
      const giveBack = async (): Promise<void> => {
        await this.#driver.releaseConnection(connection);
        this.#ended();
      };
      return new Loan(connection, giveBack, false, this.#explain);
    } catch (error) {
      this.#ended();
      throw this.#explain(error);
    }
  }

  #ended(): void {
    this.#loans--;
    if (this.#loans === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async releaseConnection(loan: DatabaseConnection): Promise<void> {
    await asLoan(loan).giveBack();
  }

  async beginTransaction(loan: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { connection, isPart } = asLoan(loan);
    await this.#explained(async () => {
      if (!isPart) await this.#driver.beginTransaction(connection, settings);
      else await connection.executeQuery(SAVEPOINT.begin);
    });
  }

  async commitTransaction(loan: DatabaseConnection): Promise<void> {
    const { connection, isPart } = asLoan(loan);
    await this.#explained(async () => {
      if (!isPart) await this.#driver.commitTransaction(connection);
      else await connection.executeQuery(SAVEPOINT.end);
    });
  }

  async rollbackTransaction(loan: DatabaseConnection): Promise<void> {
    const { connection, isPart } = asLoan(loan);
    await this.#explained(async () => {
      if (!isPart) return this.#driver.rollbackTransaction(connection);
      await connection.executeQuery(SAVEPOINT.undo);
      await connection.executeQuery(SAVEPOINT.end);
    });
  }

  async #explained(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Refuses what comes from now on, waits for what is under way, and closes the driver below. */
  async destroy(): Promise<void> {
    this.#isClosed = true;
    if (this.#loans > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await this.#driver.destroy();
  }
}

function asLoan(connection: DatabaseConnection): Loan {
  if (connection instanceof Loan) return connection;
  throw new Error('a connection of another driver');
}
