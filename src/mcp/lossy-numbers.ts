/** Where a document holds numbers that a double cannot carry. */
export interface LossyNumbers {
  /** JSON Pointers of at most the first 16, in document order. */
  readonly pointers: readonly string[];
  /** The message's own `id` is one of them. Exact, whatever the length of `pointers`. */
  readonly inId: boolean;
  /** At least one sits inside `params.arguments` (or is it). Exact. */
  readonly inArguments: boolean;
  /** At least one sits anywhere else. Exact. */
  readonly elsewhere: boolean;
}

const MAX_POINTERS = 16;
const ZERO = 48;
const NINE = 57;

interface Decimal {
  /** Significant digits, without leading and trailing zeros; empty for zero. */
  readonly digits: string;
  /** Power of ten of the last digit. */
  readonly exponent: number;
}

function toDecimal(token: string): Decimal {
  const mantissaEnd = token.search(/[eE]/);
  const mantissa = mantissaEnd < 0 ? token : token.slice(0, mantissaEnd);
  const point = mantissa.indexOf('.');
  const fraction = point < 0 ? 0 : mantissa.length - point - 1;
  const digits = mantissa.replace('-', '').replace('.', '');
  // Loops, because a regular expression for trailing zeros is quadratic on hostile input.
  let start = 0;
  while (digits.charCodeAt(start) === ZERO) start++;
  let end = digits.length;
  while (end > start && digits.charCodeAt(end - 1) === ZERO) end--;
  const power = mantissaEnd < 0 ? 0 : Number(token.slice(mantissaEnd + 1));
  return { digits: digits.slice(start, end), exponent: power - fraction + (digits.length - end) };
}

/**
 * Whether a JSON number keeps its decimal value when it is read as a double and written again. False for
 * `9007199254740993` (would become …992), `1e400` (infinite), `1e-400` (zero) and `-0` (loses its sign).
 * The token must have the shape of a JSON number.
 */
export function survivesDouble(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  const written = toDecimal(token);
  if (value === 0) return written.digits === '' && !token.startsWith('-');
  const carried = toDecimal(String(value));
  return written.digits === carried.digits && written.exponent === carried.exponent;
}

interface Frame {
  readonly isArray: boolean;
  index: number;
  key: string;
}

function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

function pointerOf(frames: readonly Frame[]): string {
  return frames.map((frame) => `/${frame.isArray ? frame.index : escapePointer(frame.key)}`).join('');
}

/** End of the string that opens at `start`: the index after its closing quote. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function endOfNumber(text: string, start: number): number {
  let i = start + 1;
  while (/[0-9.eE+-]/.test(text.charAt(i))) i++;
  return i;
}

/**
 * Finds every number that does not survive a double. A second, slower pass over a text that `JSON.parse` has
 * accepted; runs only when the first pass met such a number.
 */
export function locateLossyNumbers(text: string): LossyNumbers {
  const found: string[] = [];
  let inId = false;
  let inArguments = false;
  let elsewhere = false;
  const frames: Frame[] = [];
  let lastString = '';

  const note = (): void => {
    const [first, second] = frames;
    const isOfArguments = first?.key === 'params' && second?.key === 'arguments';
    if (isOfArguments) inArguments = true;
    else elsewhere = true;
    if (frames.length === 1 && first?.key === 'id') inId = true;
    if (found.length < MAX_POINTERS) found.push(pointerOf(frames));
  };

  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    const top = frames.at(-1);
    let next = i + 1;
    if (code === 0x22) {
      next = endOfString(text, i);
      lastString = text.slice(i, next);
    } else if (code === 0x7b || code === 0x5b) {
      frames.push({ isArray: code === 0x5b, index: 0, key: '' });
    } else if (code === 0x7d || code === 0x5d) {
      frames.pop();
    } else if (code === 0x3a && top !== undefined) {
      top.key = JSON.parse(lastString) as string;
    } else if (code === 0x2c && top !== undefined) {
      top.index++;
    } else if (code === 0x2d || (code >= ZERO && code <= NINE)) {
      next = endOfNumber(text, i);
      if (!survivesDouble(text.slice(i, next))) note();
    }
    i = next;
  }
  return { pointers: found, inId, inArguments, elsewhere };
}
