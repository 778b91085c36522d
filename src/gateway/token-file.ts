import { randomBytes } from 'node:crypto';
import { isGrantToken, newGrantToken, readOrMakeFile, ToolgateError } from '#platform';

/** The grant token in a file; a missing file is made, readable by its owner alone. Throws `grant.bad_token_file`. */
export function readOrMakeToken(file: string): string {
  const made = readOrMakeFile(file, () => `${newGrantToken()}\n`).trim();
  if (isGrantToken(made)) return made;
  throw new ToolgateError('grant.bad_token_file', `The file ${file} holds no grant token.`, {
    hint: 'Remove it, and a new token is made at the next start.',
  });
}

/** The key that signs session ids, 32 random bytes in a file that its owner alone can read. */
export function readOrMakeKey(file: string): Uint8Array {
  return Buffer.from(readOrMakeFile(file, () => `${randomBytes(32).toString('hex')}\n`).trim(), 'hex');
}
