import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowEnd, windowStart } from './windows.ts';

const at = Date.parse('2026-11-22T15:44:31.250Z');

describe('windowStart', () => {
  it.each([
    ['a minute', 60, '2026-11-22T15:44:00.000Z'],
    ['an hour', 3600, '2026-11-22T15:00:00.000Z'],
    ['a day', 86_400, '2026-11-22T00:00:00.000Z'],
    ['one second', 1, '2026-11-22T15:44:31.000Z'],
    ['ten seconds', 10, '2026-11-22T15:44:30.000Z'],
    ['a quarter of an hour', 900, '2026-11-22T15:30:00.000Z'],
  ])('aligns %s to UTC', (_name, seconds, expected) => {
    expect(new Date(windowStart(at, seconds)).toISOString()).toBe(expected);
  });

  it('begins a window at its first millisecond and ends it before the first of the next', () => {
    const start = windowStart(at, 60);
    expect(windowStart(start, 60)).toBe(start);
    expect(windowStart(start + 59_999, 60)).toBe(start);
    expect(windowStart(start + 60_000, 60)).toBe(windowEnd(start, 60));
  });

  it('puts every moment into exactly one window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8.64e15 }),
        fc.integer({ min: 1, max: 31_536_000 }),
        (now, seconds) => {
          const start = windowStart(now, seconds);
          expect(start).toBeLessThanOrEqual(now);
          expect(windowEnd(start, seconds)).toBeGreaterThan(now);
          expect(start % (seconds * 1000)).toBe(0);
        },
      ),
    );
  });
});
