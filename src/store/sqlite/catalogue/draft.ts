import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, ToolgateError } from '#platform';

/** The files of a build, beside the file that it makes. */
export interface Draft {
  /** What becomes the file. */
  readonly index: string;
  /** What is only there while building. */
  readonly staging: string;
  /** Puts the index, which must be closed, in the place of the file. */
  publish(): void;
  /** Removes what is left of the draft. */
  remove(): void;
}

const ENDING = /\.\d+-[0-9a-f]{8}(?:\.staging)?$/;
const LEFT_AFTER_MS = 60 * 60 * 1000;

/** Makes the two files, empty. Throws `ToolgateError` `store.unusable` where they cannot be. */
export function openDraft(file: string): Draft {
  const index = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const staging = `${index}.staging`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    removeLeftovers(file);
    for (const path of [index, staging]) closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    throw new ToolgateError('store.unusable', `${file} cannot be written: ${messageOf(cause)}`, {
      hint: 'Check that the folder exists and that this user may write to it.',
      cause,
    });
  }
  return {
    index,
    staging,
    publish() {
      toDisk(index);
      renameSync(index, file);
      toDisk(dirname(file));
    },
    remove() {
      for (const path of [index, staging]) rmSync(path, { force: true });
    },
  };
}

/** What a build that was killed could not remove. One that goes on writes all the time. */
function removeLeftovers(file: string): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(file)}.`) || !ENDING.test(name)) continue;
    const path = join(folder, name);
    const { mtimeMs = Infinity } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < Date.now() - LEFT_AFTER_MS) rmSync(path, { force: true });
  }
}

function toDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
