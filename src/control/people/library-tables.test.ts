import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '#store';
import { startPostgres, type Postgres } from '../../../test/support/postgres.ts';
import { plugins, TABLES } from './identity-library.ts';
import { founder, openRig, PASSWORD } from './people-rig.suite.ts';

/** What the library would change about the tables of a store. */
async function wanted({ control }: Store): Promise<unknown> {
  const { db, dialect } = control.identity;
  const plan = await getMigrations({
    ...TABLES,
    database: { db: db as never, type: dialect },
    plugins: plugins([]),
    secret: 'a-secret-of-the-tests-that-is-long-enough',
  });
  const { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } = plan;
  return { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems };
}

const NOTHING = {
  toBeCreated: [],
  toBeAdded: [],
  toBeAddedIndexes: [],
  unsafeChanges: [],
  schemaProblems: [],
};

describe('the tables of people', () => {
  it('are on SQLite as the library wants them', async () => {
    const store = openStore({ dataDir: ':memory:' });
    await store.ready();
    expect(await wanted(store)).toEqual(NOTHING);
    await store.close();
  });

  describe('on PostgreSQL', () => {
    let postgres: Postgres | undefined;
    beforeAll(async () => {
      postgres = await startPostgres();
    }, 90_000);
    afterAll(() => postgres?.stop());

    it('are as the library wants them', async ({ skip }) => {
      if (postgres === undefined) return skip('no PostgreSQL');
      const store = openStore({ dataDir: ':memory:', databaseUrl: await postgres.createDatabase() });
      await store.ready();
      expect(await wanted(store)).toEqual(NOTHING);
      await store.close();
    });

    it('carry people from signing up to a new password, with throttles that count', async ({ skip }) => {
      if (postgres === undefined) return skip('no PostgreSQL');
      const rig = await openRig({ databaseUrl: await postgres.createDatabase() });
      const ada = await founder(rig);
      expect((await ada.get('/api/v1/me')).body).toMatchObject({ organisation: { id: 'default' } });
      const { body: invited } = await ada.post('/api/v1/invitations', { email: 'bob@example.com' });
      const bob = rig.browser();
      const entered = await bob.post('/api/v1/invitations/accept', {
        token: String(invited['link']).split('#')[1],
        name: 'Bob',
        password: PASSWORD,
      });
      expect(entered.status).toBe(201);
      await rig.browser().post('/api/auth/request-password-reset', { email: 'bob@example.com' });
      await rig.identity.settled();
      const token = rig.printed[0]?.url.split('#')[1];
      const newPassword = 'another horse battery';
      const reset = await rig.browser().post('/api/auth/reset-password', { token, newPassword });
      expect(reset.status).toBe(200);
      expect((await bob.get('/api/v1/me')).status).toBe(401);
      const signIn = (password: string) =>
        rig.browser().post('/api/auth/sign-in/email', { email: 'bob@example.com', password });
      for (let i = 0; i < 5; i++) expect((await signIn(PASSWORD)).status).toBe(401);
      expect((await signIn(newPassword)).status).toBe(429);
      rig.clock.at += 1000;
      expect((await signIn(newPassword)).status).toBe(200);
      const { body: factor } = await ada.post('/api/auth/two-factor/enable', { password: PASSWORD });
      expect(factor['backupCodes']).toHaveLength(10);
      await rig.close();
    });
  });
});
