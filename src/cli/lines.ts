import { StringDecoder } from 'node:string_decoder';
import { ToolgateError } from '#platform';

export interface LineLimits {
  readonly lineBytes: number;
  readonly totalBytes: number;
}

/** The lines of a stream of bytes with their numbers, blank ones left out. Throws `usage.too_large` beyond the limits. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array | string>,
  limits: LineLimits,
): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let line = 0;
  let total = 0;
  for await (const chunk of input) {
    total += chunk.length;
    if (total > limits.totalBytes) throw tooLarge(`more than ${limits.totalBytes} bytes`);
    rest += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    let from = 0;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', from)) {
      line++;
      const text = rest.slice(from, end);
      from = end + 1;
      if (text.length > limits.lineBytes)
        throw tooLarge(`line ${line} has more than ${limits.lineBytes} bytes`);
      if (text.trim() !== '') yield { text, line };
    }
    rest = rest.slice(from);
    if (rest.length > limits.lineBytes)
      throw tooLarge(`line ${line + 1} has more than ${limits.lineBytes} bytes`);
  }
  rest += decoder.end();
  if (rest.trim() !== '') yield { text: rest, line: line + 1 };
}

function tooLarge(what: string): ToolgateError {
  return new ToolgateError('usage.too_large', `The input is too large: ${what}.`, {
    hint: 'Give it in several pieces.',
  });
}
