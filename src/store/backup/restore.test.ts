import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../open-store.ts';
import {
  backedUp,
  breakDatabase,
  expectData,
  failing,
  filesOf,
  GRANT,
  left,
  madeData,
  modeOf,
  newFolder,
  NOW,
  STAMP,
} from './data-folder.suite.ts';
import { describeFile } from './manifest.ts';
import { checkBackup, restore } from './restore.ts';

describe('a backup that was damaged', () => {
  let backup: string;
  beforeEach(async () => {
    backup = backedUp(await madeData()).target;
  });

  const edit = (change: (manifest: { files: { path: string }[] }) => unknown): void => {
    const file = join(backup, 'manifest.json');
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
  };
  const database = (): string => join(backup, 'toolgate.db');
  const ledger = (): string => join(backup, 'ledger/00000001.ledger');
  const flipLastByte = (): void => {
    const bytes = readFileSync(database());
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(database(), bytes);
  };

  it.each<[string, string, unknown, () => unknown]>([
    ['has a bit that flipped', 'backup.damaged', [/not what was written/], flipLastByte],
    ['was cut off', 'backup.damaged', [/toolgate.db has 4096 bytes/], () => truncateSync(database(), 4096)],
    ['misses a file', 'backup.damaged', [/ledger is missing/], () => rmSync(ledger())],
    ['has a longer ledger', 'backup.damaged', [/bytes instead of/], () => appendFileSync(ledger(), 'x\n')],
    ['lost its manifest', 'backup.missing', [], () => rmSync(join(backup, 'manifest.json'))],
    [
      'has half a manifest',
      'backup.damaged',
      [/no JSON/],
      () => truncateSync(join(backup, 'manifest.json'), 50),
    ],
    ['has a manifest of nothing', 'backup.damaged', [/not one of/], () => edit(() => null)],
    ['is of a later format', 'backup.damaged', [/not one of/], () => edit((it) => ({ ...it, format: 2 }))],
    [
      'leads out of its folder',
      'backup.damaged',
      [/not one of/],
      () => edit((it) => ({ ...it, files: it.files.map((file) => ({ ...file, path: '../../etc/passwd' })) })),
    ],
    [
      'leads to the root of the disk',
      'backup.damaged',
      [/not one of/],
      () => edit((it) => ({ ...it, files: it.files.map((file) => ({ ...file, path: '/etc/passwd' })) })),
    ],
  ])('is refused when it %s, and changes nothing', (_name, code, details, damage) => {
    damage();
    const lines = (details as RegExp[]).map((detail) => expect.stringMatching(detail));
    expect(() => checkBackup(backup)).toThrow(failing(code, lines));
    const dataDir = newFolder();
    expect(() => restore({ backup, dataDir, force: true, now: NOW })).toThrow(failing(code));
    expect(existsSync(dataDir)).toBe(false);
  });

  it('is refused when its database is broken, though every hash is right', () => {
    breakDatabase(database());
    const { bytes, sha256 } = describeFile(backup, 'toolgate.db');
    edit((it) => ({
      ...it,
      files: it.files.map((file) => (file.path === 'toolgate.db' ? { ...file, bytes, sha256 } : file)),
    }));
    expect(() => checkBackup(backup)).toThrow(
      failing('backup.damaged', [expect.stringMatching(/^toolgate.db: /)]),
    );
  });
});

describe('restore', () => {
  it('does not touch a folder with data', async () => {
    const { target: backup } = backedUp(await madeData());
    const dataDir = await madeData();
    const before = filesOf(dataDir);
    expect(() => restore({ backup, dataDir, force: false, now: NOW })).toThrow(failing('restore.not_empty'));
    expect(filesOf(dataDir)).toEqual(before);
  });

  it('sets data aside when it is told to, but not the keys that the backup lacks', async () => {
    const { target: backup } = backedUp(await madeData());
    const used = newFolder();
    const store = openStore({ dataDir: used });
    await store.grants.insert({ ...GRANT, id: 'g2' });
    await store.close();
    const dataDir = left(used);
    writeFileSync(join(dataDir, 'toolgate.key'), 'k2:other');
    const { setAside } = restore({ backup, dataDir, force: true, now: NOW });
    expect(setAside).toBe(join(dataDir, `replaced-${STAMP}`));
    await expectData(dataDir);
    expect(readFileSync(join(dataDir, 'toolgate.key'), 'utf8')).toBe('k2:other');
    const old = openStore({ dataDir: setAside ?? '' });
    expect((await old.grants.list()).map(({ id }) => id)).toEqual(['g2']);
    await old.close();
    // neither goes into the next backup
    expect(backedUp(dataDir).manifest.files.some(({ path }) => path.includes('replaced'))).toBe(false);
  });

  it('brings the keys of the backup along, and sets aside those that were there', async () => {
    const { target: backup } = backedUp(await madeData(), true);
    const dataDir = newFolder();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'toolgate.key'), 'k2:other');
    const { setAside } = restore({ backup, dataDir, force: true, now: NOW });
    expect(readFileSync(join(dataDir, 'toolgate.key'), 'utf8')).toBe('k1:secret');
    expect(readFileSync(join(setAside ?? '', 'toolgate.key'), 'utf8')).toBe('k2:other');
    expect(modeOf(join(dataDir, 'toolgate.key'))).toBe('600');
  });

  it('refuses while a gateway has the folder open, and not when that has ended', async () => {
    const { target: backup } = backedUp(await madeData());
    const dataDir = await madeData();
    const store = openStore({ dataDir });
    await store.grants.list();
    expect(() => restore({ backup, dataDir, force: true, now: NOW })).toThrow(failing('restore.in_use'));
    expect(await store.grants.list()).toEqual([GRANT]);
    await store.close();
    const ended = left(dataDir);
    restore({ backup, dataDir: ended, force: true, now: NOW });
    await expectData(ended);
  });

  it('takes the place of a database that is broken', async () => {
    const { target: backup } = backedUp(await madeData());
    const dataDir = newFolder();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'toolgate.db'), 'not a database at all, and long enough to be taken for one');
    restore({ backup, dataDir, force: true, now: NOW });
    await expectData(dataDir);
  });
});
