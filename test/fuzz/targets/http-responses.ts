import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import { ResponseReader } from '../../../src/upstream/http/response-reader.ts';
import { asBytes, bytesOf, cut, noise, places } from '../generators.ts';
import { defineTarget } from '../target.ts';

const piece = fc.constantFrom(
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n',
  'content-type: text/event-stream\r\n',
  'Content-Length: 5\r\n',
  'content-length: 0\r\n',
  'content-length: 05\r\n',
  'transfer-encoding: chunked\r\n',
  'connection: close\r\n',
  'x: a\r\n b\r\n',
  'x : a\r\n',
  '\r\n',
  '\n',
  '5\r\n',
  '5;x=1\r\n',
  '0\r\n',
  'hello',
  'trailer: 1\r\n',
  '\0',
  'é',
);
const response = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));

/** Responses after which another may come. */
const WHOLE = [
  'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
];

interface Heard {
  heads: unknown[];
  body: string;
  ends: string[];
}

/** What is heard of a response, on a connection that brought `before`, a whole one, when it is given. */
function hear(pieces: readonly Buffer[], before: Buffer = Buffer.alloc(0)): Heard {
  let heard: Heard = { heads: [], body: '', ends: [] };
  const reader = new ResponseReader({
    onHead: ({ status, headers }) => void heard.heads.push([status, ...headers]),
    onBody: (bytes) => void (heard.body += bytes.toString('latin1')),
    onComplete: () => void heard.ends.push('complete'),
    onMalformed: () => void heard.ends.push('malformed'),
  });
  reader.next();
  if (before.length > 0) {
    reader.push(before);
    reader.next();
    heard = { heads: [], body: '', ends: [] };
  }
  for (const bytes of pieces) {
    reader.push(bytes);
    bytes.fill(0x78); // the connection reads into one buffer again and again
  }
  reader.end();
  return heard;
}

export const httpResponses = defineTarget({
  name: 'http-responses',
  promise:
    'a response is heard the same wherever its bytes are split and whatever came before it, has one head at most and exactly one end',
  input: fc.record({ bytes: fc.oneof(asBytes(response), noise), places, before: fc.constantFrom(...WHOLE) }),
  check({ bytes, places, before }) {
    const whole = hear([bytesOf(bytes)]);
    deepStrictEqual(hear([bytesOf(bytes)], Buffer.from(before)), whole);
    deepStrictEqual(hear(cut(bytesOf(bytes), places), Buffer.from(before)), whole);
    deepStrictEqual(hear(cut(bytesOf(bytes), places)), whole);
    deepStrictEqual(hear([...bytesOf(bytes)].map((byte) => Buffer.from([byte]))), whole);
    if (whole.heads.length > 1) throw new Error('two heads');
    // no byte at all is no response, and closing then ends none
    deepStrictEqual(whole.ends.length, 1);
  },
});
