import type { Json } from './message.ts';
import { locateLossyNumbers, survivesDouble, type LossyNumbers } from './lossy-numbers.ts';

export interface JsonLimits {
  /** Containers inside one another; default 64. */
  readonly maxDepth?: number;
  /** Values of any kind, containers included; default 200,000. */
  readonly maxNodes?: number;
  /** Length of a member name as it is written, in UTF-16 units; default 4,096. */
  readonly maxKeyLength?: number;
}

export type StrictJson =
  | {
      readonly ok: true;
      readonly value: Json;
      /** Set when some number does not survive a double: what we judge is then not what others may read. */
      readonly lossy: LossyNumbers | undefined;
    }
  | {
      readonly ok: false;
      /** A short sentence for the sender; never quotes the document. */
      readonly reason: string;
    };

interface Scan {
  /** Member names in the text, those of duplicates included. */
  readonly members: number;
  readonly hasLossyNumber: boolean;
}

const MAX_DEPTH = 64;
const MAX_NODES = 200_000;
const MAX_KEY_LENGTH = 4096;

/** Every decimal of up to 15 digits survives a double (IEEE 754 binary64). */
const ALWAYS_SAFE_LENGTH = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BYTE_ORDER_MARK = 0xfeff;

const LONE_SURROGATE = 'a string holds half of a surrogate pair';
const NOT_UTF8 = 'the text is not UTF-8';

// The byte order mark must stay in the text, so that it can be refused.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Index of the quote that closes a string with escapes (or of the end); -1 when half a pair is escaped. */
function closeEscapedString(text: string, start: number): number {
  let i = start;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code !== BACKSLASH) {
      i++;
    } else if (text.charAt(i + 1) !== 'u') {
      i += 2;
    } else {
      const unit = Number.parseInt(text.slice(i + 2, i + 6), 16);
      i += 6;
      if (unit >= 0xdc00 && unit <= 0xdfff) return -1;
      if (unit >= 0xd800 && unit <= 0xdbff) {
        if (!/^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(text.slice(i, i + 6))) return -1;
        i += 6;
      }
    }
  }
  return i;
}

/** Index after the run of letters, digits, signs and points that starts at `start`: a number or a literal. */
function endOfWord(text: string, start: number): number {
  let i = start + 1;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isPart =
      (code >= ZERO && code <= NINE) ||
      (code >= 0x61 && code <= 0x7a) || // a-z
      (code >= 0x41 && code <= 0x5a) || // A-Z
      code === 0x2e || // .
      code === 0x2b || // +
      code === MINUS;
    if (!isPart) break;
  }
  return i;
}

function isLossyWord(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  if (first !== MINUS && (first < ZERO || first > NINE)) return false;
  const isMinusZero = first === MINUS && text.charCodeAt(start + 1) === ZERO; // or -0.5: the slow test tells
  if (!isMinusZero && end - start <= ALWAYS_SAFE_LENGTH) {
    let i = start + 1;
    while (i < end && text.charCodeAt(i) <= NINE) i++; // stops at an exponent
    if (i === end) return false;
  }
  return !survivesDouble(text.slice(start, end));
}

/**
 * One pass over the text, without building values. Returns the reason of a refusal, or what it counted. It runs
 * before `JSON.parse`, so that no limit is passed by building the value first; on a text that is not JSON it
 * still ends, and what it counted then means nothing.
 */
function scan(text: string, maxDepth: number, maxNodes: number, maxKeyLength: number): Scan | string {
  const length = text.length;
  let depth = 0;
  let tokens = 0; // values and member names
  let members = 0;
  let hasLossyNumber = false;
  let lastStringLength = 0;
  let backslash = text.indexOf('\\');
  if (backslash < 0) backslash = length;

  for (let i = 0; i < length;) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        let close = text.indexOf('"', i + 1);
        if (close < 0) close = length;
        if (backslash < close) {
          close = closeEscapedString(text, i + 1);
          if (close < 0) return LONE_SURROGATE;
          backslash = text.indexOf('\\', close);
          if (backslash < 0) backslash = length;
        }
        lastStringLength = close - i - 1;
        tokens++;
        i = close + 1;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > maxDepth) return `the nesting is deeper than ${maxDepth}`;
        tokens++;
        i++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        i++;
        break;
      case 0x3a: // :
        if (lastStringLength > maxKeyLength) return `a member name is longer than ${maxKeyLength}`;
        members++;
        i++;
        break;
      case 0x2c: // ,
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        i++;
        break;
      default: {
        const end = endOfWord(text, i);
        hasLossyNumber ||= isLossyWord(text, i, end);
        tokens++;
        i = end;
      }
    }
  }
  if (tokens - members > maxNodes) return `there are more than ${maxNodes} values`;
  return { members, hasLossyNumber };
}

/** How many members the objects of a value have together. */
function countMembers(value: Json): number {
  let count = 0;
  const waiting: unknown[] = [value];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    if (Array.isArray(node)) {
      for (const element of node as readonly unknown[]) {
        if (typeof element === 'object' && element !== null) waiting.push(element);
      }
      continue;
    }
    const object = node as Readonly<Record<string, unknown>>;
    const keys = Object.keys(object);
    count += keys.length;
    for (const key of keys) {
      const child = object[key];
      if (typeof child === 'object' && child !== null) waiting.push(child);
    }
  }
  return count;
}

function parseText(text: string, limits: JsonLimits): StrictJson {
  if (text.charCodeAt(0) === BYTE_ORDER_MARK)
    return { ok: false, reason: 'the text starts with a byte order mark' };
  const scanned = scan(
    text,
    limits.maxDepth ?? MAX_DEPTH,
    limits.maxNodes ?? MAX_NODES,
    limits.maxKeyLength ?? MAX_KEY_LENGTH,
  );
  if (typeof scanned === 'string') return { ok: false, reason: scanned };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, reason: 'the text is not JSON' };
  }
  // JSON.parse keeps the last of two members with the same decoded name, so every duplicate makes the value
  // poorer than the text. Comparing two numbers is far cheaper than keeping a set of names per object.
  if (scanned.members !== countMembers(value)) {
    return { ok: false, reason: 'a member name appears twice in one object' };
  }
  return { ok: true, value, lossy: scanned.hasLossyNumber ? locateLossyNumbers(text) : undefined };
}

/**
 * Reads bytes as JSON (RFC 8259), refusing whatever two parsers might read differently: text that is not
 * UTF-8, a byte order mark, a member name twice in one object (names are compared decoded), half surrogate
 * pairs, and documents beyond the limits. Numbers that a double cannot carry are accepted and reported.
 * A `__proto__` member becomes an own property like any other. Never throws.
 */
export function parseStrict(bytes: Uint8Array, limits: JsonLimits = {}): StrictJson {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { ok: false, reason: NOT_UTF8 };
  }
  return parseText(text, limits);
}

/** As `parseStrict`, for text that is decoded already (the data of an SSE event, a line of standard input). */
export function parseStrictText(text: string, limits: JsonLimits = {}): StrictJson {
  if (/\p{Surrogate}/u.test(text)) return { ok: false, reason: LONE_SURROGATE };
  return parseText(text, limits);
}
