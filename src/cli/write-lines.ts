import { once } from 'node:events';

/**
 * Writes lines to standard output as fast as the reader takes them, and stops without a word when the reader has gone
 * (`| head`). Lines are made one at a time, as they are wanted.
 */
export async function writeLines(lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let isGone = false;
  const leave = (): void => {
    isGone = true;
  };
  // stays on: a broken pipe is reported after the write, possibly after the last one
  process.stdout.on('error', leave);
  for await (const line of lines) {
    if (isGone) return;
    if (process.stdout.write(`${line}\n`)) continue;
    await once(process.stdout, 'drain').catch(leave);
  }
}
