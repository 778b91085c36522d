import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openStore } from '../open-store.ts';
import type { Store, StoredGrant } from '../ports.ts';
import { openDatabase, type Database } from '../sqlite/engine.ts';
import { migratePostgres, postgresVersionOf } from './migrate-postgres.ts';
import { migrateSqlite, versionOf } from './migrate-sqlite.ts';
import { MIGRATIONS } from './migrations.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-migrations-'));
const postgres = await startPostgres();
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await postgres?.stop();
});
let folders = 0;
const newFolder = (): string => join(root, String(++folders));

/** Versions that somebody may have, with what an installation of each holds: the rows that its step brought, and all before. */
const earlier = MIGRATIONS.map((_, version) => version);
const ROWS: readonly string[] = [
  `INSERT INTO grants (id, label, server, policy, created_at, expires_at, revoked_at, token_hash)
   VALUES ('g1', 'agent', 'crm', 'main', 1, 2, NULL, 'h1'), ('g2', 'old', 'crm', NULL, 3, NULL, 4, 'h2');
   UPDATE revisions SET revision = 7 WHERE name = 'grants'`,
  `INSERT INTO credentials (server, issuer, client_id, sealed, updated_at, version)
   VALUES ('crm', 'https://as.example.com', 'client', 'sealed', 5, 3);
   UPDATE revisions SET revision = 3 WHERE name = 'credentials'`,
  `INSERT INTO contact_messages (id, at, name, email, text) VALUES ('m1', 6, 'Ana', 'ana@example.com', 'Hi')`,
  `INSERT INTO organisations (id, name, created_at) VALUES ('o1', 'Acme', 8);
   INSERT INTO policies (organisation, server, name, draft, created_at, updated_at, updated_by)
   VALUES ('o1', 'crm', 'main', '{}', 8, 9, 'user:ada')`,
];

const GRANTS: readonly StoredGrant[] = [
  {
    id: 'g1',
    label: 'agent',
    server: 'crm',
    policy: 'main',
    createdAt: 1,
    expiresAt: 2,
    revokedAt: undefined,
    tokenHash: 'h1',
  },
  {
    id: 'g2',
    label: 'old',
    server: 'crm',
    policy: undefined,
    createdAt: 3,
    expiresAt: undefined,
    revokedAt: 4,
    tokenHash: 'h2',
  },
];

/** Everything of `ROWS` is there that an installation of this version had, and can be changed. */
async function expectRows(store: Store, version: number): Promise<void> {
  expect(await store.grants.list()).toEqual(version >= 1 ? GRANTS : []);
  expect(await store.grants.revision()).toBe(version >= 1 ? 7 : 0);
  expect(await store.credentials.find('crm')).toEqual(
    version >= 2
      ? {
          server: 'crm',
          issuer: 'https://as.example.com',
          clientId: 'client',
          sealed: 'sealed',
          updatedAt: 5,
          version: 3,
        }
      : undefined,
  );
  expect(await store.contactMessages.list(9)).toEqual(
    version >= 3 ? [{ id: 'm1', at: 6, name: 'Ana', email: 'ana@example.com', text: 'Hi' }] : [],
  );
  expect(await store.control.organisations.count()).toBe(version >= 4 ? 1 : 0);
  const draft = await store.control.policies.find('o1', 'crm', 'main');
  // a later version gives a number itself
  expect(draft?.draftRevision).toBe([4, 5].includes(version) ? 0 : undefined);
  await store.grants.insert({ ...GRANTS[0], id: 'g3', label: 'new', tokenHash: 'h3' } as StoredGrant);
  expect(await store.grants.revision()).toBe(version >= 1 ? 8 : 1);
  expect(await store.control.revision()).toBe(0);
}

const open = (): Database => openDatabase(':memory:', false);
const sqliteSteps = MIGRATIONS.map((step) => step.sqlite);

function schemaOf(database: Database): unknown {
  return {
    columns: database
      .prepare(
        `SELECT s.type, s.name, c.name AS column, c.type AS column_type, c."notnull", c.dflt_value, c.pk
         FROM sqlite_schema s LEFT JOIN pragma_table_xinfo(s.name) c ORDER BY s.type, s.name, c.name`,
      )
      .all(),
    version: versionOf(database),
  };
}

describe('migrateSqlite', () => {
  it.each(earlier)(
    'brings a data folder of version %i to the newest schema, with all its rows',
    async (version) => {
      const dataDir = newFolder();
      mkdirSync(dataDir);
      const old = openDatabase(join(dataDir, 'toolgate.db'), false);
      migrateSqlite(old, sqliteSteps.slice(0, version));
      for (const rows of ROWS.slice(0, version)) old.exec(rows);
      expect(versionOf(old)).toBe(version);
      old.close();
      const store = openStore({ dataDir });
      await expectRows(store, version);
      await store.close();
      const [fresh, migrated] = [open(), openDatabase(join(dataDir, 'toolgate.db'), true)];
      migrateSqlite(fresh);
      expect(schemaOf(migrated)).toEqual(schemaOf(fresh));
      migrated.close();
    },
  );

  it('leaves no trigger behind that would raise a revision besides', () => {
    const database = open();
    migrateSqlite(database);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()).toEqual([]);
  });

  it('does only the missing steps, in order, and nothing when there are none', () => {
    const database = open();
    const steps = ['CREATE TABLE log (step)', 'INSERT INTO log VALUES (2)', 'INSERT INTO log VALUES (3)'];
    const seen = (): unknown =>
      database
        .prepare('SELECT step FROM log')
        .all()
        .map((row) => row['step']);
    migrateSqlite(database, steps.slice(0, 2));
    migrateSqlite(database, steps);
    migrateSqlite(database, steps);
    expect(seen()).toEqual([2, 3]);
    expect(versionOf(database, steps)).toBe(3);
  });

  it('leaves the database as it was when a step fails', () => {
    const database = open();
    migrateSqlite(database, ['CREATE TABLE kept (a)']);
    const steps = ['CREATE TABLE kept (a)', 'CREATE TABLE half (a)', 'CREATE TABLE kept (a)'];
    expect(() => migrateSqlite(database, steps)).toThrow(/already exists/);
    expect(versionOf(database, steps)).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([
      { name: 'kept' },
    ]);
  });

  it('refuses a database that has more steps behind it than it knows', () => {
    const database = open();
    migrateSqlite(database, ['CREATE TABLE a (a)', 'CREATE TABLE b (b)']);
    expect(() => migrateSqlite(database, ['CREATE TABLE a (a)'])).toThrow(
      expect.objectContaining({ code: 'store.newer' }),
    );
  });

  it('takes a schema that another process makes meanwhile for ours', () => {
    const path = newFolder();
    const other = openDatabase(path, false);
    other.exec('PRAGMA journal_mode = WAL');
    const mine = openDatabase(path, false);
    const raced: Database = {
      ...mine,
      prepare(sql) {
        if (sql.includes('sqlite_schema')) migrateSqlite(other);
        return mine.prepare(sql);
      },
    };
    migrateSqlite(raced);
    expect(schemaOf(mine)).toEqual(schemaOf(other));
    for (const database of [mine, other]) database.close();
  });
});

describe.skipIf(postgres === undefined)('migratePostgres', () => {
  const steps = MIGRATIONS.map((step) => step.postgres);
  let url: string;
  let client: pg.Client;
  beforeEach(async () => {
    url = (await postgres?.createDatabase()) ?? '';
    client = new pg.Client(url);
    await client.connect();
  });
  afterEach(() => client.end());

  const schemaOf = async (client: pg.Client): Promise<unknown> => {
    const columns = await client.query(
      `SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
       FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name`,
    );
    const indexes = await client.query(
      "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    );
    return { columns: columns.rows, indexes: indexes.rows, version: await postgresVersionOf(client) };
  };

  it.each(earlier)(
    'brings a database of version %i to the newest schema, with all its rows',
    async (version) => {
      await migratePostgres(client, steps.slice(0, version));
      for (const rows of ROWS.slice(0, version)) await client.query(rows);
      expect(await postgresVersionOf(client)).toBe(version);
      const store = openStore({ dataDir: newFolder(), databaseUrl: url });
      await store.ready();
      await expectRows(store, version);
      await store.close();
      const fresh = new pg.Client(await postgres?.createDatabase());
      await fresh.connect();
      await migratePostgres(fresh);
      expect(await schemaOf(client)).toEqual(await schemaOf(fresh));
      await fresh.end();
    },
  );

  it('lets one of many processes that start at once migrate', async () => {
    const stores = Array.from({ length: 5 }, () => openStore({ dataDir: ':memory:', databaseUrl: url }));
    await Promise.all(stores.map((store) => store.ready()));
    expect(await postgresVersionOf(client)).toBe(MIGRATIONS.length);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('leaves the database as it was when a step fails', async () => {
    await migratePostgres(client, ['CREATE TABLE kept (a TEXT)']);
    const faulty = ['', 'CREATE TABLE half (a TEXT)', 'CREATE TABLE kept (a TEXT)'];
    await expect(migratePostgres(client, faulty)).rejects.toThrow(/already exists/);
    expect(await postgresVersionOf(client)).toBe(1);
    const { rows } = await client.query(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    );
    expect(rows.map(({ tablename }) => tablename)).toEqual(['kept', 'toolgate_schema']);
  });

  it.each([
    ['of another program', 'CREATE TABLE theirs (a TEXT)', 'store.foreign'],
    [
      'of a newer version',
      'CREATE TABLE toolgate_schema (version BIGINT NOT NULL); INSERT INTO toolgate_schema VALUES (99)',
      'store.newer',
    ],
  ])('refuses a database %s and leaves it as it is', async (_name, sql, code) => {
    await client.query(sql);
    const store = openStore({ dataDir: newFolder(), databaseUrl: url });
    await expect(store.ready()).rejects.toMatchObject({ code });
    await expect(store.grants.list()).rejects.toMatchObject({ code });
    await store.close();
    const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    expect(rows).toHaveLength(1);
  });
});
