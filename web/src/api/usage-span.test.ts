import { afterEach, expect, it, vi } from 'vitest';
import { SPANS, spanIn, usageAddress } from './usage-span.ts';

afterEach(() => vi.useRealTimers());

it.each([
  ['24h', '2026-11-28T18:00:00.000Z', 'hour'],
  ['7d', '2026-11-22T18:00:00.000Z', 'hour'],
  ['30d', '2026-10-31T00:00:00.000Z', 'day'],
])('asks of %s from the beginning of a bar', (value, since, bucket) => {
  vi.useFakeTimers({ now: Date.parse('2026-11-29T17:20:00.000Z') });
  const address = usageAddress(spanIn(new URLSearchParams({ span: value })));
  expect(address).toBe(`/usage?${new URLSearchParams({ since, bucket }).toString()}`);
});

it.each(['', 'span=', 'span=1y', 'span=__proto__'])('takes the first span for %j', (search) => {
  expect(spanIn(new URLSearchParams(search))).toBe(SPANS[0]);
});
