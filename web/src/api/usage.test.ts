import { expect, it } from 'vitest';
import { barsOf, limitBarsOf, type Usage, type UsageCounts } from './usage.ts';

const HOUR_MS = 3_600_000;
const NOTHING: UsageCounts = {
  calls: 0,
  allowed: 0,
  denied: 0,
  held: 0,
  refused: 0,
  observed: 0,
  failed: 0,
};

function usage(buckets: Usage['buckets']): Usage {
  const since = '2026-11-28T12:00:00.000Z';
  return {
    since,
    until: '2026-11-29T11:20:00.000Z',
    bucket: 'hour',
    complete: true,
    countedSince: since,
    total: NOTHING,
    buckets,
    servers: [],
    rules: [],
    tools: [],
  };
}

it('has a bar for every part of the span, also where nothing was', () => {
  const bars = barsOf(
    usage([{ ...NOTHING, start: '2026-11-28T14:00:00.000Z', allowed: 3, denied: 1 }]),
    HOUR_MS,
  );
  expect(bars).toHaveLength(24);
  expect(new Date(bars[0]?.startMs ?? 0).toISOString()).toBe('2026-11-28T12:00:00.000Z');
  expect(bars[2]).toMatchObject({ allowed: 3, denied: 1, held: 0 });
  expect(bars.filter(({ allowed }) => allowed > 0)).toHaveLength(1);
});

it('adds up the hours of a wider bar', () => {
  const bars = barsOf(
    usage([
      { ...NOTHING, start: '2026-11-28T13:00:00.000Z', held: 1 },
      { ...NOTHING, start: '2026-11-28T17:00:00.000Z', held: 2 },
      { ...NOTHING, start: '2026-11-28T18:00:00.000Z', held: 4 },
    ]),
    6 * HOUR_MS,
  );
  expect(bars.map(({ held }) => held)).toEqual([3, 4, 0, 0]);
});

it('leaves out what lies before the span', () => {
  const bars = barsOf(usage([{ ...NOTHING, start: '2026-11-28T02:00:00.000Z', allowed: 9 }]), HOUR_MS);
  expect(bars.every(({ allowed }) => allowed === 0)).toBe(true);
});

it('shows a limit in a wider bar as full as in its fullest hour, with all that was refused', () => {
  const { since, until } = usage([]);
  const bucket = (start: string, share: number, refused: number) => ({ start, used: 0, share, refused });
  const { timesMs, limits } = limitBarsOf(
    { since, until },
    [
      {
        buckets: [
          bucket('2026-11-28T11:00:00.000Z', 1, 9),
          bucket('2026-11-28T13:00:00.000Z', 0.5, 1),
          bucket('2026-11-28T17:00:00.000Z', 0.25, 2),
          bucket('2026-11-29T11:00:00.000Z', 1, 0),
        ],
      },
      { buckets: [] },
    ],
    6 * HOUR_MS,
  );
  expect(timesMs).toHaveLength(4);
  expect(limits).toEqual([
    { shares: [0.5, 0, 0, 1], refused: [3, 0, 0, 0] },
    { shares: [0, 0, 0, 0], refused: [0, 0, 0, 0] },
  ]);
});
