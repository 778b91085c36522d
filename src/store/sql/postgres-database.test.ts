import { createServer, type AddressInfo, type Server } from 'node:net';
import { sql, type Kysely } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../ports.ts';
import type { Schema } from './schema.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a PostgreSQL that cannot be used', () => {
  it.each(['', 'mysql://root:hush@localhost/x', 'postgres://user:hush@:99999999/x', 'localhost:5432'])(
    'is refused at once, without its text, when its URL is %j',
    (databaseUrl) => {
      expect(() => openStore({ dataDir: ':memory:', databaseUrl })).toThrow(
        expect.objectContaining({ code: 'store.unusable', message: expect.not.stringContaining('hush') }),
      );
    },
  );

  it('is reported by who waits for it and by every query, without the password', async () => {
    const store = openStore({ dataDir: ':memory:', databaseUrl: 'postgres://user:hush-hush@127.0.0.1:1/x' });
    for (const failure of [await failureOf(store.ready()), await failureOf(store.grants.list())]) {
      expect(failure).toMatchObject({ code: 'store.unavailable' });
      expect((failure as Error).message).not.toContain('hush');
    }
    expect(await store.counters.used('a', 0)).toBe(0); // those are in the data folder
    await store.close();
  });

  it('keeps nobody waiting when it takes connections and says nothing', async () => {
    const silent: Server = createServer(() => {});
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo;
    const store = openStore({ dataDir: ':memory:', databaseUrl: `postgres://u:p@127.0.0.1:${port}/x` });
    await expect(store.ready()).rejects.toMatchObject({ code: 'store.unavailable' });
    await store.close();
    silent.close();
  });
});

describe.skipIf(postgres === undefined)('postgresEngine', () => {
  let url: string;
  let store: Store;
  beforeEach(async () => {
    url = (await postgres?.createDatabase()) ?? '';
    store = openStore({ dataDir: ':memory:', databaseUrl: url });
  });
  afterEach(() => store.close());

  const kysely = (): Kysely<Schema> => store.control.identity.db as Kysely<Schema>;

  /** Runs SQL as another program would. */
  async function asOther(text: string): Promise<void> {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(text);
    await client.end();
  }

  it('makes queries wait for the schema, without anybody asking for it', async () => {
    expect(await Promise.all([store.grants.list(), store.grants.revision()])).toEqual([[], 0]);
    await store.ready();
  });

  it('says which password is wrong without saying it', async () => {
    const wrong = new URL(url);
    wrong.password = 'hush-hush';
    const refused = openStore({ dataDir: ':memory:', databaseUrl: wrong.href });
    const failure = await failureOf(refused.ready());
    expect(failure).toMatchObject({ code: 'store.unavailable' });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('hush');
    await refused.close();
  });

  it('uses the database again when it is back', async () => {
    const gone = new URL(url);
    gone.pathname = '/database_that_comes_later';
    const early = openStore({ dataDir: ':memory:', databaseUrl: gone.href });
    await expect(early.ready()).rejects.toMatchObject({ code: 'store.unavailable' });
    await asOther('CREATE DATABASE database_that_comes_later');
    await early.ready();
    expect(await early.grants.list()).toEqual([]);
    await early.close();
  });

  const END_OTHERS =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';

  it('survives the end of its connections', async () => {
    await Promise.all([store.grants.list(), store.grants.revision()]);
    await asOther(END_OTHERS);
    await vi.waitFor(async () => expect(await store.grants.list()).toEqual([]), { timeout: 5_000 });
  });

  it('survives the end of a connection between two queries of a transaction, and keeps nothing of it', async () => {
    const work = store.control.transaction(async () => {
      await store.credentials.remove('crm');
      await asOther(END_OTHERS);
      await store.credentials.remove('crm');
    });
    await expect(work).rejects.toMatchObject({ code: 'store.unavailable' });
    await vi.waitFor(async () => expect(await store.credentials.revision()).toBe(0), { timeout: 5_000 });
  });

  it('gives up on a row that another program holds, and goes on', async () => {
    await store.ready();
    const other = new pg.Client(url);
    await other.connect();
    await other.query("BEGIN; UPDATE revisions SET revision = 5 WHERE name = 'credentials'");
    const waiting = store.control.transaction(async () => {
      await sql`SET LOCAL lock_timeout = 50`.execute(kysely());
      await store.credentials.remove('crm');
    });
    await expect(waiting).rejects.toMatchObject({ code: 'store.busy' });
    await other.query('COMMIT');
    await other.end();
    await store.credentials.remove('crm');
    expect(await store.credentials.revision()).toBe(6);
  });

  it('limits the time of every statement', async () => {
    const { rows } = await sql<{ limit: string }>`
      SELECT current_setting('statement_timeout') AS limit`.execute(kysely());
    expect(rows).toEqual([{ limit: '15s' }]);
  });

  it('changes nothing when it was opened to read', async () => {
    const reader = openStore({ dataDir: ':memory:', databaseUrl: url, access: 'read' });
    await expect(reader.ready()).rejects.toMatchObject({ code: 'store.older' });
    await store.ready();
    await reader.ready();
    expect(await reader.grants.list()).toEqual([]);
    await expect(reader.credentials.remove('crm')).rejects.toMatchObject({ code: 'store.failed' });
    await reader.close();
  });

  it('shares one truth among several stores', async () => {
    const other = openStore({ dataDir: ':memory:', databaseUrl: url });
    const credential = { server: 'crm', issuer: 'i', clientId: 'c', sealed: 's', updatedAt: 1 };
    const version = await store.credentials.replace(credential);
    expect(await other.credentials.find('crm')).toEqual({ ...credential, version });
    expect(await other.credentials.revision()).toBe(version);
    await other.close();
  });

  it('gives one of two stores that want the same label at once', async () => {
    const stores = [store, openStore({ dataDir: ':memory:', databaseUrl: url })];
    for (let i = 0; i < 10; i++) {
      const settled = await Promise.allSettled(
        stores.map(({ grants }, n) =>
          grants.insert({
            id: `g${i}-${n}`,
            label: `label ${i}`,
            server: 'crm',
            policy: undefined,
            createdAt: i,
            expiresAt: undefined,
            revokedAt: undefined,
            tokenHash: `hash ${i}-${n}`,
          }),
        ),
      );
      expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    }
    await stores[1]?.close();
  });
});
