import { ToolgateError } from '#platform';
import { madeByNewer, madeByOlder, MIGRATIONS } from './migrations.ts';

/** The little of a connection to PostgreSQL that a migration needs. Without values, a text may hold several statements. */
export interface PostgresConnection {
  query(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** Names the lock that those who migrate one database take in turn. */
const LOCK = 0x54474154;
const STEPS: readonly string[] = MIGRATIONS.map((step) => step.postgres);
const OTHER_DATABASE = 'choose another database with TOOLGATE_DATABASE_URL.';

/**
 * Brings a PostgreSQL database to the newest schema: all missing steps in one transaction under a lock, so that of several
 * processes one migrates and the others find it done. Throws `ToolgateError` `store.foreign` for a database in which other
 * tables stand, and `store.newer` for one of a later version; it is then untouched.
 */
export async function migratePostgres(
  connection: PostgresConnection,
  steps: readonly string[] = STEPS,
): Promise<void> {
  if ((await postgresVersionOf(connection, steps)) === steps.length) return;
  await connection.query('BEGIN');
  try {
    // making tables, or waiting for who makes them, may take longer than a query of the stores
    await connection.query('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0');
    await connection.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const version = await postgresVersionOf(connection, steps);
    if (version === 0)
      await connection.query('CREATE TABLE IF NOT EXISTS toolgate_schema (version BIGINT NOT NULL)');
    for (const step of steps.slice(version)) await connection.query(step);
    await connection.query('DELETE FROM toolgate_schema');
    await connection.query('INSERT INTO toolgate_schema (version) VALUES ($1)', [steps.length]);
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Throws `store.older` besides what `migratePostgres` throws: for who may only read. */
export async function assertNewestPostgres(connection: PostgresConnection): Promise<void> {
  if ((await postgresVersionOf(connection)) < STEPS.length) throw madeByOlder('The database');
}

/** How many steps a database has behind it, 0 for an empty one. Throws as `migratePostgres` does. */
export async function postgresVersionOf(
  connection: PostgresConnection,
  steps: readonly string[] = STEPS,
): Promise<number> {
  // those that an extension brought along are nobody's
  const { rows: tables } = await connection.query(`
    SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`);
  if (!tables.some(({ name }) => name === 'toolgate_schema')) {
    if (tables.length === 0) return 0;
    throw new ToolgateError('store.foreign', 'The PostgreSQL database holds tables of another program.', {
      hint: 'Make a database of its own for Toolgate, and name it in TOOLGATE_DATABASE_URL.',
    });
  }
  const { rows } = await connection.query('SELECT version FROM toolgate_schema');
  const version = Number(rows[0]?.['version'] ?? 0);
  if (version > steps.length) throw madeByNewer('The database', OTHER_DATABASE);
  return version;
}
