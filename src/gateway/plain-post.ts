/** A request in plain form; offsets count bytes from its first one. */
export interface PlainPost {
  /** What the path names after `/mcp/`. */
  readonly serverId: string | undefined;
  /** Name, value, name, value …; names in lower case, values without the blanks around them. */
  readonly rawHeaders: readonly string[];
  readonly forwardedFor: string | undefined;
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
/** What would have the message framed differently, or an answer given before the answer. */
const NOT_PLAIN = new Set(['transfer-encoding', 'te', 'trailer', 'expect', 'upgrade']);

/**
 * Reads a request that has one reading only: HTTP/1.1, `POST` to a path of the gateway, framed by one `Content-Length`, on a connection that
 * stays open. `'incomplete'` while the rest of one may be on its way; `'other'` for everything else, about which nothing is said here: the
 * HTTP server reads it.
 */
export function readPlainPost(bytes: Buffer): PlainPost | 'incomplete' | 'other' {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return bytes.length <= MAX_HEAD_BYTES && isBeginning(bytes) ? 'incomplete' : 'other';
  if (headEnd > MAX_HEAD_BYTES) return 'other';
  const head = bytes.toString('latin1', 0, headEnd + 2);
  const lineEnd = head.indexOf('\r\n');
  const route = REQUEST_LINE.exec(head.slice(0, lineEnd));
  if (!route || !HEADER_LINES.test(head.slice(lineEnd + 2))) return 'other';

  const rawHeaders: string[] = [];
  let length: string | undefined;
  let forwardedFor: string | undefined;
  for (let at = lineEnd + 2; at < head.length;) {
    const colon = head.indexOf(':', at);
    const end = head.indexOf('\r\n', colon);
    const name = head.slice(at, colon).toLowerCase();
    const value = head.slice(colon + 1, end).trim();
    if (NOT_PLAIN.has(name) || (name === 'connection' && value !== 'keep-alive')) return 'other';
    if (name === 'content-length') {
      if (length !== undefined) return 'other';
      length = value;
    } else if (name === 'x-forwarded-for') {
      if (forwardedFor !== undefined) return 'other';
      forwardedFor = value;
    }
    rawHeaders.push(name, value);
    at = end + 2;
  }
  if (length === undefined || !LENGTH.test(length)) return 'other';
  const bodyStart = headEnd + 4;
  const end = bodyStart + Number(length);
  if (end > MAX_PLAIN_BYTES) return 'other';
  return bytes.length < end ? 'incomplete' : { serverId: route[1], rawHeaders, forwardedFor, bodyStart, end };
}

const BEGINNING = 'POST /mcp';

function isBeginning(bytes: Buffer): boolean {
  return BEGINNING.startsWith(bytes.toString('latin1', 0, BEGINNING.length));
}
