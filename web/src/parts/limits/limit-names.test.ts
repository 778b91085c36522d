import { expect, it } from 'vitest';
import type { LimitUse } from '../../api/usage.ts';
import { limitNames, wordsFor } from './limit-names.ts';

function limit(changes: Partial<LimitUse> = {}): LimitUse {
  return {
    server: 'crm',
    policy: 'main',
    scope: 'grant',
    counter: 'rate',
    windowSeconds: 60,
    max: 30,
    counts: 'calls',
    used: 3,
    share: 0.1,
    refused: 0,
    rules: [],
    buckets: [],
    ...changes,
  };
}

it.each([
  [{}, 'At most 30 calls a minute per grant'],
  [{ max: 1, scope: 'session', windowSeconds: 3600 }, 'At most 1 call an hour per session'],
  [
    { scope: 'server', windowSeconds: 90 },
    'At most 30 calls in 90 seconds for all grants of the server together',
  ],
  [{ counts: 'amounts', max: 500, windowSeconds: 86_400 }, 'At most 500 a day per grant'],
] as const)('says %j in the words of the engine', (changes, words) => {
  expect(wordsFor(limit(changes))).toBe(words);
});

it('shows the name of a counter as what it is', () => {
  expect(limitNames([limit({ counter: 'a\u202eb' })], () => 'CRM')).toEqual([String.raw`a\u{202e}b`]);
});

it('tells limits of one name apart by as little as it takes', () => {
  const nameOf = (server: string): string => server.toUpperCase();
  expect(
    limitNames(
      [
        limit({ counter: 'budget' }),
        limit({ server: 'shop' }),
        limit(),
        limit({ max: 10, policy: 'tight' }),
        limit({ max: 10, policy: 'odd' }),
      ],
      nameOf,
    ),
  ).toEqual([
    'budget',
    'rate, SHOP',
    'rate, CRM, at most 30 calls a minute per grant',
    'rate, CRM, at most 10 calls a minute per grant, policy tight',
    'rate, CRM, at most 10 calls a minute per grant, policy odd',
  ]);
});
