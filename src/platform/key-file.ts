import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ToolgateError } from './errors.ts';
import { readOrMakeFile } from './owned-file.ts';

const KEY_FILE = 'toolgate.key';

/** Path of the key file of a data folder. */
export function keyFileOf(dataDir: string): string {
  return join(dataDir, KEY_FILE);
}

/** The text of the key file; a missing one is made with one new key. Throws `key.exposed` for a file that others may read. */
export function readKeyFile(file: string, newEntry: () => string): string {
  const text = readOrMakeFile(file, () => `${newEntry()}\n`);
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new ToolgateError('key.exposed', `The key file ${file} can be read by others.`, {
      hint: `Take their rights away: chmod 600 ${file}`,
    });
  }
  return text;
}

/** Another text whenever the file may have another content; undefined when there is none. */
export function stampOfKeyFile(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.ino}/${stat.mtimeMs}/${stat.size}`;
}

/**
 * Puts what `edit` makes of the key file in its place, in one step: nobody reads half of it, and of two that edit at once one is
 * refused (`key.busy`). A key that is lost takes everything with it that it sealed.
 */
export function editKeyFile(file: string, edit: (text: string) => string): void {
  const lock = `${file}.lock`;
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new ToolgateError('key.busy', `Another program changes the key file ${file}.`, {
      hint: `Try again; when nobody else does, remove ${lock}.`,
    });
  }
  try {
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, edit(readFileSync(file, 'utf8')), { flag: 'wx', mode: 0o600, flush: true });
    const { uid, gid } = statSync(file);
    chownSync(draft, uid, gid); // an administrator edits it, and the gateway must still be able to read it
    renameSync(draft, file);
  } finally {
    rmSync(lock, { force: true });
  }
}
