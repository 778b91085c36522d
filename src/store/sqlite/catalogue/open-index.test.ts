import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogueIndexSuite } from '../../catalogue-index.suite.ts';
import { manyTools, SAMPLE, serverOf, sourceOf, toolOf } from '../../catalogue-sample.suite.ts';
import { openDatabase } from '../engine.ts';
import { buildCatalogueIndex } from './build.ts';
import { openCatalogueIndex } from './open-index.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-catalogue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFile = (): string => join(root, String(++folders), 'catalogue.db');

catalogueIndexSuite(async (source) => {
  const file = newFile();
  await buildCatalogueIndex(file, source);
  return openCatalogueIndex(file);
});

describe('buildCatalogueIndex', () => {
  it('resolves to the totals and keeps the fingerprint', async () => {
    const file = newFile();
    const totals = await buildCatalogueIndex(file, SAMPLE, { fingerprint: 'records of today' });
    const index = openCatalogueIndex(file);
    expect(index.fingerprint).toBe('records of today');
    expect(await index.totals()).toEqual(totals);
    await index.close();
  });

  it('leaves nothing beside the index, which is for its owner', async () => {
    const file = newFile();
    await buildCatalogueIndex(file, SAMPLE);
    expect(readdirSync(join(file, '..'))).toEqual(['catalogue.db']);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  it('removes what a build left that was killed long ago, and nothing else', async () => {
    const file = newFile();
    const folder = join(file, '..');
    mkdirSync(folder);
    const names = [
      'catalogue.db.17-00c0ffee',
      'catalogue.db.17-00c0ffee.staging',
      'catalogue.db.old',
      'other.db',
    ];
    for (const name of names) {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), 1, 1);
    }
    writeFileSync(join(folder, 'catalogue.db.18-00c0ffee'), 'of a build that goes on');
    await buildCatalogueIndex(file, SAMPLE);
    expect(readdirSync(folder).sort()).toEqual([
      'catalogue.db',
      'catalogue.db.18-00c0ffee',
      'catalogue.db.old',
      'other.db',
    ]);
  });

  it('refuses a place where it cannot write', async () => {
    const file = newFile();
    writeFileSync(join(file, '..'), 'a file, not a folder');
    await expect(buildCatalogueIndex(file, SAMPLE)).rejects.toMatchObject({ code: 'store.unusable' });
  });

  it('makes the same file of the same source', async () => {
    const [one, two] = [newFile(), newFile()];
    await buildCatalogueIndex(one, manyTools(60, 9));
    await buildCatalogueIndex(two, manyTools(60, 9));
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  it('makes the same file whatever order the servers come in', async () => {
    const servers = [...(manyTools(30, 4).servers() as Iterable<ReturnType<typeof serverOf>>)];
    const [one, two] = [newFile(), newFile()];
    await buildCatalogueIndex(one, sourceOf(servers));
    await buildCatalogueIndex(two, sourceOf(servers.toReversed()));
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  it('does not disturb those who have the old index open', async () => {
    const file = newFile();
    await buildCatalogueIndex(file, sourceOf([serverOf('old', [toolOf('old_tool')])]));
    const before = openCatalogueIndex(file);
    await buildCatalogueIndex(file, sourceOf([serverOf('new', [toolOf('new_tool')])]));
    const after = openCatalogueIndex(file);
    expect((await before.search({ text: 'tool', limit: 5 })).tools.items[0]?.tool.name).toBe('old_tool');
    expect((await after.search({ text: 'tool', limit: 5 })).tools.items[0]?.tool.name).toBe('new_tool');
    expect(await before.server('new')).toBeUndefined();
    await Promise.all([before.close(), after.close()]);
  });

  it('takes servers one by one from a source that waits', async () => {
    const file = newFile();
    async function* servers() {
      for (const name of ['a', 'b', 'c']) {
        await Promise.resolve();
        yield serverOf(name, [toolOf('get')]);
      }
    }
    expect(await buildCatalogueIndex(file, sourceOf([], { servers }))).toMatchObject({
      servers: 3,
      tools: 3,
    });
  });

  it.each([
    ['two servers of one slug', [serverOf('a', []), serverOf('a', [])]],
    ['two tools of one slug', [serverOf('a', [toolOf('get_it'), toolOf('get-it')])]],
  ])('refuses %s', async (_name, servers) => {
    await expect(buildCatalogueIndex(newFile(), sourceOf(servers))).rejects.toMatchObject({
      code: 'catalogue.duplicate',
    });
  });

  it('leaves the old index, and nothing else, when the source fails half way', async () => {
    const file = newFile();
    await buildCatalogueIndex(file, SAMPLE, { fingerprint: 'before' });
    function* servers() {
      yield serverOf('a', [toolOf('get')]);
      throw new Error('no such record');
    }
    await expect(buildCatalogueIndex(file, sourceOf([], { servers }))).rejects.toThrow('no such record');
    expect(readdirSync(join(file, '..'))).toEqual(['catalogue.db']);
    const index = openCatalogueIndex(file);
    expect(index.fingerprint).toBe('before');
    await index.close();
  });
});

describe('openCatalogueIndex', () => {
  it('refuses a file that is not there', () => {
    expect(() => openCatalogueIndex(newFile())).toThrow(
      expect.objectContaining({ code: 'catalogue.missing' }),
    );
  });

  it.each([
    ['of another program', 'CREATE TABLE theirs (a)', 'catalogue.foreign'],
    ['that is empty', 'PRAGMA user_version = 1', 'catalogue.foreign'],
    [
      'of another version',
      'PRAGMA application_id = 0x54474349; PRAGMA user_version = 99',
      'catalogue.outdated',
    ],
  ])('refuses a database %s', (_name, sql, code) => {
    const file = newFile();
    mkdirSync(join(file, '..'));
    const made = openDatabase(file, false);
    made.exec(sql);
    made.close();
    expect(() => openCatalogueIndex(file)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a file that is no database, and one that was cut off', async () => {
    const file = newFile();
    mkdirSync(join(file, '..'));
    writeFileSync(file, 'Dear diary, this is certainly not a database file.');
    expect(() => openCatalogueIndex(file)).toThrow(expect.objectContaining({ code: 'catalogue.foreign' }));
    await buildCatalogueIndex(file, SAMPLE);
    writeFileSync(file, readFileSync(file).subarray(0, 4096));
    expect(() => openCatalogueIndex(file)).toThrow(expect.objectContaining({ name: 'ToolgateError' }));
  });
});
