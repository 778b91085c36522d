import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseReader } from './response-reader.ts';

interface Heard {
  status: number | undefined;
  headers: Record<string, string>;
  body: string;
  end: 'reusable' | 'last' | undefined;
  fault: string | undefined;
}

/** What a reader hears of responses one after the other, each in these pieces. */
function hearInTurn(responses: readonly (readonly Buffer[])[], closes = false): Heard[] {
  let heard: Heard;
  const reader = new ResponseReader({
    onHead({ status, headers }) {
      heard.status = status;
      heard.headers = Object.fromEntries(headers);
    },
    onBody: (piece) => void (heard.body += piece.toString('latin1')),
    onComplete: (reusable) => void (heard.end = reusable ? 'reusable' : 'last'),
    onMalformed: (reason) => void (heard.fault = reason),
  });
  return responses.map((pieces) => {
    heard = { status: undefined, headers: {}, body: '', end: undefined, fault: undefined };
    reader.next();
    for (const piece of pieces) {
      const shared = Buffer.from(piece);
      reader.push(shared);
      shared.fill(0x21); // the connection reads into one buffer again and again
    }
    if (closes) reader.end();
    return heard;
  });
}

/** What is heard of one response. */
function hear(pieces: readonly Buffer[], closes = false): Heard {
  const [heard] = hearInTurn([pieces], closes);
  if (heard === undefined) throw new Error('nothing was read');
  return heard;
}

const hearText = (text: string, closes = false): Heard => hear([Buffer.from(text, 'latin1')], closes);
const PLAIN = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 2\r\n\r\n{}';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\nab\r\n\r\nA\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n';

describe('a response', () => {
  it('with a length is read, and the connection can be used again', () => {
    expect(hearText(PLAIN)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'content-length': '2' },
      body: '{}',
      end: 'reusable',
      fault: undefined,
    });
  });

  it('in chunks is read without sizes, extensions and trailers', () => {
    expect(hearText(CHUNKED)).toMatchObject({ body: 'ab\r\n0123456789', end: 'reusable', fault: undefined });
  });

  it.each([
    ['HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n', ''],
    ['HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', ''],
    [
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
      'x',
    ],
  ])('without a body, or after interim ones, is complete at once: %j', (text, body) => {
    expect(hearText(text)).toMatchObject({ body, end: 'reusable', fault: undefined });
  });

  it('without a length lasts until the server closes, and nothing follows it', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nall of it';
    expect(hearText(text)).toMatchObject({ body: 'all of it', end: undefined });
    expect(hearText(text, true)).toMatchObject({ body: 'all of it', end: 'last', fault: undefined });
  });

  it.each([
    ['says so', PLAIN.replace('\r\n\r\n', '\r\nConnection: keep-alive, Close\r\n\r\n')],
    ['speaks HTTP/1.0', PLAIN.replace('HTTP/1.1', 'HTTP/1.0')],
    ['sends more than it announced', `${PLAIN}HTTP/1.1 200 OK\r\n`],
    ['sends more than the last chunk', `${CHUNKED}\r\n`],
  ])('is the last of its connection when the server %s', (_, text) => {
    expect(hearText(text)).toMatchObject({ end: 'last', fault: undefined });
  });

  it('joins headers that are repeated', () => {
    const text = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:\t2 \r\nX-Empty:\r\ncontent-length: 0\r\n\r\n';
    expect(hearText(text).headers).toEqual({ 'x-a': '1, 2', 'x-empty': '', 'content-length': '0' });
  });

  it.each([
    ['no status line', 'hello\r\n\r\n'],
    ['another protocol', 'HTTP/2 200\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 2\n\r\n\r\n{}'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nx: 1\r\n 2\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\n{}'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\n{}'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\n{}'],
    ['a length in hexadecimal', 'HTTP/1.1 200 OK\r\ncontent-length: 0x2\r\n\r\n{}'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    [
      'two codings',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk size that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['a negative chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n'],
    ['a chunk size beyond 32 bits', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n100000000\r\n'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n'],
    [
      'a trailer that is no header',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nnonsense\r\n\r\n',
    ],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(70_000)}`],
    [
      'trailers without end',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'x: 1234567890\r\n'.repeat(6_000)}`,
    ],
    [
      'a chunk size without end',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'a'.repeat(5_000)}`,
    ],
  ])('with %s is refused, and nothing of it counts', (_, text) => {
    const heard = hearText(text);
    expect(heard.fault).toBeTypeOf('string');
    expect(heard.end).toBeUndefined();
  });

  it.each(
    [PLAIN, CHUNKED].flatMap((text) => [1, 30, text.length - 1].map((length) => text.slice(0, length))),
  )('that breaks off is refused: %j', (text) => {
    expect(hearText(text, true)).toMatchObject({ end: undefined, fault: expect.any(String) as string });
  });

  it('reads the same however its bytes are split', () => {
    const texts = fc.constantFrom(PLAIN, CHUNKED, `${PLAIN}rest`, CHUNKED.replace('0123456789', '012345678'));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(150), { maxLength: 8 }), (text, places) => {
        const bytes = Buffer.from(text, 'latin1');
        const cuts = [
          0,
          ...places.filter((place) => place < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ];
        const pieces = cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut));
        const split = hear(pieces, true);
        const whole = hear([bytes], true);
        // whether something follows can only be told of what has come by then
        expect({ ...split, end: split.end && 'over' }).toEqual({ ...whole, end: whole.end && 'over' });
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads the same whatever was read before it on the connection', () => {
    const line = fc.constantFrom('', 'x: 1\r\n', 'x: 2\r\n', 'X: 1\r\n', 'connection: close\r\n');
    const response = fc
      .record({
        status: fc.constantFrom('200 OK', '204 No Content', '500 Bad'),
        before: line,
        after: line,
        length: fc.nat(12),
        interim: fc.boolean(),
      })
      .map(({ status, before, after, length, interim }) => {
        const body = status.startsWith('204') ? '' : 'b'.repeat(length);
        const hint = interim ? 'HTTP/1.1 103 Early Hints\r\n\r\n' : '';
        return `${hint}HTTP/1.1 ${status}\r\n${before}content-length: ${body.length}\r\n${after}\r\n${body}`;
      });
    const split = fc.record({ text: response, at: fc.nat(120) }).map(({ text, at }) => {
      const bytes = Buffer.from(text);
      return [bytes.subarray(0, at), bytes.subarray(at)].filter((piece) => piece.length > 0);
    });
    fc.assert(
      fc.property(fc.array(split, { minLength: 2, maxLength: 6 }), (responses) => {
        expect(hearInTurn(responses)).toEqual(responses.map((pieces) => hear(pieces)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives one object for a head that comes again', () => {
    const heads: object[] = [];
    const nothing = (): void => {};
    const reader = new ResponseReader({
      onHead: (head) => void heads.push(head),
      onBody: nothing,
      onComplete: nothing,
      onMalformed: nothing,
    });
    for (const text of [PLAIN, PLAIN, PLAIN.replace('application/json', 'application/jsoN')]) {
      reader.next();
      reader.push(Buffer.from(text));
    }
    expect(heads[1]).toBe(heads[0]);
    expect(heads[2]).not.toBe(heads[0]);
  });

  it('that nobody asked for is not read', () => {
    expect(new ResponseReader({} as never).isAwaiting).toBe(false);
  });

  it('never throws, whatever comes', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'HTTP/1.1 200 OK\r\n',
          'content-length: 5\r\n',
          'transfer-encoding: chunked\r\n',
          '\r\n',
          '5\r\n',
          'hello',
          '0\r\n',
        ),
        fc.string({ maxLength: 10 }),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(pieces, (texts) => {
        const heard = hear(
          texts.map((text) => Buffer.from(text)),
          true,
        );
        expect(heard.fault !== undefined || heard.end !== undefined).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
