import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import { SseReader, writeSseEvent, type SseEvent, type SseRead } from '#mcp';
import { asBytes, bytesOf, cut, noise, places } from '../generators.ts';
import { defineTarget } from '../target.ts';

const piece = fc.constantFrom(
  'data:',
  'data: {"a":1}',
  'data',
  'id: 1',
  'id:',
  'event: message',
  'event: endpoint',
  'retry: 10',
  'retry: x',
  ': comment',
  ':',
  '\n',
  '\n\n',
  '\r',
  '\r\n',
  '\r\n\r\n',
  '\uFEFF',
  '\0',
  'é',
  '😀',
  ' ',
);
const stream = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
const oneLine = fc
  .string({ unit: 'binary', maxLength: 8 })
  .map((text) => text.replaceAll(/[\r\n\0]|\p{Surrogate}/gu, ''));
const event: fc.Arbitrary<SseEvent> = fc
  .record(
    {
      id: oneLine,
      event: oneLine,
      retry: fc.nat(),
      data: fc
        .string({ unit: 'binary', maxLength: 12 })
        .map((text) => text.replaceAll(/\r|\p{Surrogate}/gu, '')),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map(({ data, ...fields }) => ({ ...fields, data: data ?? '', hasData: data !== undefined }))
  .filter(
    ({ hasData, id, event, retry }) =>
      hasData || id !== undefined || event !== undefined || retry !== undefined,
  );

interface Reading {
  readonly events: readonly SseEvent[];
  readonly fault: string | undefined;
}

function readIn(chunks: readonly Uint8Array[], maxEventBytes: number): Reading {
  const reader = new SseReader({ maxEventBytes });
  const events: SseEvent[] = [];
  let last: SseRead | undefined;
  for (const chunk of chunks) {
    last = reader.push(chunk);
    events.push(...last.events);
    chunk.fill(0x78); // what is kept must be a copy
  }
  return { events, fault: last?.ok === false ? last.reason : undefined };
}

export const sse = defineTarget({
  name: 'sse',
  promise:
    'an event stream gives the same events wherever its chunks end, and written events read back equal',
  input: fc.record({
    bytes: fc.oneof(asBytes(stream), noise),
    places,
    maxEventBytes: fc.constantFrom(8, 40, 4_096),
    written: fc.array(event, { maxLength: 3 }),
  }),
  check({ bytes, places, maxEventBytes, written }) {
    const whole = readIn([bytesOf(bytes)], maxEventBytes);
    const inParts = readIn(cut(bytesOf(bytes), places), maxEventBytes);
    deepStrictEqual(inParts, whole);
    const single = readIn(
      [...bytesOf(bytes)].map((byte) => Uint8Array.of(byte)),
      maxEventBytes,
    );
    deepStrictEqual(single, whole);
    const text = Buffer.from(written.map(writeSseEvent).join(''));
    deepStrictEqual(readIn(cut(text, places), 4_096), { events: written, fault: undefined });
  },
});
