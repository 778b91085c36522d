import { describe, expect, it } from 'vitest';
import { momentOf } from './moment.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');

describe('momentOf', () => {
  it.each([
    ['90s', 'ago', '2026-11-22T11:58:30.000Z'],
    ['15m', 'ago', '2026-11-22T11:45:00.000Z'],
    ['1h', 'ago', '2026-11-22T11:00:00.000Z'],
    ['30d', 'ahead', '2026-12-22T12:00:00.000Z'],
    ['2w', 'ahead', '2026-12-06T12:00:00.000Z'],
    ['2030-01-31', 'ahead', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T18:00:00Z', 'ahead', '2030-01-31T18:00:00.000Z'],
    ['2030-01-31T18:00+02:00', 'ago', '2030-01-31T16:00:00.000Z'],
  ] as const)('reads %s %s', (text, direction, expected) => {
    expect(new Date(momentOf(text, direction, NOW)).toISOString()).toBe(expected);
  });

  it.each([
    '',
    '1',
    'h',
    '1y',
    '-1h',
    '1.5h',
    '1h ',
    '9999999s',
    'yesterday',
    '2030',
    '2030-13-01',
    '01/31/2030',
  ])('refuses "%s"', (text) => {
    expect(() => momentOf(text, 'ago', NOW)).toThrow(expect.objectContaining({ code: 'usage.moment' }));
  });
});
