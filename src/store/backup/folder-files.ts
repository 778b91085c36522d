import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isGone } from '../ledger/segments.ts';

/** Where `restore` puts what it found in a folder, and what it has not finished. */
export const SET_ASIDE = /^(?:replaced|restoring)-/;
/** Keys and tokens, in files of their own. */
const SECRET = /\.(?:key|token)$/;
/** Files that somebody is writing, and what is made anew from other files. */
const PASSING = /\.(?:key|token)\.|\.ledger\.\d+$|^catalogue\/(?:work\/|index\.db)/;
/** SQLite's own files are copied by SQLite. */
const SQLITE = /^toolgate\.db(?:-wal|-shm|-journal)?$/;
const MAX_DEPTH = 8;

/** Whether a file of a data folder holds a secret in the clear. */
export function isSecret(path: string): boolean {
  return SECRET.test(path);
}

/** Files of a data folder that can be copied as they are, as paths with slashes, sorted. */
export function filesIn(folder: string): readonly string[] {
  return listed(folder, '', MAX_DEPTH)
    .filter((path) => !PASSING.test(path) && !SQLITE.test(path) && !SET_ASIDE.test(path))
    .toSorted();
}

function listed(folder: string, below: string, depth: number): string[] {
  return readdirSync(join(folder, below)).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    const found = statOf(join(folder, path));
    if (found?.isDirectory() === true) return depth === 0 ? [] : listed(folder, path, depth - 1);
    return found?.isFile() === true ? [path] : [];
  });
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Writes a new file that only its owner can read, with the folders that it needs, down to the disk. */
export function writeFileOnce(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, bytes, { flag: 'wx', mode: 0o600, flush: true });
}

/** Copies a file as `writeFileOnce` would write it. */
export function copyFileOnce(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  flushOwn(to);
}

/** Makes a file that is there its owner's alone, and waits until it is on the disk. */
export function flushOwn(path: string): void {
  chmodSync(path, 0o600);
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
