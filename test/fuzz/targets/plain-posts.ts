import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import { PlainPostReader } from '../../../src/gateway/plain-post.ts';
import { asBytes, bytesOf, MESSAGES, mutated, noise } from '../generators.ts';
import { defineTarget } from '../target.ts';

const line = fc.constantFrom(
  'content-length: 0',
  'content-length: 10',
  'content-length: 00',
  'content-length: 99999',
  'Content-Length:7 ',
  'transfer-encoding: chunked',
  'connection: keep-alive',
  'connection: close',
  'x-forwarded-for: 10.0.0.1',
  'mcp-name: echo',
  'a: b\r\nc: d',
  'a: b\nc: d',
  'a\0: b',
  ' folded',
  '',
  'é: é',
);
const start = fc.constantFrom(
  'POST /mcp/shop/ HTTP/1.1',
  'POST /mcp HTTP/1.1',
  'POST /mcp/shop HTTP/1.0',
  'GET /mcp/shop/ HTTP/1.1',
);
const request = fc
  .tuple(start, fc.array(line, { maxLength: 5 }), mutated(MESSAGES))
  .map(([first, lines, body]) => [first, 'host: a', ...lines, '', body].join('\r\n'));

export const plainPosts = defineTarget({
  name: 'plain-posts',
  promise:
    'a request in plain form is read the same whatever came before it, and nothing in its head begins a header of its own',
  input: fc.array(fc.oneof({ weight: 6, arbitrary: asBytes(request) }, noise), {
    minLength: 1,
    maxLength: 4,
  }),
  check(requests) {
    const reader = new PlainPostReader();
    for (const text of requests) {
      const bytes = bytesOf(text);
      const found = reader.read(bytes);
      deepStrictEqual(new PlainPostReader().read(bytes), found);
      if (typeof found === 'string') continue;
      if (found.end > bytes.length || found.bodyStart > found.end) throw new Error('the body is not there');
      if (found.head.rawHeaders.some((part) => /[^\x20-\x7e]/.test(part)))
        throw new Error('a header is no text');
      const head = bytes.toString('latin1', 0, found.bodyStart);
      if (head.split('\r\n').length - 4 !== found.head.rawHeaders.length / 2)
        throw new Error('a header was lost or made up');
    }
  },
});
