import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ToolgateError } from '#platform';
import { checkDatabase } from './check-database.ts';

/** What is in a backup, written last of all: a folder without it is none. */
export interface Manifest {
  readonly format: 1;
  /** Version of Toolgate that made it. */
  readonly toolgate: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Whether keys and tokens of the data folder are in it. */
  readonly hasKeys: boolean;
  readonly files: readonly BackupFile[];
}

export interface BackupFile {
  /** Below the data folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export const MANIFEST = 'manifest.json';
export const DATABASE = 'toolgate.db';
const CHUNK_BYTES = 1024 * 1024;

/** The manifest of a backup. Throws `backup.missing` and `backup.damaged`. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) {
    throw new ToolgateError('backup.missing', `There is no whole backup in ${folder}.`, {
      hint: 'A backup is a folder with a manifest.json, which is written last.',
    });
  }
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (cause) {
    throw damaged(folder, ['manifest.json is no JSON'], cause);
  }
  if (!isManifest(read)) throw damaged(folder, ['manifest.json is not one of this version']);
  return read;
}

/** Holds every file of a backup against its manifest, and looks through the database. Throws `backup.damaged` with all faults. */
export function verifyFiles(folder: string, { files }: Manifest): void {
  const faults = files.flatMap((file) => faultOf(folder, file) ?? []);
  if (faults.length === 0 && files.some(({ path }) => path === DATABASE)) {
    faults.push(...checkDatabase(join(folder, DATABASE)));
  }
  if (faults.length > 0) throw damaged(folder, faults);
}

/** Size and hash of a file as it stands on the disk. */
export function describeFile(folder: string, path: string): BackupFile {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(join(folder, path), 'r');
  let bytes = 0;
  try {
    for (;;) {
      const length = readSync(file, chunk);
      if (length === 0) break;
      hash.update(chunk.subarray(0, length));
      bytes += length;
    }
  } finally {
    closeSync(file);
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

function faultOf(folder: string, { path, bytes, sha256 }: BackupFile): string | undefined {
  const file = join(folder, path);
  if (!existsSync(file)) return `${path} is missing`;
  const { size } = statSync(file);
  if (size !== bytes) return `${path} has ${size} bytes instead of ${bytes}`;
  return describeFile(folder, path).sha256 === sha256 ? undefined : `${path} is not what was written`;
}

function damaged(folder: string, details: readonly string[], cause?: unknown): ToolgateError {
  return new ToolgateError('backup.damaged', `The backup in ${folder} is damaged.`, {
    details,
    hint: 'Use another backup.',
    cause,
  });
}

function isManifest(value: unknown): value is Manifest {
  const { format, toolgate, createdAt, hasKeys, files } = (value ?? {}) as Record<string, unknown>;
  return (
    format === 1 &&
    typeof toolgate === 'string' &&
    typeof createdAt === 'string' &&
    typeof hasKeys === 'boolean' &&
    Array.isArray(files) &&
    files.every(isFile)
  );
}

function isFile(value: unknown): value is BackupFile {
  const { path, bytes, sha256 } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    isBelow(path) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** A manifest may come from anybody: no path of it leads out of the folder. */
function isBelow(path: string): boolean {
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));
}
