import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { systemClock, type Clock } from './clock.ts';
import { ToolgateError } from './errors.ts';
import { keyFileOf, readKeyFile, stampOfKeyFile } from './key-file.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MARK = 'tge1';
const KEY_ENTRY = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_=-]+)$/;
/** How old what is known of the key file may be. */
const LOOK_MS = 1_000;
const SET_HINT =
  'TOOLGATE_KEY holds one or more keys, NAME:KEY with commas between, each KEY 32 bytes in base64 or hex; the first one encrypts.';

/**
 * The keys of one installation. What one of them encrypted, all processes that hold that key can read; the first
 * encrypts, the others are there to read what was written before it.
 */
export interface KeyRing {
  /**
   * Encrypts and authenticates a text (AES-256-GCM) together with what it is for: it can be opened for the same purpose
   * only. The outcome is text: `tge1.<key name>.<iv>.<tag>.<data>`, the last three in base64url.
   */
  seal(text: string, purpose: string): string;
  /** The text again. Throws `key.unknown` when its key is not here and `key.refused` when it is damaged or another's. */
  open(sealed: string, purpose: string): string;
  /** Whether it was sealed with a key that is no longer the first: time to seal it again. */
  isOutdated(sealed: string): boolean;
}

/** A key ring that tells which keys it holds. */
export interface NamedKeyRing extends KeyRing {
  /** Names of the keys, the one that encrypts first. */
  names(): readonly string[];
}

/**
 * The keys in `TOOLGATE_KEY`, else in `toolgate.key` of the data folder, which is made when missing, for its owner alone. The
 * file is looked at again once a second while the ring is used, and when something turns up that a newer key sealed: a rotation needs
 * no restart. An edit that cannot be read changes nothing.
 * Throws `key.invalid` for keys that are none, and `key.exposed` for a file that others may read.
 */
export function openKeyRing(
  dataDir: string,
  environment: NodeJS.ProcessEnv = process.env,
  clock: Clock = systemClock,
): NamedKeyRing {
  const given = keysInEnvironment(environment);
  if (given !== undefined) return createKeyRing(given, 'TOOLGATE_KEY');
  const file = keyFileOf(dataDir);
  let ring = createKeyRing(readKeyFile(file, newKeyEntry), file);
  let stamp = stampOfKeyFile(file);
  let lookedAt = clock.now();
  const lookAgain = (): void => {
    lookedAt = clock.now();
    const current = stampOfKeyFile(file);
    // one that was taken away is not made anew: what the keys sealed would be lost
    if (current === stamp || current === undefined) return;
    try {
      ring = createKeyRing(readKeyFile(file, newKeyEntry), file);
      stamp = current;
    } catch (error) {
      if (!(error instanceof ToolgateError)) throw error;
    }
  };
  const current = (): NamedKeyRing => {
    if (Math.abs(clock.now() - lookedAt) >= LOOK_MS) lookAgain();
    return ring;
  };
  return {
    seal: (text, purpose) => current().seal(text, purpose),
    open(sealed, purpose) {
      if (!current().names().includes(keyNameOf(sealed))) lookAgain();
      return ring.open(sealed, purpose);
    },
    isOutdated: (sealed) => current().isOutdated(sealed),
    names: () => current().names(),
  };
}

/** The keys in `TOOLGATE_KEY`; undefined where the key file is used. */
export function keysInEnvironment(environment: NodeJS.ProcessEnv): string | undefined {
  const given = environment['TOOLGATE_KEY'];
  return given === undefined || given.trim() === '' ? undefined : given;
}

/** A new key under a name, as `TOOLGATE_KEY` and the key file have them. */
export function newKeyEntry(name = 'k1'): string {
  return `${name}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/** The name of the key that a text was sealed with; empty for what was not sealed. */
export function keyNameOf(sealed: string): string {
  const [mark, name = ''] = sealed.split('.', 2);
  return mark === MARK ? name : '';
}

/** The key ring that a text of keys describes; `source` names it in errors. Throws `key.invalid`. */
export function createKeyRing(text: string, source: string): NamedKeyRing {
  const keys = readKeys(text, source);
  const [first] = keys;
  if (first === undefined)
    throw new ToolgateError('key.invalid', `There is no key in ${source}.`, { hint: SET_HINT });
  const [current, currentKey] = first;
  return {
    seal(plain, purpose) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', currentKey, iv);
      cipher.setAAD(additionalData(current, purpose));
      const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [
        MARK,
        current,
        ...[iv, cipher.getAuthTag(), data].map((part) => part.toString('base64url')),
      ].join('.');
    },
    open(sealed, purpose) {
      const [mark, name = '', ...parts] = sealed.split('.');
      const [iv, tag, data] = parts.map((part) => Buffer.from(part, 'base64url'));
      if (
        mark !== MARK ||
        parts.length !== 3 ||
        iv?.length !== IV_BYTES ||
        tag?.length !== TAG_BYTES ||
        !data
      )
        throw refused();
      const key = keys.get(name);
      if (key === undefined) {
        throw new ToolgateError(
          'key.unknown',
          `The key "${name}" that this was encrypted with is not in ${source}.`,
          {
            hint: 'Put the old key behind the new one until everything was encrypted again.',
          },
        );
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(additionalData(name, purpose));
        decipher.setAuthTag(tag);
        return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
      } catch {
        throw refused();
      }
    },
    isOutdated: (sealed) => keyNameOf(sealed) !== current,
    names: () => [...keys.keys()],
  };
}

function readKeys(text: string, source: string): Map<string, Buffer> {
  const keys = new Map<string, Buffer>();
  for (const entry of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [, name, encoded] = KEY_ENTRY.exec(entry) ?? [];
    const key = encoded === undefined ? undefined : keyOf(encoded);
    if (name === undefined || key === undefined || keys.has(name)) {
      const which = `Key ${keys.size + 1} of ${source}`;
      const fault =
        name !== undefined && keys.has(name)
          ? 'has the name of another one'
          : 'is not NAME:KEY with 32 bytes';
      throw new ToolgateError('key.invalid', `${which} ${fault}.`, { hint: SET_HINT });
    }
    keys.set(name, key);
  }
  return keys;
}

function keyOf(encoded: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(encoded)) return Buffer.from(encoded, 'hex');
  const key = Buffer.from(encoded, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

function additionalData(name: string, purpose: string): Buffer {
  return Buffer.from(JSON.stringify([MARK, name, purpose]));
}

function refused(): ToolgateError {
  return new ToolgateError('key.refused', 'Something encrypted was changed, or encrypted with another key.', {
    hint: 'Use the key it was written with, or log in to the server again (toolgate login).',
  });
}
