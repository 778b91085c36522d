import { expect, it } from 'vitest';
import { Backoff, DEFAULT_BACKOFF } from './backoff.ts';

it('doubles from a quarter of a second to half a minute, and starts again after a healthy minute', () => {
  const backoff = new Backoff(DEFAULT_BACKOFF);
  const waits = Array.from({ length: 9 }, () => backoff.next(59_999));
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(backoff.next(60_000)).toBe(250);
  expect(backoff.next(0)).toBe(500);
});
