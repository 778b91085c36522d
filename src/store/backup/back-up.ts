import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { messageOf, ToolgateError } from '#platform';
import { isGone } from '../ledger/segments.ts';
import { versionOf } from '../sql/migrate-sqlite.ts';
import { asStoreError, openDatabase, type Database } from '../sqlite/engine.ts';
import { filesIn, flushOwn, isSecret, writeFileOnce } from './folder-files.ts';
import { DATABASE, describeFile, MANIFEST, verifyFiles, type Manifest } from './manifest.ts';

export interface BackUpOptions {
  readonly dataDir: string;
  /** A folder that is not there yet, or empty. */
  readonly target: string;
  /** Whether keys and tokens go in. */
  readonly withKeys: boolean;
  /** Version of Toolgate. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const COPY_PATIENCE_MS = 5_000;

/**
 * Copies a data folder, of this version or an earlier one, while gateways go on. The copy is one state of the database, and all
 * of the ledger up to a moment shortly before it: what an approval let through is never forgotten while its record is kept. All
 * that was written is read again and checked before the backup counts as one.
 *
 * Throws `store.missing`, `store.foreign`, `store.newer`, `store.busy`, `backup.target` and `backup.damaged`.
 */
export function backUp({ dataDir, target, withKeys, version, now }: BackUpOptions): Manifest {
  const database = join(dataDir, DATABASE);
  const paths = existsSync(dataDir) ? filesIn(dataDir) : [];
  if (paths.length === 0 && !existsSync(database)) {
    throw new ToolgateError('store.missing', `There is no Toolgate data in ${dataDir}.`, {
      hint: 'Name the data folder of the gateway with --data or TOOLGATE_DATA.',
    });
  }
  assertUsable(target, dataDir);
  try {
    const wanted = paths.filter((path) => withKeys || !isSecret(path));
    const written = wanted.filter((path) => copyFile(dataDir, target, path));
    if (existsSync(database)) {
      copyDatabase(database, join(target, DATABASE));
      written.push(DATABASE);
    }
    const manifest: Manifest = {
      format: 1,
      toolgate: version,
      createdAt: new Date(now).toISOString(),
      hasKeys: withKeys,
      files: written.map((path) => describeFile(target, path)),
    };
    verifyFiles(target, manifest);
    const draft = join(target, `${MANIFEST}.new`);
    writeFileOnce(draft, `${JSON.stringify(manifest, undefined, 2)}\n`);
    renameSync(draft, join(target, MANIFEST));
    return manifest;
  } catch (error) {
    throw explain(error, target);
  }
}

function assertUsable(target: string, dataDir: string): void {
  if (`${resolve(target)}${sep}`.startsWith(`${resolve(dataDir)}${sep}`)) {
    throw new ToolgateError('backup.target', 'A backup cannot lie in the data folder itself.', {
      hint: 'Name a folder elsewhere, on another disk if you can.',
    });
  }
  if (existsSync(target) && !isEmptyFolder(target)) {
    throw new ToolgateError('backup.target', `${target} is there already.`, {
      hint: 'Every backup is a new folder; nothing is overwritten.',
    });
  }
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

/** False when the file went meanwhile: what is old is taken away. */
function copyFile(from: string, to: string, path: string): boolean {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(from, path));
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
  // a line that somebody was writing at that moment is no part of it
  writeFileOnce(
    join(to, path),
    path.endsWith('.ledger') ? bytes.subarray(0, bytes.lastIndexOf('\n') + 1) : bytes,
  );
  return true;
}

function copyDatabase(from: string, to: string): void {
  writeFileOnce(to, new Uint8Array(0)); // for its owner alone from the beginning
  let database: Database | undefined;
  try {
    database = openDatabase(from, true);
    database.exec(`PRAGMA busy_timeout = ${COPY_PATIENCE_MS}`);
    versionOf(database); // refuses what is not ours
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database?.close();
  }
  flushOwn(to);
}

function explain(error: unknown, target: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (/^E[A-Z]+$/.test(code)) {
    return new ToolgateError('backup.target', `${target} cannot be written: ${messageOf(error)}`, {
      hint: 'Check free space and permissions. What was written so far is no backup, and can be removed.',
      cause: error,
    });
  }
  return asStoreError(error);
}
