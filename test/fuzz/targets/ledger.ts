import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import { Ledger } from '../../../src/store/ledger/ledger.ts';
import { readEffect, readLine, writeLine, type LineKind } from '../../../src/store/ledger/line.ts';
import { readRecords } from '../../../src/store/ledger/read-records.ts';
import { segmentsInMemory } from '../../../src/store/ledger/segments.ts';
import { asBytes, bytesOf, noise } from '../generators.ts';
import { defineTarget } from '../target.ts';

const counter = fc.constantFrom('a', 'b', '["grant","x"]', 'é\t\n"');
const entry = fc.record(
  { counter, amountMicros: fc.nat(5), maxMicros: fc.nat(9) },
  { noNullPrototype: true },
);
const kind = fc.constantFrom<LineKind>('A', 'R', 'C', 'G', 'D', 'F', 'V', 'W', 'S');
const line = fc.record(
  {
    kind,
    id: fc.constantFrom('r1', 'r2'),
    entries: fc.array(entry, { maxLength: 2 }),
    body: fc.constantFrom('', '{}', '{"id":"r1"}'),
  },
  { noNullPrototype: true },
);
const torn = fc.oneof(
  asBytes(fc.constantFrom('R\tx\t[["a",1', 'X\t\t[]\t\n', '\n\n', 'A\tr1\t[[1,2,3,4,5]]\t{}\n', 'S\t\t[]\n')),
  noise,
);

const WINDOW = 60_000;
const open = (segments: ReturnType<typeof segmentsInMemory>): Ledger =>
  new Ledger({ segments, access: 'append', now: () => 0, segmentBytes: 400 });

export const ledger = defineTarget({
  name: 'ledger',
  promise:
    'whatever stands in the log, every reader comes to the same counts, and lines are read as they were written',
  input: fc.record({ before: torn, lines: fc.array(line, { maxLength: 8 }), after: torn }),
  isAsync: true,
  async check({ before, lines, after }) {
    const segments = segmentsInMemory();
    segments.create(1, new Uint8Array(0));
    const early = open(segments);
    early.used('a', WINDOW);
    const written = lines.map(({ kind, id, entries, body }) => {
      const charges = entries.map((one) => ({ ...one, windowStart: WINDOW, expiresAt: 2 * WINDOW }));
      const text = writeLine(kind, id, charges, body);
      const bytes = Buffer.from(text);
      deepStrictEqual(readLine(text.slice(0, -1)), { kind, id, charges, body });
      const effect = readEffect(bytes, 0, bytes.length - 1);
      const counts = kind !== 'D' && kind !== 'V' && (charges.length > 0 || kind === 'S');
      deepStrictEqual(effect, counts ? { kind, charges } : undefined);
      return text;
    });
    const segment = segments.open(1, 'append');
    segment.append(bytesOf(before));
    segment.append(Buffer.from(`\n${written.join('')}`));
    segment.append(bytesOf(after));
    segment.append(Buffer.from('\n'));
    const late = open(segments);
    for (const name of ['a', 'b', '["grant","x"]', 'é\t\n"'])
      deepStrictEqual(late.used(name, WINDOW), early.used(name, WINDOW));
    await readRecords(segments, {});
    await readRecords(segments, { order: 'oldest', since: 0 });
  },
});
