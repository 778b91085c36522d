import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabaseFile } from './database-file.ts';
import { openDatabase } from './engine.ts';
import { MIGRATIONS } from '../sql/migrations.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-file-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(++folders));
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('openDatabaseFile', () => {
  it('keeps folder and files to their owner', () => {
    const dataDir = join(newFolder(), 'deep');
    const database = openDatabaseFile(dataDir, 'create');
    database.exec('PRAGMA user_version'); // the first read makes the shared files
    expect(modeOf(dataDir)).toBe('700');
    for (const name of ['toolgate.db', 'toolgate.db-wal', 'toolgate.db-shm']) {
      expect(modeOf(join(dataDir, name)), name).toBe('600');
    }
    database.close();
  });

  it('runs in WAL with synchronous NORMAL and foreign keys', () => {
    const database = openDatabaseFile(newFolder(), 'create');
    const pragma = (name: string): unknown =>
      Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(1);
    expect(pragma('foreign_keys')).toBe(1);
    database.close();
  });

  it.each(['existing', 'read'] as const)('makes nothing with access "%s"', (access) => {
    const dataDir = newFolder();
    expect(() => openDatabaseFile(dataDir, access)).toThrow(
      expect.objectContaining({ code: 'store.missing' }),
    );
    expect(existsSync(dataDir)).toBe(false);
  });

  it('refuses a folder that cannot be made', () => {
    const file = newFolder();
    writeFileSync(file, '');
    expect(() => openDatabaseFile(join(file, 'data'), 'create')).toThrow(
      expect.objectContaining({ code: 'store.unusable' }),
    );
  });

  it('refuses a database path that is a folder', () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'toolgate.db'), { recursive: true });
    expect(() => openDatabaseFile(dataDir, 'create')).toThrow(
      expect.objectContaining({ code: 'store.unusable' }),
    );
  });

  it('refuses a file that is no database and leaves it as it is', () => {
    const dataDir = newFolder();
    mkdirSync(dataDir);
    const path = join(dataDir, 'toolgate.db');
    writeFileSync(path, 'Dear diary, this is certainly not a database file.');
    expect(() => openDatabaseFile(dataDir, 'create')).toThrow(
      expect.objectContaining({ code: 'store.foreign' }),
    );
    expect(readFileSync(path, 'utf8')).toMatch(/^Dear diary/);
  });

  it.each([
    ['of another program', 'CREATE TABLE theirs (a); PRAGMA user_version = 1', 'store.foreign', 'create'],
    [
      'of a newer version',
      `PRAGMA application_id = 0x54474154; PRAGMA user_version = 99`,
      'store.newer',
      'create',
    ],
    [
      'of a newer version, to read',
      `PRAGMA application_id = 0x54474154; PRAGMA user_version = 99`,
      'store.newer',
      'read',
    ],
    ['that has no schema yet, to read', 'PRAGMA user_version = 0', 'store.older', 'read'],
  ] as const)('refuses a database %s and leaves it as it is', (_name, sql, code, access) => {
    const dataDir = newFolder();
    mkdirSync(dataDir);
    const path = join(dataDir, 'toolgate.db');
    const made = openDatabase(path, false);
    made.exec(sql);
    made.close();
    const before = readFileSync(path);
    expect(() => openDatabaseFile(dataDir, access)).toThrow(expect.objectContaining({ code }));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('migrates an empty file that another opener has just made', () => {
    const dataDir = newFolder();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'toolgate.db'), '');
    const database = openDatabaseFile(dataDir, 'create');
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length });
    database.close();
  });
});
