import { createHash, hash, randomBytes } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN_SHAPE = /^tg_[0-9A-Za-z]{40,}$/;
const SECRET_CHARS = 43; // 62^43 > 2^256
const CHECKSUM_CHARS = 6; // 62^6 > 2^32

function toBase62(bytes: Uint8Array, width: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (let i = 0; i < width; i++) {
    text = BASE62.charAt(Number(number % 62n)) + text;
    number /= 62n;
  }
  return text;
}

function checksumOf(secret: string): string {
  return toBase62(createHash('sha256').update(`toolgate:${secret}`).digest().subarray(0, 4), CHECKSUM_CHARS);
}

const RANDOM_BYTES = 8;
const RANDOM_CHARS = 10; // 62^10 > 2^59

let lastMillis = -1;
let sequence = 0;
let timeChars = '';
let randomChars = '';
/** What stands for an order, of those that there have been. */
const orderChars: string[] = [];
const MAX_KEPT_ORDERS = 1_000;

/**
 * A unique id that sorts by the time it was made: prefix, 9 characters of time, 3 of order within the
 * millisecond, 10 random ones. Those are the process's own as long as time goes forward, since time and order then tell
 * its ids apart; when the clock goes back, it takes new ones.
 */
export function newId(prefix: string, now: number = Date.now()): string {
  if (now === lastMillis) sequence++;
  else {
    if (now < lastMillis || randomChars === '')
      randomChars = toBase62(randomBytes(RANDOM_BYTES), RANDOM_CHARS);
    lastMillis = now;
    sequence = 0;
    timeChars = now.toString(36).padStart(9, '0');
  }
  return `${prefix}_${timeChars}${charsOfOrder(sequence)}${randomChars}`;
}

function charsOfOrder(order: number): string {
  const known = orderChars[order];
  if (known !== undefined) return known;
  const chars = order.toString(36).padStart(3, '0');
  if (order === orderChars.length && order < MAX_KEPT_ORDERS) orderChars.push(chars);
  return chars;
}

/** A new grant token: `tg_`, 256 random bits in base 62, and a checksum that tells a typing error from a forgery. */
export function newGrantToken(): string {
  const secret = toBase62(randomBytes(32), SECRET_CHARS);
  return `tg_${secret}${checksumOf(secret)}`;
}

/** Whether a text has the shape of a grant token. An operator may bring tokens of another making. */
export function isGrantToken(token: string): boolean {
  return TOKEN_SHAPE.test(token);
}

/** Whether a token looks like one of ours with a typing error in it: our length, but another checksum. */
export function isMistypedToken(token: string): boolean {
  const body = token.slice(3);
  if (!isGrantToken(token) || body.length !== SECRET_CHARS + CHECKSUM_CHARS) return false;
  return checksumOf(body.slice(0, SECRET_CHARS)) !== body.slice(SECRET_CHARS);
}

/** The only form in which a grant token is kept: its SHA-256, in hex. */
export function hashGrantToken(token: string): string {
  return hash('sha256', token);
}
