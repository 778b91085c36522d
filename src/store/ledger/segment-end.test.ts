import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeEnd, writeLine } from './line.ts';
import { endOf } from './segment-end.ts';
import { segmentsInMemory, type Segment } from './segments.ts';

function segmentOf(text: string): Segment {
  const segments = segmentsInMemory();
  segments.create(1, Buffer.from(text));
  return segments.open(1, 'read');
}

const write = (letters: number): string => `\n${writeLine('D', 'r1', [], 'ł'.repeat(letters))}`;

describe('the end of a segment', () => {
  it('is the first line that ends it, whatever was written behind that, and however long it is', () => {
    const writes = fc.array(fc.oneof(fc.nat(100), fc.constantFrom(16_300, 32_760, 70_000)), { maxLength: 4 });
    fc.assert(
      fc.property(
        writes,
        fc.array(writes, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (before, behind, back) => {
          const counts = before.map(write).join('');
          const end = Buffer.byteLength(counts);
          let text = counts;
          for (const group of behind) {
            // who ends it has read some of what was before the first such line, and no more
            text += `\n${writeEnd(end - (back % (end + 1)))}${group.map(write).join('')}`;
          }
          expect(endOf(segmentOf(text))).toBe(end);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the last of those lines where they do not say what had been read', () => {
    const text = `${write(3)}\n${writeLine('S', '', [], '')}`;
    expect(endOf(segmentOf(text + write(5)))).toBe(Buffer.byteLength(write(3)));
  });

  it('is where it stops when no line ends it', () => {
    expect(endOf(segmentOf(write(70_000)))).toBe(Buffer.byteLength(write(70_000)));
    expect(endOf(segmentOf(''))).toBe(0);
  });
});
