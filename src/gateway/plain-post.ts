/** What the head of a request says, but for the length of its body. */
export interface PlainHead {
  /** What the path names after `/mcp/`. */
  readonly serverId: string | undefined;
  /** Name, value, name, value …; names in lower case, values without the blanks around them. */
  readonly rawHeaders: readonly string[];
  readonly forwardedFor: string | undefined;
}

/** A request in plain form; offsets count bytes from its first one. */
export interface PlainPost {
  readonly head: PlainHead;
  readonly bodyStart: number;
  readonly end: number;
}

/** What is longer is not plain: it would come in pieces, and each would make us look at all of it again. */
export const MAX_PLAIN_BYTES = 64 * 1024;
const MAX_HEAD_BYTES = 16 * 1024;

const REQUEST_LINE = /^POST \/mcp(?:\/([a-z0-9][a-z0-9-]{0,62}))?\/? HTTP\/1\.1$/;
/** RFC 9112 §5 without what it only tolerates: one line for each header, no tabs, no bytes above ASCII. */
const HEADER_LINES = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\x20-\x7e]*\r\n)+$/;
const LENGTH = /^(?:0|[1-9]\d{0,4})$/;
const MOST_DIGITS = 5;
const ZERO = 0x30;
/** What would have the message framed differently, or an answer given before the answer. */
const NOT_PLAIN = new Set(['transfer-encoding', 'te', 'trailer', 'expect', 'upgrade']);

/**
 * Reads requests that have one reading only: HTTP/1.1, `POST` to a path of the gateway, framed by one `Content-Length`, on a connection that
 * stays open. A client sends nearly the same head every time: one that differs in the length of the body alone is known by its bytes, and
 * gives the same object.
 */
export class PlainPostReader {
  #last: ReadHead | undefined;

  /** `'incomplete'` while the rest of one may be on its way; `'other'` for what somebody else has to read. */
  read(bytes: Buffer): PlainPost | 'incomplete' | 'other' {
    const again = this.#last && readAgain(bytes, this.#last);
    if (again) return again;
    const headEnd = bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) return bytes.length <= MAX_HEAD_BYTES && isBeginning(bytes) ? 'incomplete' : 'other';
    const read = headEnd <= MAX_HEAD_BYTES ? readHead(bytes.subarray(0, headEnd + 4)) : undefined;
    if (!read) return 'other';
    this.#last = read;
    const end = read.bytes.length + Number(bytes.toString('latin1', read.lengthStart, read.lengthEnd));
    return postOf(bytes, read.head, read.bytes.length, end);
  }
}

function postOf(
  bytes: Buffer,
  head: PlainHead,
  bodyStart: number,
  end: number,
): ReturnType<PlainPostReader['read']> {
  if (end > MAX_PLAIN_BYTES) return 'other';
  return bytes.length < end ? 'incomplete' : { head, bodyStart, end };
}

/** A head as it came, and where in it the digits of the length stand. */
interface ReadHead {
  readonly head: PlainHead;
  readonly bytes: Buffer;
  readonly lengthStart: number;
  readonly lengthEnd: number;
}

/** The head that ends with these bytes; undefined when it is not plain. */
function readHead(bytes: Buffer): ReadHead | undefined {
  const text = bytes.toString('latin1', 0, bytes.length - 2);
  const lineEnd = text.indexOf('\r\n');
  const route = REQUEST_LINE.exec(text.slice(0, lineEnd));
  if (!route || !HEADER_LINES.test(text.slice(lineEnd + 2))) return undefined;
  const rawHeaders: string[] = [];
  let lengthStart = 0;
  let lengthEnd = 0;
  let forwardedFor: string | undefined;
  for (let at = lineEnd + 2; at < text.length;) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    const name = text.slice(at, colon).toLowerCase();
    const value = text.slice(colon + 1, end).trim();
    at = end + 2;
    if (name === 'content-length') {
      if (lengthEnd > 0 || !LENGTH.test(value)) return undefined;
      lengthStart = text.indexOf(value, colon + 1);
      lengthEnd = lengthStart + value.length;
      continue;
    }
    if (NOT_PLAIN.has(name) || (name === 'connection' && value !== 'keep-alive')) return undefined;
    if (name === 'x-forwarded-for') {
      if (forwardedFor !== undefined) return undefined;
      forwardedFor = value;
    }
    rawHeaders.push(name, value);
  }
  if (lengthEnd === 0) return undefined;
  // a copy: the bytes of the request are let go when it is answered
  return {
    head: { serverId: route[1], rawHeaders, forwardedFor },
    bytes: Buffer.from(bytes),
    lengthStart,
    lengthEnd,
  };
}

/** A request whose head is that of the last one, but for the digits of the length; undefined when it is another. */
function readAgain(
  bytes: Buffer,
  { head, bytes: last, lengthStart, lengthEnd }: ReadHead,
): ReturnType<typeof postOf> | undefined {
  if (bytes.length < last.length || bytes.compare(last, 0, lengthStart, 0, lengthStart) !== 0)
    return undefined;
  let at = lengthStart;
  let length = 0;
  for (; at < lengthStart + MOST_DIGITS; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  // what follows the digits is compared below, and is no digit
  if (at === lengthStart || (bytes[lengthStart] === ZERO && at > lengthStart + 1)) return undefined;
  const bodyStart = at + last.length - lengthEnd;
  if (bytes.length < bodyStart) return undefined;
  if (bytes.compare(last, lengthEnd, last.length, at, bodyStart) !== 0) return undefined;
  return postOf(bytes, head, bodyStart, bodyStart + length);
}

const BEGINNING = 'POST /mcp';

function isBeginning(bytes: Buffer): boolean {
  return BEGINNING.startsWith(bytes.toString('latin1', 0, BEGINNING.length));
}
