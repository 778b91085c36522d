import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** 32 MiB and three passes: what OWASP names beside 128 MiB and one, for servers that cannot spare so much for one sign-in. */
const COST = 15;
const BLOCK = 8;
const PASSES = 3;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const MEMORY_SPARE = 2 ** 20;
const STORED = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;
/** More that wait would only time out; whoever sends them is no person at a sign-in form. */
const MOST_WAITING = 64;

/**
 * Makes and checks hashes of passwords, one after the other: the pool of threads that computes them also writes the log of decisions,
 * and a crowd at the sign-in form must not slow down the calls of agents.
 */
export class PasswordHasher {
  readonly #cost: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** `cost` is the log2 of scrypt's; a lower one is for tests. */
  constructor(cost: number = COST) {
    this.#cost = cost;
  }

  /** Whether so many wait that the next one should be told to come again. */
  get isBusy(): boolean {
    return this.#waiting >= MOST_WAITING;
  }

  /** `scrypt$<log2 of the cost>$<block size>$<passes>$<salt>$<key>`, the last two in base64url. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(password, salt, this.#cost, BLOCK, PASSES);
    const parameters = [this.#cost, BLOCK, PASSES];
    return ['scrypt', ...parameters, salt.toString('base64url'), key.toString('base64url')].join('$');
  }

  /** Whether a password is the one behind a hash; false for a hash that is none of ours. */
  async verify({ hash, password }: { hash: string; password: string }): Promise<boolean> {
    const [, cost, block, passes, salt = '', key = ''] = STORED.exec(hash) ?? [];
    if (cost === undefined) return false;
    const found = await this.#derive(
      password,
      Buffer.from(salt, 'base64url'),
      Number(cost),
      Number(block),
      Number(passes),
    );
    return timingSafeEqual(found, Buffer.from(key, 'base64url'));
  }

  async #derive(
    password: string,
    salt: Buffer,
    cost: number,
    block: number,
    passes: number,
  ): Promise<Buffer> {
    const options = {
      N: 2 ** cost,
      r: block,
      p: passes,
      maxmem: MEMORY_SPARE + 128 * block * (2 ** cost + passes),
    };
    this.#waiting++;
    // The same password typed on two keyboards may be two sequences of code points.
    const turn = this.#last.then(() => run(password.normalize('NFKC'), salt, options));
    this.#last = turn.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    return turn;
  }
}

function run(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
