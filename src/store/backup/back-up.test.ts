import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../open-store.ts';
import { migrateSqlite } from '../sql/migrate-sqlite.ts';
import { MIGRATIONS } from '../sql/migrations.ts';
import { openDatabase } from '../sqlite/engine.ts';
import { backUp } from './back-up.ts';
import { checkData } from './check-data.ts';
import {
  backedUp,
  breakDatabase,
  CHARGE,
  expectData,
  failing,
  filesOf,
  GRANT,
  madeData,
  modeOf,
  newFolder,
  NOW,
  root,
} from './data-folder.suite.ts';
import { checkBackup, restore } from './restore.ts';

describe('backUp', () => {
  it('makes a folder of which a data folder can be made again', async () => {
    const { target, manifest } = backedUp(await madeData());
    expect(manifest).toMatchObject({
      toolgate: '1.2.3',
      createdAt: '2026-12-01T00:00:00.000Z',
      hasKeys: false,
    });
    expect(checkBackup(target)).toEqual(manifest);
    const dataDir = newFolder();
    expect(restore({ backup: target, dataDir, force: false, now: NOW })).toEqual({
      manifest,
      setAside: undefined,
    });
    expect(filesOf(dataDir)).toEqual(['catalogue/scans/crm.json', 'ledger/00000001.ledger', 'toolgate.db']);
    await expectData(dataDir);
  });

  it('holds keys only when it shall, and is its owner’s alone', async () => {
    const dataDir = await madeData();
    const keys = ['proxy-grant.token', 'session.key', 'toolgate.key'];
    const held = ({ target }: { target: string }): readonly string[] =>
      filesOf(target).filter((path) => keys.includes(path));
    expect(held(backedUp(dataDir))).toEqual([]);
    const { target } = backedUp(dataDir, true);
    expect(held({ target })).toEqual(keys);
    for (const path of filesOf(target)) expect(modeOf(join(target, path)), path).toBe('600');
    for (const path of ['', 'ledger', 'catalogue/scans'])
      expect(modeOf(join(target, path)), path).toBe('700');
  });

  it('takes one state of the database while others are writing to it', async () => {
    const dataDir = await madeData();
    const store = openStore({ dataDir });
    const other = openDatabase(join(dataDir, 'toolgate.db'), false);
    other.exec("BEGIN IMMEDIATE; UPDATE grants SET label = 'half done'");
    await store.counters.reserve([CHARGE]);
    const { target } = backedUp(dataDir);
    other.exec('COMMIT');
    other.close();
    const restored = newFolder();
    restore({ backup: target, dataDir: restored, force: false, now: NOW });
    const copy = openStore({ dataDir: restored });
    expect(await copy.grants.list()).toEqual([GRANT]);
    expect(await copy.counters.used('a', 0)).toBe(6);
    expect((await store.grants.list())[0]?.label).toBe('half done');
    await Promise.all([store.close(), copy.close()]);
  });

  it('leaves out the line that somebody is writing', async () => {
    const dataDir = await madeData();
    appendFileSync(join(dataDir, 'ledger/00000001.ledger'), '\nR\top_1\t[["a",0,');
    const { target } = backedUp(dataDir);
    expect(readFileSync(join(target, 'ledger/00000001.ledger'), 'utf8')).toMatch(/\n$/);
    expect(checkData(target).faults).toEqual([]);
  });

  it('takes a folder of an earlier version, which the gateway then brings up to date', async () => {
    const dataDir = newFolder();
    mkdirSync(dataDir);
    const old = openDatabase(join(dataDir, 'toolgate.db'), false);
    migrateSqlite(
      old,
      MIGRATIONS.slice(0, 1).map((step) => step.sqlite),
    );
    old.exec("INSERT INTO grants VALUES ('g1', 'agent', 'crm', 'main', 1, NULL, NULL, 'h1')");
    old.close();
    const { target } = backedUp(dataDir);
    const restored = newFolder();
    restore({ backup: target, dataDir: restored, force: false, now: NOW });
    const store = openStore({ dataDir: restored });
    expect(await store.grants.list()).toEqual([GRANT]);
    await store.close();
  });

  it('takes a folder without a database, whose control plane is elsewhere', async () => {
    const dataDir = await madeData();
    for (const name of readdirSync(dataDir)) if (name.startsWith('toolgate.db')) rmSync(join(dataDir, name));
    const { target } = backedUp(dataDir);
    expect(filesOf(target)).toContain('ledger/00000001.ledger');
    expect(checkBackup(target).files).toHaveLength(2);
  });

  it('refuses a folder without data, and makes nothing', () => {
    const target = newFolder();
    const given = { dataDir: newFolder(), target, withKeys: false, version: '1', now: NOW };
    expect(() => backUp(given)).toThrow(failing('store.missing'));
    expect(existsSync(target)).toBe(false);
  });

  it.each([
    ['the data folder itself', (dataDir: string) => dataDir],
    ['a folder in it', (dataDir: string) => join(dataDir, 'backup')],
    ['a folder with something in it', () => root],
    [
      'a file',
      () => {
        const file = newFolder();
        writeFileSync(file, '');
        return file;
      },
    ],
  ])('does not write to %s', async (_name, targetOf) => {
    const dataDir = await madeData();
    const before = filesOf(dataDir);
    const given = { dataDir, target: targetOf(dataDir), withKeys: false, version: '1', now: NOW };
    expect(() => backUp(given)).toThrow(failing('backup.target'));
    expect(filesOf(dataDir)).toEqual(before);
  });

  it('makes no backup of a broken database', async () => {
    const dataDir = await madeData();
    breakDatabase(join(dataDir, 'toolgate.db'));
    const target = newFolder();
    const given = { dataDir, target, withKeys: false, version: '1', now: NOW };
    expect(() => backUp(given)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(store|backup)\./) }),
    );
    expect(() => checkBackup(target)).toThrow(failing('backup.missing'));
  });
});
