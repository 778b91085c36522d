import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesBackwards } from './read-segment.ts';
import type { Segment } from './segments.ts';

/** A segment of these bytes, read as from a file. */
function segmentOf(text: string): Segment {
  const bytes = Buffer.from(text);
  return {
    size: () => bytes.length,
    read: (position: number, into: Uint8Array) => bytes.copy(into, 0, position),
  } as unknown as Segment;
}

const line = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'żółć', '💬'),
  // longer than one piece, and of letters that a boundary can cut
  fc.nat({ max: 150_000 }).map((length) => 'ł'.repeat(length / 2)),
  fc.nat({ max: 70_000 }).map((length) => 'a'.repeat(length)),
);

describe('lines read backwards', () => {
  it('are those of the text, last first, wherever the pieces end and whatever the letters', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.boolean(), (parts, isEnded) => {
        const text = parts.join('\n') + (isEnded ? '\n' : '');
        const read = [...linesBackwards(segmentOf(text))].flat().filter((one) => one !== '');
        const wanted = Buffer.from(text).toString().split('\n').toReversed();
        expect(read).toEqual(wanted.filter((one) => one !== ''));
      }),
      { numRuns: 150 },
    );
  });
});
