import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OversizeLine } from '../conversation/index.ts';
import { LineReader } from './line-reader.ts';

function readAll(chunks: readonly Buffer[], maxBytes: number): { lines: string[]; oversize: OversizeLine[] } {
  const lines: string[] = [];
  const oversize: OversizeLine[] = [];
  const reader = new LineReader(maxBytes, {
    onLine: (line) => lines.push(line.toString()),
    onOversize: (line) => oversize.push(line),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { lines, oversize };
}

describe('LineReader', () => {
  it('cuts at LF and CR LF, skips empty lines, and takes the last line without an end', () => {
    expect(readAll([Buffer.from('a\r\n\n\r\nb b\rc\nd')], 100).lines).toEqual(['a', 'b b\rc', 'd']);
  });

  it('throws away a line that is too long, keeps its edges, and goes on', () => {
    const long = `{"id":1,${'x'.repeat(3000)},"end":2}`;
    const { lines, oversize } = readAll([Buffer.from(`before\n${long}\nafter\n`)], 1000);
    expect(lines).toEqual(['before', 'after']);
    expect(oversize).toEqual([{ head: long.slice(0, 512), tail: long.slice(-512), bytes: long.length }]);
  });

  it('reads the same however the bytes are cut', () => {
    const piece = fc.oneof(fc.constantFrom('\n', '\r\n', 'ą', '🦆', 'x'.repeat(400)), fc.string());
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(500)), (pieces, sizes) => {
        const whole = Buffer.from(pieces.join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(whole.subarray(at, at + size));
          at += size;
        }
        expect(readAll([...chunks, whole.subarray(at)], 600)).toEqual(readAll([whole], 600));
      }),
    );
  });
});
