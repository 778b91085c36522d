import fc from 'fast-check';
import { expect, it } from 'vitest';
import { record } from '../records.suite.ts';
import { readEnding, readLine, readRecord, writeEnding, writeLine, writeRecord } from './line.ts';

const ENDING = { result: 'ok', upstreamStatus: undefined, latencyMs: 1, quotaReturned: false } as const;
const FINISHED = {
  result: 'ok',
  upstreamStatus: undefined,
  latencyMicros: 1_000,
  quotaReturned: false,
} as const;
/** Texts that look like parts of a line, or of a record. */
const text = fc.oneof(
  fc.constantFrom(',"server":"x"', '","argumentKeys":["', ',"argumentKeys":[]}', '"', '\\', '\t', '\n', '}'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

it('reads every record as it was written, whatever its texts look like', () => {
  fc.assert(
    fc.property(
      fc.record({
        requestId: text,
        grantId: text,
        grantLabel: text,
        server: text,
        tool: fc.option(text, { nil: undefined }),
        policy: fc.option(text, { nil: undefined }),
        rule: text,
        message: text,
        argumentKeys: fc.array(text, { maxLength: 3 }),
      }),
      (changes) => {
        const written = record('r1', changes);
        const line = readLine(writeLine('D', 'r1', [], writeRecord(written)).slice(0, -1));
        expect(line && readRecord(line, ENDING)).toStrictEqual({ ...written, ending: ENDING });
      },
    ),
  );
});

it('reads a record whose members stand in another order', () => {
  const { argumentKeys, ...rest } = record('r1');
  expect(readRecord({ body: JSON.stringify({ argumentKeys, ...rest }) }, undefined)).toEqual(record('r1'));
});

it('reads nothing of a body that is damaged at any place', () => {
  const body = writeRecord(record('r1', { message: 'No.' }));
  for (let cut = 0; cut < body.length; cut++)
    expect(readRecord({ body: body.slice(0, cut) }, undefined)).toBeUndefined();
  for (const damaged of [`${body}}`, body.replace('"at":1000', '"at":1000,'), body.replace('[', '{')])
    expect(readRecord({ body: damaged }, undefined)).toBeUndefined();
});

it.each([
  FINISHED,
  { result: 'upstream_status', upstreamStatus: 500, latencyMicros: 125, quotaReturned: true },
  {
    result: 'timeout',
    upstreamStatus: undefined,
    latencyMicros: Number.MAX_SAFE_INTEGER,
    quotaReturned: false,
  },
] as const)('reads an ending as it was written: %j', ({ latencyMicros, ...others }) => {
  const body = writeEnding({ latencyMicros, ...others });
  expect(readEnding({ body })).toStrictEqual({ ...others, latencyMs: latencyMicros / 1_000 });
});

it('writes every moment and every latency as the number that it is', () => {
  const moments = fc.oneof(
    fc.maxSafeInteger(),
    fc.nat(2_000),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.integer({ min: 1e12, max: 2e12 }),
  );
  const latencies = fc.oneof(fc.maxSafeNat(), fc.nat(2_000_000));
  fc.assert(
    fc.property(moments, latencies, (at, latencyMicros) => {
      const ending = readEnding({ body: writeEnding({ ...FINISHED, latencyMicros }) });
      expect(readRecord({ body: writeRecord(record('r1', { at })) }, ending)).toStrictEqual({
        ...record('r1', { at: at === 0 ? 0 : at }), // JSON has no -0
        ending: { ...ENDING, latencyMs: latencyMicros / 1_000 },
      });
    }),
  );
});

it('reads nothing of an ending that is damaged at any place', () => {
  const body = writeEnding({ ...FINISHED, upstreamStatus: 200 });
  for (let cut = 0; cut < body.length; cut++)
    expect(readEnding({ body: body.slice(0, cut) })).toBeUndefined();
  for (const latency of ['', '"1"', 'NaN', '1 2'])
    expect(readEnding({ body: body.replace(':1,', `:${latency},`) })).toBeUndefined();
});

it.each([
  '',
  'D',
  'D\tr1',
  'D\tr1\t[]',
  'X\tr1\t[]\t{}',
  'DD\tr1\t[]\t{}',
  'D\tr1\t[]\t{}\t',
  'D\tr1\t[1]\t{}',
])('takes %j for no line', (line) => {
  expect(readLine(line)).toBeUndefined();
});
