import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isGrantToken, newGrantToken, ToolgateError } from '#platform';

/** The grant token in a file; a missing file is made, readable by its owner alone. Throws `grant.bad_token_file`. */
export function readOrMakeToken(file: string): string {
  const made = readOrMake(file, () => `${newGrantToken()}\n`)
    .toString('utf8')
    .trim();
  if (isGrantToken(made)) return made;
  throw new ToolgateError('grant.bad_token_file', `The file ${file} holds no grant token.`, {
    hint: 'Remove it, and a new token is made at the next start.',
  });
}

/** The key that signs session ids, 32 random bytes in a file that its owner alone can read. */
export function readOrMakeKey(file: string): Uint8Array {
  return Buffer.from(
    readOrMake(file, () => `${randomBytes(32).toString('hex')}\n`)
      .toString('utf8')
      .trim(),
    'hex',
  );
}

/** Of several processes that start at once one makes the file, whole, and all read the same. */
function readOrMake(file: string, make: () => string): Buffer {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, make(), { flag: 'wx', mode: 0o600 });
    try {
      linkSync(draft, file); // fails when somebody else was first; never overwrites
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(draft);
    }
  }
  return readFileSync(file);
}
