import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase, type Database } from './engine.ts';
import { migrate, MIGRATIONS, versionOf } from './migrations.ts';

const open = (): Database => openDatabase(':memory:', false);

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

describe('migrate', () => {
  const versions = MIGRATIONS.map((_, version) => version);

  it.each(versions)('brings a database of version %i to the newest schema', (version) => {
    const fresh = open();
    migrate(fresh);
    const old = open();
    migrate(old, MIGRATIONS.slice(0, version));
    expect(versionOf(old)).toBe(version);
    migrate(old);
    expect(schemaOf(old)).toEqual(schemaOf(fresh));
  });

  it('does only the missing steps, in order, and nothing when there are none', () => {
    const database = open();
    const steps = ['CREATE TABLE log (step)', 'INSERT INTO log VALUES (2)', 'INSERT INTO log VALUES (3)'];
    const seen = (): unknown =>
      database
        .prepare('SELECT step FROM log')
        .all()
        .map((row) => row['step']);
    migrate(database, steps.slice(0, 2));
    migrate(database, steps);
    migrate(database, steps);
    expect(seen()).toEqual([2, 3]);
    expect(versionOf(database, steps)).toBe(3);
  });

  it('leaves the database as it was when a step fails', () => {
    const database = open();
    migrate(database, ['CREATE TABLE kept (a)']);
    const steps = ['CREATE TABLE kept (a)', 'CREATE TABLE half (a)', 'CREATE TABLE kept (a)'];
    expect(() => migrate(database, steps)).toThrow(/already exists/);
    expect(versionOf(database, steps)).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([
      { name: 'kept' },
    ]);
  });

  it('refuses a database that has more steps behind it than it knows', () => {
    const database = open();
    migrate(database, ['CREATE TABLE a (a)', 'CREATE TABLE b (b)']);
    expect(() => migrate(database, ['CREATE TABLE a (a)'])).toThrow(
      expect.objectContaining({ code: 'store.newer' }),
    );
  });

  it('takes a schema that another process makes meanwhile for ours', () => {
    const folder = mkdtempSync(join(tmpdir(), 'toolgate-migrations-'));
    const path = join(folder, 'toolgate.db');
    const other = openDatabase(path, false);
    other.exec('PRAGMA journal_mode = WAL');
    const mine = openDatabase(path, false);
    const raced: Database = {
      ...mine,
      prepare(sql) {
        if (sql.includes('sqlite_schema')) migrate(other);
        return mine.prepare(sql);
      },
    };
    migrate(raced);
    expect(schemaOf(mine)).toEqual(schemaOf(other));
    for (const database of [mine, other]) database.close();
    rmSync(folder, { recursive: true });
  });
});
