import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../open-store.ts';
import { record } from '../records.suite.ts';
import { openDatabase } from '../sqlite/engine.ts';
import { checkData } from './check-data.ts';
import { breakDatabase, failing, madeData, newFolder } from './data-folder.suite.ts';

describe('checkData', () => {
  it('finds nothing wrong with a good folder, also while it is open', async () => {
    const dataDir = await madeData();
    const store = openStore({ dataDir });
    await store.records.insert(record('r2'));
    await store.records.finish('r2', {
      result: 'ok',
      upstreamStatus: 200,
      latencyMicros: 1,
      quotaReturned: false,
    });
    await store.records.query({});
    expect(checkData(dataDir)).toEqual({ hasDatabase: true, segments: 1, records: 2, faults: [] });
    await store.close();
  });

  it('finds pages of the database that are broken', async () => {
    const dataDir = await madeData();
    breakDatabase(join(dataDir, 'toolgate.db'));
    const { faults } = checkData(dataDir);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.startsWith('toolgate.db: '))).toBe(true);
  });

  it('finds rows that belong to nothing', async () => {
    const dataDir = await madeData();
    const database = openDatabase(join(dataDir, 'toolgate.db'), false);
    database.exec("PRAGMA foreign_keys = OFF; INSERT INTO members VALUES ('gone', 'user', 'admin', 0, 1)");
    database.close();
    expect(checkData(dataDir).faults).toEqual([
      'toolgate.db: a row of members belongs to a row of organisations that is not there',
    ]);
  });

  it('finds lines of the ledger that cannot be read', async () => {
    const dataDir = await madeData();
    const file = join(dataDir, 'ledger/00000001.ledger');
    appendFileSync(file, '\nR\top_1\t[["a",0,\nD\tr9\t[]\t{"id":"r9"\n');
    expect(checkData(dataDir).faults).toEqual([
      expect.stringMatching(/^segment 1 of the ledger: 2 lines cannot be read, the first is line \d+$/),
    ]);
  });

  it('says that there is nothing where there is nothing, and makes nothing', () => {
    const dataDir = newFolder();
    expect(() => checkData(dataDir)).toThrow(failing('store.missing'));
    expect(existsSync(dataDir)).toBe(false);
  });
});
