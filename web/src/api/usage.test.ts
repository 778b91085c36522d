import { expect, it } from 'vitest';
import type { Decision } from './logs.ts';
import { barsOf, byRule, type Usage, type UsageCounts } from './usage.ts';

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

it('counts decisions by rule, server and policy', () => {
  const denied = (server: string, rule: string, policy?: string): Decision => ({
    id: 'dec',
    at: '2026-11-28T12:00:00.000Z',
    outcome: 'deny',
    enforced: true,
    server,
    method: 'tools/call',
    rule,
    message: '',
    grant: { id: 'g', label: 'g' },
    ...(policy !== undefined && { policy }),
    argumentKeys: [],
    requestId: 'req',
    revision: '2026-07-28',
    transport: 'http',
  });
  expect(
    byRule([
      denied('a', '(hidden)', 'p'),
      denied('b', '(hidden)', 'p'),
      denied('b', '(hidden)', 'p'),
      denied('a', '(no policy)'),
    ]),
  ).toEqual([
    { server: 'b', rule: '(hidden)', policy: 'p', count: 2 },
    { server: 'a', rule: '(hidden)', policy: 'p', count: 1 },
    { server: 'a', rule: '(no policy)', policy: undefined, count: 1 },
  ]);
});
