import { hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrMakeFile } from '#platform';

/** Signs the sessions of people; another one ends them all. */
const FILE = 'accounts.key';
/** Without the letters that are taken for one another. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CODE_CHARS = 10;

/** The key of people's accounts, from its file in the data folder, which is made when it is missing. */
export function accountsKey(dataDir: string): string {
  return readOrMakeFile(join(dataDir, FILE), () => `${randomBytes(32).toString('hex')}\n`).trim();
}

/**
 * What the first person to sign up has to know where others can reach the gateway: `7KQ2M-XW9PA`. Made of the key, so that every worker has
 * the same one, and a restart changes nothing.
 */
export function setupCodeOf(key: string): string {
  const bytes = new Uint8Array(hkdfSync('sha256', key, '', 'toolgate: setup code', CODE_CHARS));
  const code = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${code.slice(0, CODE_CHARS / 2)}-${code.slice(CODE_CHARS / 2)}`;
}
