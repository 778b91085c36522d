import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { newId, type Clock } from '#platform';
import type { IdentityDatabase } from '#store';

/** Whether to go on, and after how many seconds to ask again. */
export interface Turn {
  readonly allowed: boolean;
  readonly retryAfter: number | null;
}

/** No throttle looks further back; older rows are forgotten. */
const LONGEST_WINDOW_MS = 3_600_000;
const PRUNE_EVERY_MS = 60_000;
/** Attempts on one account that need no waiting; each one after that waits twice as long as the one before, up to a minute. */
const FREE_ATTEMPTS = 5;
const LONGEST_WAIT_DOUBLINGS = 6;
const LONGEST_WAIT_MS = 60_000;

interface Row {
  readonly count: number | string;
  readonly at: number | string;
}

/**
 * Counts what may be tried only so often, in the database, where all workers and replicas see it. A count is one statement: of any
 * number of askers at once exactly as many pass as may. Keys are kept as hashes: no address stands in the table.
 */
export class Throttle {
  readonly #db: Kysely<unknown>;
  readonly #clock: Clock;
  #prunedAt: number;

  constructor(database: IdentityDatabase, clock: Clock) {
    this.#db = database.db as Kysely<unknown>;
    this.#clock = clock;
    this.#prunedAt = clock.now();
  }

  /** Counts one against `key`: at most `max` pass in a window of so many seconds. */
  async consume(key: string, rule: { window: number; max: number }): Promise<Turn> {
    const now = this.#clock.now();
    await this.#prune(now);
    const windowMs = Math.min(rule.window * 1000, LONGEST_WINDOW_MS);
    const { rows } = await sql<Row>`
      INSERT INTO "rate_limits" ("id", "key", "count", "lastRequest")
      VALUES (${newId('rate')}, ${hashOf(key)}, 1, ${now})
      ON CONFLICT ("key") DO UPDATE SET
        "count" = CASE WHEN "rate_limits"."lastRequest" <= ${now - windowMs} THEN 1 ELSE "rate_limits"."count" + 1 END,
        "lastRequest" = CASE WHEN "rate_limits"."lastRequest" <= ${now - windowMs} THEN ${now} ELSE "rate_limits"."lastRequest" END
      RETURNING "count", "lastRequest" AS "at"`.execute(this.#db);
    const [row] = rows;
    if (row !== undefined && Number(row.count) <= rule.max) return { allowed: true, retryAfter: null };
    return { allowed: false, retryAfter: seconds(Number(row?.at ?? now) + windowMs - now) };
  }

  /**
   * Takes an attempt on an account. The first few pass at once; then each must wait for twice as long as the one before, counted from
   * the last that passed. Guessing gets slow, wherever it comes from, and the account is never shut: there is a turn every minute, for
   * whoever comes first.
   */
  async attempt(account: string): Promise<Turn> {
    const now = this.#clock.now();
    await this.#prune(now);
    const key = hashOf(account);
    const isOver = sql`"rate_limits"."lastRequest" <= ${now - LONGEST_WINDOW_MS}`;
    const doublings = sql`("rate_limits"."count" - ${sql.lit(FREE_ATTEMPTS)})`;
    const wait = sql`CASE WHEN ${doublings} < 0 THEN 0
      WHEN ${doublings} >= ${sql.lit(LONGEST_WAIT_DOUBLINGS)} THEN ${sql.lit(LONGEST_WAIT_MS)}
      ELSE 1000 * (1 << ${doublings}) END`;
    const { rows } = await sql<Row>`
      INSERT INTO "rate_limits" ("id", "key", "count", "lastRequest") VALUES (${newId('rate')}, ${key}, 1, ${now})
      ON CONFLICT ("key") DO UPDATE SET
        "count" = CASE WHEN ${isOver} THEN 1 ELSE "rate_limits"."count" + 1 END, "lastRequest" = ${now}
      WHERE ${isOver} OR "rate_limits"."lastRequest" + ${wait} <= ${now}
      RETURNING "count", "lastRequest" AS "at"`.execute(this.#db);
    if (rows.length > 0) return { allowed: true, retryAfter: null };
    const { rows: found } = await sql<Row>`
      SELECT ${wait} AS "count", "lastRequest" AS "at" FROM "rate_limits" WHERE "key" = ${key}`.execute(
      this.#db,
    );
    return { allowed: false, retryAfter: seconds(Number(found[0]?.at) + Number(found[0]?.count) - now) };
  }

  /** Forgets the attempts on an account: one was right. */
  async forget(account: string): Promise<void> {
    await sql`DELETE FROM "rate_limits" WHERE "key" = ${hashOf(account)}`.execute(this.#db);
  }

  async #prune(now: number): Promise<void> {
    if (now - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = now;
    await sql`DELETE FROM "rate_limits" WHERE "lastRequest" <= ${now - LONGEST_WINDOW_MS}`.execute(this.#db);
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000) || 1);
}
