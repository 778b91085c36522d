import { describe, expect, it } from 'vitest';
import { linesOf } from './lines.ts';

async function* pieces(...chunks: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
const LIMITS = { lineBytes: 10, totalBytes: 30 };
async function read(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text, line } of linesOf(pieces(...chunks), LIMITS)) lines.push(`${line}:${text}`);
  return lines;
}

describe('the lines of a stream', () => {
  it.each([
    ['whole lines', ['a\nb\n'], ['1:a', '2:b']],
    ['a last line without an end', ['a\nb'], ['1:a', '2:b']],
    ['blank lines, which count', ['a\n\n \nb\n'], ['1:a', '4:b']],
    ['lines in pieces', ['a', 'b\nc', '\n'], ['1:ab', '2:c']],
    ['nothing', [], []],
  ])('are numbered: %s', async (_, chunks, lines) => {
    expect(await read(...chunks)).toEqual(lines);
  });

  it('keep a letter that two pieces share', async () => {
    const bytes = new TextEncoder().encode('ż\n');
    expect(await read(bytes.slice(0, 1), bytes.slice(1))).toEqual(['1:ż']);
  });

  it.each([
    ['a line', ['x'.repeat(11)]],
    ['a finished line', [`${'x'.repeat(11)}\n`]],
    ['all of it', ['x\n'.repeat(16)]],
  ])('are refused when they are too long: %s', async (_, chunks) => {
    await expect(read(...chunks)).rejects.toThrow('too large');
  });
});
