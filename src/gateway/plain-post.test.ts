import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PLAIN_BYTES, PlainPostReader, type PlainPost } from './plain-post.ts';

const LINE = 'POST /mcp/shop/ HTTP/1.1';
const HEADERS = ['Host: 127.0.0.1:8750', 'Content-Type:application/json', 'Authorization: Bearer tg_x'];

function written(line: string, headers: readonly string[], body = ''): Buffer {
  return Buffer.from([line, ...headers, '', body].join('\r\n'), 'latin1');
}

function plain(body: string, headers: readonly string[] = HEADERS, line = LINE): Buffer {
  return written(line, [...headers, `Content-Length: ${body.length}`], body);
}

const read = (bytes: Buffer): ReturnType<PlainPostReader['read']> => new PlainPostReader().read(bytes);

function post(bytes: Buffer, reader = new PlainPostReader()): PlainPost {
  const found = reader.read(bytes);
  return typeof found === 'string' ? expect.unreachable(found) : found;
}

describe('a request in plain form', () => {
  it('gives the server, the headers and the place of the body', () => {
    const bytes = plain('{"a":1}');
    const { head, bodyStart, end } = post(bytes);
    expect(head).toEqual({
      serverId: 'shop',
      rawHeaders: [
        ['host', '127.0.0.1:8750'],
        ['content-type', 'application/json'],
        ['authorization', 'Bearer tg_x'],
      ].flat(),
      forwardedFor: undefined,
    });
    expect(bytes.toString('latin1', bodyStart, end)).toBe('{"a":1}');
  });

  it.each([
    ['/mcp', undefined],
    ['/mcp/', undefined],
    ['/mcp/shop', 'shop'],
    ['/mcp/a-1/', 'a-1'],
  ])('goes to %s', (path, serverId) => {
    expect(post(plain('{}', HEADERS, `POST ${path} HTTP/1.1`)).head.serverId).toBe(serverId);
  });

  it.each([
    ['an empty body', plain('')],
    ['blanks around the length', written(LINE, ['Content-Length:   2  '], '{}')],
    ['a value that is empty', written(LINE, ['X:', 'Content-Length: 2'], '{}')],
    ['a connection that stays open', plain('{}', ['Connection: keep-alive'])],
    ['who it is forwarded for', plain('{}', ['X-Forwarded-For: 192.0.2.1, 192.0.2.2'])],
  ])('may have %s', (_, bytes) => {
    expect(post(bytes).end).toBe(bytes.length);
  });

  it('tells who it is forwarded for', () => {
    expect(post(plain('{}', ['X-Forwarded-For:  192.0.2.1 '])).head.forwardedFor).toBe('192.0.2.1');
  });

  it('may be followed by something, which is not looked at', () => {
    const bytes = plain('{}');
    expect(post(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1')])).end).toBe(bytes.length);
  });

  it('is incomplete as long as one of its bytes is missing', () => {
    const bytes = plain('{"a":1}');
    for (let length = 0; length < bytes.length; length++)
      expect(read(bytes.subarray(0, length))).toBe('incomplete');
  });
});

describe('what is not in plain form', () => {
  it.each([
    ['another method', written('GET /mcp/shop/ HTTP/1.1', HEADERS)],
    ['a method in small letters', plain('{}', HEADERS, 'post /mcp/shop/ HTTP/1.1')],
    ['another version', plain('{}', HEADERS, 'POST /mcp/shop/ HTTP/1.0')],
    ['another path', plain('{}', HEADERS, 'POST /api/v1 HTTP/1.1')],
    ['a query', plain('{}', HEADERS, 'POST /mcp/shop/?a HTTP/1.1')],
    ['a path in another spelling', plain('{}', HEADERS, 'POST /mcp/sho%70/ HTTP/1.1')],
    ['a path that climbs', plain('{}', HEADERS, 'POST /mcp/../mcp/shop/ HTTP/1.1')],
    ['an absolute address', plain('{}', HEADERS, 'POST http://a/mcp/shop/ HTTP/1.1')],
    ['two blanks in the first line', plain('{}', HEADERS, 'POST  /mcp/shop/ HTTP/1.1')],
    ['an empty line before', Buffer.concat([Buffer.from('\r\n'), plain('{}')])],
    ['no header', written(LINE, [])],
    ['no length', written(LINE, HEADERS)],
    ['two lengths', plain('{}', ['Content-Length: 2'])],
    ['a length with a sign', written(LINE, ['Content-Length: +2'], '{}')],
    ['a length with a zero before', written(LINE, ['Content-Length: 02'], '{}')],
    ['a length in another notation', written(LINE, ['Content-Length: 0x2'], '{}')],
    ['a list of lengths', written(LINE, ['Content-Length: 2, 2'], '{}')],
    ['a length of nothing', written(LINE, ['Content-Length:'], '{}')],
    ['chunks', plain('{}', ['Transfer-Encoding: chunked'])],
    ['a question before the body', plain('{}', ['Expect: 100-continue'])],
    ['an upgrade', plain('{}', ['Upgrade: h2c'])],
    ['trailers', plain('{}', ['TE: trailers'])],
    ['a connection that is to end', plain('{}', ['Connection: close'])],
    ['headers for the next hop alone', plain('{}', ['Connection: keep-alive, mcp-name'])],
    ['two lists of hops', plain('{}', ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 192.0.2.2'])],
    ['a folded header', plain('{}', ['X: a\r\n b'])],
    ['a blank before the colon', plain('{}', ['Mcp-Name : a'])],
    ['a header without a name', plain('{}', [': a'])],
    ['a header without a colon', plain('{}', ['Mcp-Name'])],
    ['a tab', plain('{}', ['X: a\tb'])],
    ['a NUL', plain('{}', ['X: a\0b'])],
    ['a bare line feed', plain('{}', ['X: a\nMcp-Name: b'])],
    ['a bare carriage return', plain('{}', ['X: a\rMcp-Name: b'])],
    ['a byte above ASCII', plain('{}', ['X: \xe9'])],
    ['a head that never ends', Buffer.from(`${LINE}\r\nX: ${'a'.repeat(16 * 1024)}`)],
    ['a long head', plain('{}', [`X: ${'a'.repeat(16 * 1024)}`])],
    ['a long body', plain('x'.repeat(MAX_PLAIN_BYTES))],
    ['a body that would be long', written(LINE, ['Content-Length: 99999'])],
    ['noise', Buffer.from([0, 1, 2])],
  ])('%s', (_, bytes) => {
    expect(read(bytes)).toBe('other');
  });
});

describe('a head that comes again', () => {
  it('is the same object, whatever the length of the body', () => {
    const reader = new PlainPostReader();
    const { head } = post(plain('{}'), reader);
    for (const body of ['{"a":1}', '', 'x'.repeat(12_345), '{}'])
      expect(post(plain(body), reader).head).toBe(head);
  });

  it('is incomplete as long as one of its bytes is missing', () => {
    const bytes = plain('{"a":1}');
    for (let length = 0; length < bytes.length; length++) {
      const reader = new PlainPostReader();
      post(plain('{"long":"enough"}'), reader);
      expect(reader.read(bytes.subarray(0, length))).toBe('incomplete');
    }
  });

  it('is another one with another token', () => {
    const reader = new PlainPostReader();
    const { head } = post(plain('{}'), reader);
    const other = post(plain('{}', [...HEADERS.slice(0, 2), 'Authorization: Bearer tg_y']), reader);
    expect(other.head).not.toBe(head);
    expect(other.head.rawHeaders.at(-1)).toBe('Bearer tg_y');
  });

  it('is read as if it came for the first time', () => {
    const edited = fc
      .tuple(
        fc.constantFrom('{}', '', '{"a":1}', 'x'.repeat(100)),
        fc.nat(),
        fc.nat({ max: 3 }),
        fc.constantFrom('', '0', '1', ' ', '\r\n', 'é'),
      )
      .map(([body, at, length, piece]) => {
        const text = plain(body).toString('latin1');
        const start = at % (text.length + 1);
        return Buffer.from(text.slice(0, start) + piece + text.slice(start + length), 'latin1');
      });
    fc.assert(
      fc.property(fc.array(edited, { minLength: 2, maxLength: 4 }), (all) => {
        const reader = new PlainPostReader();
        for (const bytes of all) expect(reader.read(bytes)).toEqual(read(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('beside the HTTP server of Node', () => {
  interface Heard {
    readonly method: string | undefined;
    readonly url: string | undefined;
    readonly headers: readonly string[];
    readonly body: string;
  }
  let server: Server;
  let heard: Heard[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      request.on('end', () => {
        const headers = request.rawHeaders.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text));
        heard.push({ method: request.method, url: request.url, headers, body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  function hear(bytes: Buffer): Promise<readonly Heard[]> {
    heard = [];
    return new Promise((resolve) => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', () => socket.end()).on('error', () => {});
      socket.on('close', () => resolve(heard));
    });
  }

  const line = fc.constantFrom(LINE, 'POST /mcp HTTP/1.1', 'POST /mcp/a-1 HTTP/1.1');
  const name = fc.constantFrom('Host', 'host', 'Accept', 'Mcp-Name', 'X', "x!#$%&'*+-.^_`|~9", 'Connection');
  const value = fc.oneof(
    fc.constantFrom('127.0.0.1', 'keep-alive', '', ' a ', 'a,b', 'a:b', '"', '~', '\x7f', '\t'),
    fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 12,
    }),
  );
  const header = fc
    .tuple(name, fc.constantFrom('', ' ', '  '), value)
    .map(([n, blanks, v]) => `${n}:${blanks}${v}`);
  const request = fc
    .tuple(
      line,
      fc.array(header, { maxLength: 5 }),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
      fc.nat(),
    )
    .map(([first, headers, body, at]) => {
      const length = `Content-Length: ${body.length}`;
      const all = headers.toSpliced(at % (headers.length + 1), 0, length);
      return written(first, ['Host: a', ...all], body).toString('latin1');
    });
  const tampered = fc
    .tuple(
      request,
      fc.option(fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom('', '\r', '\n', ' ', ':', '\0', '1'))),
    )
    .map(([text, edit]) => {
      if (!edit) return text;
      const [at, length, piece] = edit;
      const start = at % text.length;
      return text.slice(0, start) + piece + text.slice(start + length);
    });

  it('what is plain means the same to both', { timeout: 60_000 }, async () => {
    let plainOnes = 0;
    await fc.assert(
      fc.asyncProperty(tampered, async (text) => {
        const bytes = Buffer.from(text, 'latin1');
        const found = read(bytes);
        if (typeof found === 'string' || found.end !== bytes.length) return;
        // the HTTP server insists on a Host, as the front door does
        if (!found.head.rawHeaders.some((part, i) => i % 2 === 0 && part === 'host')) return;
        plainOnes++;
        const [one, ...more] = await hear(bytes);
        expect(more).toEqual([]);
        expect(one?.method).toBe('POST');
        expect(one?.url).toMatch(/^\/mcp(\/[a-z0-9-]+)?\/?$/);
        expect(one?.url?.split('/')[2] || undefined).toBe(found.head.serverId);
        expect(one?.body).toBe(text.slice(found.bodyStart));
        const headers = one?.headers ?? [];
        const lengthAt = headers.findIndex((part, i) => i % 2 === 0 && part === 'content-length');
        expect(found.head.rawHeaders).toEqual(headers.toSpliced(lengthAt, 2));
      }),
      { numRuns: 4_000 },
    );
    expect(plainOnes).toBeGreaterThan(300);
  });
});
