import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsEntered } from '../../../test/support/entered-contexts.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { arePromisesWatched } from '../../../test/support/watched-promises.ts';
import { openDatabaseFile } from '../sqlite/database-file.ts';
import { openDatabase, type Database } from '../sqlite/engine.ts';
import { postgresEngine } from './postgres-database.ts';
import { createSqlDatabase, type SqlDatabase } from './sql-database.ts';
import { sqliteEngine } from './sqlite-dialect.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-sql-'));
const postgres = await startPostgres();
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await postgres?.stop();
});
let folders = 0;
const newFolder = (): string => join(root, String(++folders));

/** What both databases must do. `open` gives a new, empty one. */
function databaseSuite(open: () => Promise<SqlDatabase>): void {
  let database: SqlDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const message = (id: string) => ({ id, at: 1, name: '', email: '', text: '' });
  const insert = async (id: string): Promise<void> => {
    await database.sql().insertInto('contact_messages').values(message(id)).execute();
  };
  const ids = async (): Promise<readonly string[]> =>
    (await database.sql().selectFrom('contact_messages').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    );

  it('keeps all of a transaction, or nothing', async () => {
    const answer = await database.transaction(async () => {
      await insert('a');
      await insert('b');
      return 'done';
    });
    expect(answer).toBe('done');
    await expect(
      database.transaction(async () => {
        await insert('c');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('shows a transaction to nobody else before it ends', async () => {
    let isInside = (): void => {};
    const inside = new Promise<void>((resolve) => (isInside = resolve));
    const written = database.transaction(async () => {
      await insert('a');
      isInside();
      expect(await ids()).toEqual(['a']);
      await nextTurn();
      await insert('b');
    });
    await inside;
    const seen = await ids();
    await written;
    expect([[], ['a', 'b']]).toContainEqual(seen);
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('makes a transaction inside another a part of it', async () => {
    const work = database.transaction(async () => {
      await database.transaction(() => insert('a'));
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual([]);
  });

  it('undoes the part that failed alone, and goes on', async () => {
    await database.transaction(async () => {
      await insert('a');
      const part = database.transaction(async () => {
        await insert('b');
        await insert('a');
      });
      await expect(part).rejects.toSatisfy((error) => database.isConflict(error));
      await insert('c');
    });
    expect(await ids()).toEqual(['a', 'c']);
  });

  it('lets parts that are begun at once follow one another', async () => {
    await database.transaction(async () => {
      const part = (id: string, fails: boolean): Promise<void> =>
        database.transaction(async () => {
          await insert(id);
          await nextTurn();
          await insert(`${id}${id}`);
          if (fails) throw new Error(id);
        });
      const settled = await Promise.allSettled([
        part('a', false),
        part('b', true),
        insert('c'),
        part('d', false),
      ]);
      expect(settled.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
    });
    expect(await ids()).toEqual(['a', 'aa', 'c', 'd', 'dd']);
  });

  it('lets a transaction of kysely join', async () => {
    const kysely = database.sql();
    const work = database.transaction(async () => {
      await kysely.transaction().execute((trx) => trx.deleteFrom('revisions').execute());
      expect(await kysely.selectFrom('revisions').selectAll().execute()).toEqual([]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await database.revision('grants')).toBe(0);
  });

  it('does not take what a transaction left behind for a part of it', async () => {
    let goOn = (): void => {};
    const later = new Promise<void>((resolve) => (goOn = resolve));
    let left: Promise<void> | undefined;
    await database.transaction(async () => {
      left = later.then(() => insert('late'));
      await insert('a');
    });
    goOn();
    await left;
    expect(await ids()).toEqual(['a', 'late']);
  });

  it('stays whole when another ends while it runs', async () => {
    const first = database.transaction(() => insert('a'));
    const second = database.transaction(async () => {
      await first;
      await nextTurn();
      await insert('b');
      throw new Error('changed my mind');
    });
    await expect(second).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual(['a']);
  });

  it('leaves no promise of the process watched, which would make each of them dearer', async () => {
    expect(await arePromisesWatched()).toBe(false);
    await Promise.all([database.transaction(() => insert('a')), database.transaction(() => insert('b'))]);
    expect(await arePromisesWatched()).toBe(false);
  });

  it('keeps all of what is done alone, or nothing', async () => {
    await database.alone(async ({ sql, raise }) => {
      await raise('control');
      await sql().deleteFrom('contact_messages').execute();
      await sql().insertInto('contact_messages').values(message('a')).execute();
    });
    const undone = database.alone(async ({ sql, raise }) => {
      await raise('control');
      await sql().insertInto('contact_messages').values(message('b')).execute();
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual(['a']);
    expect(await database.revision('control')).toBe(1);
  });

  it('makes what is done alone inside a transaction a part of it', async () => {
    const undone = database.transaction(async () => {
      await insert('a');
      await database.alone(({ sql }) => sql().insertInto('contact_messages').values(message('b')).execute());
      const failed = database.alone(async ({ sql }) => {
        await sql().insertInto('contact_messages').values(message('c')).execute();
        throw new Error('not this one');
      });
      await expect(failed).rejects.toThrow('not this one');
      expect(await ids()).toEqual(['a', 'b']);
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual([]);
  });

  it('enters no async context for what is done alone', async () => {
    const alone = () =>
      database.alone(({ sql }) => sql().insertInto('contact_messages').values(message('a')).execute());
    expect(await contextsEntered(alone)).toBe(0);
    expect(await contextsEntered(() => database.transaction(() => insert('b')))).toBeGreaterThan(0);
  });

  it('never loses a raise, whoever raises at once', async () => {
    const raised = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 === 0
          ? database.raise('control')
          : database.transaction(async () => {
              const value = await database.raise('control');
              await insert(String(i));
              return value;
            }),
      ),
    );
    expect(raised.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await database.revision('control')).toBe(30);
    expect(await database.revision('grants')).toBe(0);
  });

  it('knows a conflict of keys from other failures, and says what failed', async () => {
    await insert('a');
    const failureOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => undefined,
        (e: unknown) => e,
      );
    const twice = await failureOf(insert('a'));
    expect(twice).toMatchObject({ code: 'store.failed' });
    expect(database.isConflict(twice)).toBe(true);
    const nothing = await failureOf(
      sql`INSERT INTO contact_messages (id, at, name, email) VALUES ('b', 1, '', '')`.execute(database.sql()),
    );
    expect(nothing).toMatchObject({ code: 'store.failed' });
    expect(database.isConflict(nothing)).toBe(false);
    expect(database.isConflict(undefined)).toBe(false);
  });

  it.each(['a\0b', 'half \ud800 a pair'])('refuses text that it could not give back', async (text) => {
    await expect(insert(text)).rejects.toMatchObject({ code: 'store.text' });
    expect(await ids()).toEqual([]);
  });

  it('keeps numbers exact up to the largest safe integer', async () => {
    const at = Number.MAX_SAFE_INTEGER;
    await database
      .sql()
      .insertInto('contact_messages')
      .values({ id: 'a', at, name: '', email: '', text: '' })
      .execute();
    expect(await database.sql().selectFrom('contact_messages').select('at').execute()).toEqual([{ at }]);
  });

  it('sorts text by its bytes', async () => {
    for (const id of ['b', 'B', 'a', '_', 'Z', 'ä']) await insert(id);
    expect(await ids()).toEqual(['B', 'Z', '_', 'a', 'b', 'ä']);
  });

  it('lets what is under way end before it closes, and refuses what comes later', async () => {
    const written = database.transaction(async () => {
      await insert('a');
      await nextTurn();
      await insert('b');
      return ids();
    });
    const waiting = insert('c');
    await nextTurn();
    const closed = database.close();
    await expect(insert('d')).rejects.toMatchObject({ code: 'store.closed' });
    await expect(database.transaction(() => insert('e'))).rejects.toMatchObject({ code: 'store.closed' });
    expect(await written).toEqual(expect.arrayContaining(['a', 'b']));
    await waiting;
    await closed;
    await database.close();
    await expect(database.revision('grants')).rejects.toMatchObject({ code: 'store.closed' });
  });
}

describe('createSqlDatabase over SQLite', () => {
  const openIn = (dataDir: string, patienceMs?: number): SqlDatabase =>
    createSqlDatabase(sqliteEngine(openDatabaseFile(dataDir, 'create'), patienceMs));

  databaseSuite(async () => openIn(newFolder()));

  describe('beside another process', () => {
    let dataDir: string;
    let other: Database;
    beforeEach(() => {
      dataDir = newFolder();
      openDatabaseFile(dataDir, 'create').close();
      other = openDatabase(join(dataDir, 'toolgate.db'), false);
    });
    afterEach(() => other.close());

    it('waits for its lock without stopping the event loop', async () => {
      const database = openIn(dataDir);
      other.exec('BEGIN IMMEDIATE');
      const alone = database.raise('control');
      const inTransaction = database.transaction(() => database.raise('control'));
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      expect(await Promise.race([alone, 'waits'])).toBe('waits');
      other.exec('COMMIT');
      expect(await Promise.all([alone, inTransaction])).toEqual([1, 2]);
      await database.close();
    });

    it('gives up on a lock only after its patience, says so, and goes on', async () => {
      const database = openIn(dataDir, 100);
      other.exec('BEGIN IMMEDIATE');
      const start = performance.now();
      await expect(database.raise('control')).rejects.toMatchObject({ code: 'store.busy' });
      expect(performance.now() - start).toBeGreaterThanOrEqual(99);
      await expect(database.transaction(() => database.raise('control'))).rejects.toMatchObject({
        code: 'store.busy',
      });
      expect(await database.revision('control')).toBe(0);
      other.exec('COMMIT');
      expect(await database.raise('control')).toBe(1);
      await database.close();
    });

    it('shares one revision with it', async () => {
      const databases = [openIn(dataDir), openIn(dataDir), openIn(dataDir)];
      await Promise.all(Array.from({ length: 30 }, (_, i) => databases[i % 3]?.raise('control')));
      for (const database of databases) {
        expect(await database.revision('control')).toBe(30);
        await database.close();
      }
    });
  });
});

describe.skipIf(postgres === undefined)('createSqlDatabase over PostgreSQL', () => {
  databaseSuite(async () =>
    createSqlDatabase(postgresEngine((await postgres?.createDatabase()) ?? '', 'write')),
  );

  it('does not say that it kept a transaction in which a query failed, though the failure was caught', async () => {
    const database = createSqlDatabase(postgresEngine((await postgres?.createDatabase()) ?? '', 'write'));
    const work = database.transaction(async () => {
      await database.raise('control');
      await sql`SELECT 1 / 0`.execute(database.sql()).catch(() => {});
    });
    await expect(work).rejects.toMatchObject({ code: 'store.failed' });
    expect(await database.revision('control')).toBe(0);
    await database.close();
  });
});
