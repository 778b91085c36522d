import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '#store';
import { startPostgres } from '../../test/support/postgres.ts';
import { backupCommand } from './backup.ts';
import { CheckFailed } from './check-failed.ts';
import { checkCommand } from './check.ts';
import { restoreCommand } from './restore.ts';

/** PostgreSQL of the system; without it its test is skipped, and the run says so. */
const postgres = await startPostgres();
afterAll(() => postgres?.stop());

describe('toolgate backup, restore and check', () => {
  let root: string;
  let dataDir: string;
  let backup: string;
  let out: string;
  let err: string;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'toolgate-backup-command-'));
    [dataDir, backup] = [join(root, 'data'), join(root, 'backup')];
    const store = openStore({ dataDir });
    await store.contactMessages.insert({
      id: 'm1',
      at: 1,
      name: 'Ana',
      email: 'ana@example.com',
      text: 'Hi',
    });
    await store.counters.reserve([
      { counter: 'a', windowStart: 0, expiresAt: 1, amountMicros: 1, maxMicros: 1 },
    ]);
    await store.close();
    writeFileSync(join(dataDir, 'toolgate.key'), 'k1:secret', { mode: 0o600 });
    vi.stubEnv('TOOLGATE_DATABASE_URL', '');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  async function run(command: Command, ...words: string[]): Promise<string> {
    out = '';
    err = '';
    await command.exitOverride().parseAsync(words, { from: 'user' });
    return out;
  }

  it('backs up, checks the backup, and makes a data folder of it that is well', async () => {
    expect(await run(backupCommand(), backup, '--data', dataDir)).toMatch(
      /^Backed up 2 files \(\d+ kB\) to .*backup, and checked the copy\.\n$/,
    );
    expect(err).toMatch(/Keys are not in it/);
    expect(err).not.toMatch(/PostgreSQL/);
    expect(await run(backupCommand(), '--check', backup)).toMatch(
      /is whole: 2 files .*, made 20\d\d-.* by Toolgate \d+\.\d+\.\d+, without keys\.\n$/,
    );
    const restored = join(root, 'restored');
    expect(await run(restoreCommand(), backup, '--data', restored)).toMatch(
      /^Restored 2 files .* into .*restored\.\n$/,
    );
    expect(err).toBe('');
    expect(await run(checkCommand(), '--data', restored)).toBe(
      'All is well: toolgate.db, a ledger of 1 segment with 0 decisions.\n',
    );
    const store = openStore({ dataDir: restored });
    expect(await store.contactMessages.list(9)).toHaveLength(1);
    expect(await store.counters.used('a', 0)).toBe(1);
    await store.close();
  });

  it('puts keys in when it is told to', async () => {
    await run(backupCommand(), backup, '--with-key', '--data', dataDir);
    expect(err).toBe('');
    expect(readdirSync(backup)).toContain('toolgate.key');
    expect(await run(backupCommand(), '--check', backup)).toMatch(/with keys\.\n$/);
  });

  it('says where data went that it replaced', async () => {
    await run(backupCommand(), backup, '--data', dataDir);
    const other = join(root, 'other');
    await expect(run(restoreCommand(), backup, '--data', join(root, 'data'))).rejects.toMatchObject({
      code: 'restore.not_empty',
    });
    await run(restoreCommand(), backup, '--data', other);
    writeFileSync(join(other, 'notes.txt'), 'mine');
    rmSync(join(other, 'toolgate.db'));
    await run(restoreCommand(), backup, '--data', other, '--force');
    expect(err).toMatch(/^What was there is in .*other.replaced-/);
  });

  it('refuses a backup that was cut off', async () => {
    await run(backupCommand(), backup, '--data', dataDir);
    truncateSync(join(backup, 'toolgate.db'), 100);
    const restored = join(root, 'restored');
    const damaged = { code: 'backup.damaged', details: [expect.stringContaining('100 bytes')] };
    await expect(run(backupCommand(), '--check', backup)).rejects.toMatchObject(damaged);
    await expect(run(restoreCommand(), backup, '--data', restored)).rejects.toMatchObject(damaged);
    expect(existsSync(restored)).toBe(false);
  });

  it('prints one line for each fault of the data, and fails', async () => {
    appendFileSync(join(dataDir, 'ledger/00000001.ledger'), 'nonsense\n');
    await expect(run(checkCommand(), '--data', dataDir)).rejects.toBeInstanceOf(CheckFailed);
    expect(out).toMatch(/^segment 1 of the ledger: 1 line cannot be read, the first is line \d+\n$/);
  });

  it('says that a control plane in PostgreSQL is not in the backup', async () => {
    vi.stubEnv('TOOLGATE_DATABASE_URL', 'postgres://user:hush@127.0.0.1:1/toolgate');
    await run(backupCommand(), backup, '--data', dataDir);
    expect(err).toMatch(/PostgreSQL and not in this backup: back it up with pg_dump/);
    await run(restoreCommand(), backup, '--data', join(root, 'restored'));
    expect(err).toMatch(/restore that with pg_restore/);
    expect(out + err).not.toContain('hush');
    await expect(run(checkCommand(), '--data', dataDir)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  it.skipIf(postgres === undefined)('checks that PostgreSQL has the schema of this version', async () => {
    const databaseUrl = (await postgres?.createDatabase()) ?? '';
    vi.stubEnv('TOOLGATE_DATABASE_URL', databaseUrl);
    await expect(run(checkCommand(), '--data', dataDir)).rejects.toMatchObject({ code: 'store.older' });
    const store = openStore({ dataDir, databaseUrl });
    await store.ready();
    await store.close();
    expect(await run(checkCommand(), '--data', dataDir)).toMatch(
      /^All is well: toolgate\.db, PostgreSQL, a ledger/,
    );
  });
});
