/**
 * Start of the window that a moment falls into. Windows are aligned to the Unix epoch in UTC, so that a
 * minute, an hour and a day begin where a clock in UTC says they do, and every process agrees without asking.
 * Milliseconds in and out; `windowSeconds` is a whole number from 1 on.
 */
export function windowStart(nowMs: number, windowSeconds: number): number {
  const lengthMs = windowSeconds * 1000;
  return Math.floor(nowMs / lengthMs) * lengthMs;
}

/** First moment after the window that starts at `startMs`, in milliseconds. */
export function windowEnd(startMs: number, windowSeconds: number): number {
  return startMs + windowSeconds * 1000;
}
