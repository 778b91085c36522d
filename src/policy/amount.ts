const DECIMALS = 6;
const PLAIN_DECIMAL = /^(\d+)(?:\.(\d{1,6}))?$/;

/**
 * A finite, non-negative number with at most six decimals, as whole millionths; undefined for everything else,
 * also when the millionths do not fit a safe integer.
 *
 * The shortest decimal text decides, because `0.1 * 1e6` and its like are not exact.
 */
export function toMicros(amount: number): number | undefined {
  const parts = PLAIN_DECIMAL.exec(String(amount));
  if (parts === null) return undefined;
  const micros = Number(`${parts[1] ?? ''}${(parts[2] ?? '').padEnd(DECIMALS, '0')}`);
  return Number.isSafeInteger(micros) ? micros : undefined;
}
