import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ToolgateError } from '#platform';
import { isBusy, openDatabase } from '../sqlite/engine.ts';
import { copyFileOnce, isSecret, SET_ASIDE } from './folder-files.ts';
import { DATABASE, readManifest, verifyFiles, type Manifest } from './manifest.ts';

export interface RestoreOptions {
  /** Folder of the backup. */
  readonly backup: string;
  readonly dataDir: string;
  /** Whether data in the folder may be set aside. */
  readonly force: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Where the data is now that was in the folder. */
  readonly setAside: string | undefined;
}

/** Reads a whole backup and compares it with what was written. Throws `backup.missing`, `backup.damaged`, `store.newer`. */
export function checkBackup(folder: string): Manifest {
  const manifest = readManifest(folder);
  verifyFiles(folder, manifest);
  return manifest;
}

/**
 * Puts a backup in place of what is in a data folder, once all of it was checked and copied. With `force`, data that is there is
 * kept in a folder beside, and keys that the backup does not hold stay: without them nothing that they encrypted could be read.
 *
 * Throws what `checkBackup` throws, `restore.not_empty` for a folder with data, and `restore.in_use` while a gateway has it open.
 */
export function restore({ backup, dataDir, force, now }: RestoreOptions): Restored {
  const manifest = checkBackup(backup);
  const there = existsSync(dataDir) ? readdirSync(dataDir).filter((name) => !SET_ASIDE.test(name)) : [];
  if (there.length > 0) assertReplaceable(dataDir, force);
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
  const fresh = join(dataDir, `restoring-${stamp}`);
  try {
    copyChecked(backup, fresh, manifest);
    const setAside = join(dataDir, `replaced-${stamp}`);
    const replaced = there.filter((name) => manifest.hasKeys || !isSecret(name));
    if (replaced.length > 0) mkdirSync(setAside, { mode: 0o700 });
    for (const name of replaced) renameSync(join(dataDir, name), join(setAside, name));
    for (const name of readdirSync(fresh)) renameSync(join(fresh, name), join(dataDir, name));
    return { manifest, setAside: replaced.length > 0 ? setAside : undefined };
  } catch (error) {
    if (error instanceof ToolgateError) throw error;
    throw new ToolgateError('store.unusable', `${dataDir} cannot be written: ${messageOf(error)}`, {
      hint: 'Check free space and permissions of the data folder.',
      cause: error,
    });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function copyChecked(from: string, to: string, manifest: Manifest): void {
  for (const { path } of manifest.files) copyFileOnce(join(from, path), join(to, path));
  mkdirSync(to, { recursive: true, mode: 0o700 });
  verifyFiles(to, manifest);
}

function assertReplaceable(dataDir: string, force: boolean): void {
  if (!force) {
    throw new ToolgateError('restore.not_empty', `There is data in ${dataDir} already.`, {
      hint: 'Restore into a new folder, or add --force: what is there is then kept in a folder beside.',
    });
  }
  const file = join(dataDir, DATABASE);
  if (!existsSync(file)) return;
  try {
    const database = openDatabase(file, false);
    try {
      // SQLite leaves this mode only when nobody else has the file open, and puts all into the one file then
      database.exec('PRAGMA journal_mode = DELETE');
    } finally {
      database.close();
    }
  } catch (error) {
    if (!isBusy(error)) return; // it is replaced because it is broken
    throw new ToolgateError('restore.in_use', `A gateway has ${dataDir} open.`, {
      hint: 'Stop it first.',
      cause: error,
    });
  }
}
