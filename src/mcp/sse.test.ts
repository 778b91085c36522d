import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SSE_KEEP_ALIVE, SseReader, writeSseEvent, type SseEvent } from './sse.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const data = (text: string): SseEvent => ({ data: text, hasData: true });

function readAll(chunks: readonly Uint8Array[], maxEventBytes?: number) {
  const reader = new SseReader(maxEventBytes === undefined ? {} : { maxEventBytes });
  const events: SseEvent[] = [];
  let sawComment = false;
  let fault: string | undefined;
  for (const chunk of chunks) {
    const read = reader.push(chunk);
    events.push(...read.events);
    sawComment ||= read.sawComment;
    if (!read.ok) fault = read.reason;
  }
  return { events, sawComment, fault };
}

const eventsOf = (text: string): readonly SseEvent[] => readAll([encode(text)]).events;

/** Cuts bytes at the given places, in any order and beyond the end too. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
}

describe('SseReader', () => {
  it.each<[string, string, readonly SseEvent[]]>([
    ['LF', 'data: a\n\n', [data('a')]],
    ['CR', 'data: a\r\r', [data('a')]],
    ['CRLF', 'data: a\r\n\r\n', [data('a')]],
    ['mixed line ends', 'data: a\r\ndata: b\rdata: c\n\r\n', [data('a\nb\nc')]],
    ['several events', 'data: a\n\ndata: b\n\n', [data('a'), data('b')]],
    [
      'all fields',
      'id: 7\nevent: message\nretry: 1500\ndata: x\n\n',
      [{ id: '7', event: 'message', retry: 1500, ...data('x') }],
    ],
    ['no space after the colon', 'data:a\n\n', [data('a')]],
    ['one space removed, not two', 'data:  a \n\n', [data(' a ')]],
    ['colons in the value', 'data: a: b\n\n', [data('a: b')]],
    ['empty data lines', 'data:\ndata\ndata: \n\n', [data('\n\n')]],
    ['comments', ': hi\ndata: a\n:\n\n', [data('a')]],
    ['a lone comment', ':\n\n', []],
    ['unknown fields', 'datas: x\nfoo\nDATA: y\n\n', []],
    ['unknown fields beside data', 'foo: x\ndata: a\n\n', [data('a')]],
    ['a priming event with empty data', 'id: 1\ndata:\n\n', [{ id: '1', ...data('') }]],
    ['an id without data', 'id: 1\n\n', [{ id: '1', data: '', hasData: false }]],
    ['retry without data', 'retry: 10\n\n', [{ retry: 10, data: '', hasData: false }]],
    ['an empty id', 'id\ndata: a\n\n', [{ id: '', ...data('a') }]],
    ['an id with NUL', 'id: a\0b\ndata: a\n\n', [data('a')]],
    ['the last of two ids', 'id: 1\nid: 2\ndata: a\n\n', [{ id: '2', ...data('a') }]],
    ['an id of one event only', 'id: 1\ndata: a\n\ndata: b\n\n', [{ id: '1', ...data('a') }, data('b')]],
    ['a retry that is no number', 'retry: 1s\nretry: -1\nretry:\ndata: a\n\n', [data('a')]],
    ['a byte order mark', '\ufeffdata: a\n\n', [data('a')]],
    ['a byte order mark before a blank line', '\ufeff\ndata: a\n\n', [data('a')]],
    ['a second byte order mark as part of a name', '\ufeff\ufeffdata: a\n\ndata: b\n\n', [data('b')]],
    ['a byte order mark later', '\n\ufeffdata: a\n\ndata: b\n\n', [data('b')]],
    ['a byte order mark inside data', 'data: \ufeffa\n\n', [data('\ufeffa')]],
    ['blank lines only', '\n\r\n\r\r\n', []],
    ['an event that the end cuts off', 'data: a\n\ndata: b\n', [data('a')]],
    ['letters beyond ASCII', 'data: zażółć 😀\n\n', [data('zażółć 😀')]],
  ])('reads %s', (_, text, events) => {
    expect(eventsOf(text)).toEqual(events);
  });

  it('reports comments as a sign of life', () => {
    const reader = new SseReader();
    expect(reader.push(encode(SSE_KEEP_ALIVE))).toEqual({ ok: true, events: [], sawComment: true });
    expect(reader.push(encode('data: a\n\n'))).toEqual({ ok: true, events: [data('a')], sawComment: false });
  });

  it('delivers an event as soon as its blank line ends in CR, and drops the LF that follows', () => {
    const reader = new SseReader();
    expect(reader.push(encode('data: a\r\n\r')).events).toEqual([data('a')]);
    expect(reader.push(encode('\ndata: b\n\n')).events).toEqual([data('b')]);
  });

  it('does not hold on to the chunk of the caller', () => {
    const reader = new SseReader();
    const chunk = encode('data: secret');
    reader.push(chunk);
    chunk.fill(0x78);
    expect(reader.push(encode('\n\n')).events).toEqual([data('secret')]);
  });

  it.each([
    ['one long line', ['data: 0123456789\n\n']],
    ['a line that never ends', ['data: 0123', '456789']],
    ['many short lines', ['data:1\ndata:2\ndata:3\n\n']],
    ['a comment that never ends', [': 0123', '45678901']],
  ])('stops at an event that is too large: %s', (_, texts) => {
    const chunks = texts.map(encode);
    expect(readAll(chunks, 12)).toMatchObject({ events: [], fault: 'event_too_large' });
  });

  it('counts the bytes of each event alone, and not those of finished comments', () => {
    const text = 'data:1234567\n\n: keep\n: keep\n: keep\ndata:1234567\n\n';
    expect(readAll([encode(text)], 12)).toEqual({
      events: [data('1234567'), data('1234567')],
      sawComment: true,
      fault: undefined,
    });
  });

  it('hands over what came before a fault, then only repeats the fault', () => {
    const reader = new SseReader();
    const bad = Uint8Array.from([...encode('data: a\n\ndata: '), 0xff, 10, 10]);
    expect(reader.push(bad)).toEqual({
      ok: false,
      reason: 'not_utf8',
      events: [data('a')],
      sawComment: false,
    });
    expect(reader.push(encode('data: b\n\n'))).toEqual({
      ok: false,
      reason: 'not_utf8',
      events: [],
      sawComment: false,
    });
  });

  it('reports a comment before a fault in the same chunk', () => {
    const read = new SseReader().push(Uint8Array.of(0x3a, 10, 0x80, 10));
    expect(read).toEqual({ ok: false, reason: 'not_utf8', events: [], sawComment: true });
  });

  it.each([
    [12, ['data: a', '\n\n'], undefined],
    [9, ['data: a', '\n\n'], 'event_too_large'],
  ])(
    'counts a byte order mark, cut or whole, against a limit of %i',
    (limit, [head = '', tail = ''], fault) => {
      expect(readAll([encode(`\ufeff${head}${tail}`)], limit).fault).toBe(fault);
      expect(readAll([encode(`\ufeff${head}`), encode(tail)], limit).fault).toBe(fault);
    },
  );

  it('gives the same events however the bytes are cut', () => {
    const piece = fc.constantFrom(
      'data: a',
      'data',
      'data:ż😀',
      'id: 1',
      'id',
      'event: message',
      'retry: 5',
      ': c',
      'foo: x',
      '\ufeff',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\r\r',
      '\r\n\r\n',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (pieces, places) => {
          const bytes = encode(pieces.join(''));
          const whole = readAll([bytes], 64);
          expect(readAll(cut(bytes, places), 64)).toEqual(whole);
          expect(
            readAll(
              [...bytes].map((byte) => Uint8Array.of(byte)),
              64,
            ),
          ).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the same events and the same fault for any bytes, however cut', () => {
    const byte = fc.oneof(fc.constantFrom(...encode('dat:i\n\r ')), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 80 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (values, places) => {
          const bytes = Uint8Array.from(values);
          expect(readAll(cut(bytes, places))).toEqual(readAll([bytes]));
          expect(readAll(cut(bytes, places), 8)).toEqual(readAll([bytes], 8));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a reader that is fed from one buffer', () => {
  it('keeps what it needs of it: the bytes may be overwritten as soon as it has them', () => {
    const texts = Array.from({ length: 20 }, (_, i) => `event ${i} ${'abc'.repeat(i)}`);
    const stream = Buffer.from(texts.map((text) => `data: ${text}\n\n`).join(''));
    const shared = Buffer.alloc(7);
    const reader = new SseReader();
    const events: SseEvent[] = [];
    for (let at = 0; at < stream.length; at += shared.length) {
      const length = stream.copy(shared, 0, at);
      events.push(...reader.push(shared.subarray(0, length)).events);
      shared.fill('\n');
    }
    expect(events).toEqual(texts.map(data));
  });
});

describe('writeSseEvent', () => {
  it('writes fields in a fixed order and data line by line', () => {
    const event = { id: '1', event: 'message', retry: 10, data: 'a\nb', hasData: true };
    expect(writeSseEvent(event)).toBe('id: 1\nevent: message\nretry: 10\ndata: a\ndata: b\n\n');
  });

  it('lets no value open a field of its own', () => {
    const event = { id: '1\ndata: x', event: 'a\r\nid: 9\r', data: 'y\rid: 8\r\nid: 7', hasData: true };
    expect(eventsOf(writeSseEvent(event))).toEqual([
      { id: '1data: x', event: 'aid: 9', data: 'y\nid: 8\nid: 7', hasData: true },
    ]);
  });

  it('is read back as the same event', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n\0]/g, ''));
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\r', ''));
    const event = fc
      .record({ id: line, event: line, retry: fc.nat(), data: text }, { requiredKeys: [] })
      .filter((fields) => Object.keys(fields).length > 0)
      .map((fields): SseEvent => ({
        ...fields,
        data: fields.data ?? '',
        hasData: fields.data !== undefined,
      }));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), (events) => {
        expect(eventsOf(events.map(writeSseEvent).join(''))).toEqual(events);
      }),
      { numRuns: 500 },
    );
  });
});
