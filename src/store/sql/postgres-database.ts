import type { Pool, PoolConfig } from 'pg';
import {
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Driver,
} from 'kysely';
import { messageOf, ToolgateError } from '#platform';
import { assertNewestPostgres, migratePostgres } from './migrate-postgres.ts';
import type { SqlEngine } from './sql-database.ts';

const CONNECTIONS = 10;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 15_000;
const LOCK_MS = 5_000;
/** A transaction whose process hangs lets go of its rows after this long. */
const IDLE_IN_TRANSACTION_MS = 30_000;
const INT8 = 20;

/**
 * A database of PostgreSQL, over at most ten connections, made when they are needed. The first brings the schema up to date, and
 * queries wait for it; when that fails they fail, and the next one tries again. With access `read` nothing is changed.
 *
 * Queries fail with `store.unavailable` when the database cannot be reached, and with `store.busy` when a lock was not to be had in
 * five seconds. No error holds the URL. Throws `store.unusable` for a text that is no URL of PostgreSQL.
 */
export function postgresEngine(databaseUrl: string, access: 'write' | 'read'): SqlEngine {
  const config = poolConfig(databaseUrl, access);
  const driver = new WaitingDriver(config, access);
  return {
    dialect: 'postgres',
    driver,
    language: {
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
    async ready() {
      try {
        await driver.ready();
      } catch (error) {
        throw explain(error);
      }
    },
    explain,
    isConflict: (error) => codeOf(error) === '23505',
  };
}

function poolConfig(databaseUrl: string, access: 'write' | 'read'): PoolConfig {
  if (!isPostgresUrl(databaseUrl)) {
    throw new ToolgateError('store.unusable', 'The URL of the database is not one of PostgreSQL.', {
      hint: 'TOOLGATE_DATABASE_URL has the form postgres://USER:PASSWORD@HOST:5432/DATABASE.',
    });
  }
  return {
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: 'toolgate',
    keepAlive: true,
    allowExitOnIdle: true,
    ...(access === 'read' ? { onConnect: readOnly } : {}),
  };
}

async function readOnly(client: { query(sql: string): Promise<unknown> }): Promise<void> {
  await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY');
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text);
}

/** The driver for PostgreSQL, whose connections are there once the schema is. */
class WaitingDriver implements Driver {
  readonly #config: PoolConfig;
  readonly #access: 'write' | 'read';
  readonly #inner: Driver;
  #pool: Promise<Pool> | undefined;
  #ready: Promise<void> | undefined;

  constructor(config: PoolConfig, access: 'write' | 'read') {
    this.#config = config;
    this.#access = access;
    this.#inner = new PostgresDriver({
      pool: () => this.#openPool(),
    });
  }

  /** Resolves when the schema is there; one attempt at a time, a new one after a failure. */
  ready(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    const pool = await this.#openPool();
    const client = await pool.connect();
    try {
      if (this.#access === 'read') await assertNewestPostgres(client);
      else await migratePostgres(client);
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Loaded only where PostgreSQL is used. */
  #openPool(): Promise<Pool> {
    this.#pool ??= import('pg').then(({ default: pg }) => {
      const types = {
        // counters and times are whole numbers far below 2^53
        getTypeParser: (oid: number, format?: 'text' | 'binary') =>
          oid === INT8 ? Number : pg.types.getTypeParser(oid, format),
      };
      const pool = new pg.Pool({ ...this.#config, types });
      // a connection that the server ends is replaced when it is needed; without listeners the process would end
      pool.on('error', () => {});
      pool.on('connect', (client) => client.on('error', () => {}));
      return pool;
    });
    return this.#pool;
  }

  init(): Promise<void> {
    return this.#inner.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.ready();
    return this.#inner.acquireConnection();
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#inner.releaseConnection(connection);
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#inner.beginTransaction(connection, {});
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#inner.commitTransaction(connection);
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#inner.rollbackTransaction(connection);
  }

  async destroy(): Promise<void> {
    await this.#ready?.catch(() => {});
    const pool = await this.#pool;
    if (pool?.ended === false) await pool.end();
  }
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Not to be reached, refused there, going down, or full: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNAVAILABLE = /^(?:08...|28...|3D000|53300|57P0[1-5]|25P03|E[A-Z_]{3,})$/;
/** Errors of the driver that have no code. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|connection ended|not queryable|has been discarded/i;
/** A lock that was not to be had, a deadlock, a conflict of transactions. */
const BUSY = /^(?:55P03|40P01|40001)$/;

/** What the callers of a store see of an error of PostgreSQL; what is not of it is passed on as it is. */
function explain(error: unknown): unknown {
  if (error instanceof ToolgateError || !(error instanceof Error)) return error;
  const code = codeOf(error) ?? '';
  if (UNAVAILABLE.test(code) || LOST.test(error.message)) {
    return new ToolgateError(
      'store.unavailable',
      `The database cannot be used: ${messageOf(error) || code}`,
      {
        hint: 'Check TOOLGATE_DATABASE_URL, and that PostgreSQL runs and takes connections.',
        cause: error,
      },
    );
  }
  if (BUSY.test(code)) {
    return new ToolgateError('store.busy', 'The database stayed locked by another process.', {
      hint: 'Look for a tool that holds a transaction of the database open.',
      cause: error,
    });
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  return new ToolgateError('store.failed', `The database failed: ${messageOf(error)}`, { cause: error });
}
