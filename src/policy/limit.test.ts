import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';

function policyOf(document: object) {
  const read = validatePolicy({ version: '1', default: 'deny', ...document });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return compilePolicy(read.document, { name: 'test', version: '7' });
}

/** Decides a call of the tool `x`, which takes any arguments. */
function decideX(document: object, args: unknown = {}) {
  return decide(policyOf(document), { tool: 'x', arguments: args }, knowTool({ name: 'x' }));
}

const perMinute = (counter: string, max = 5) => ({ counter, window: 'minute', max });

describe('limits', () => {
  it('asks for one call, with the defaults of a limit', () => {
    expect(decideX({ tools: { x: { limits: [perMinute('a/b', 30)] } } })).toMatchObject({
      outcome: 'allow',
      limits: [
        {
          rule: '/tools/x/limits/a~1b',
          counter: 'a/b',
          scope: 'grant',
          windowSeconds: 60,
          maxMicros: 30_000_000,
          amountMicros: 1_000_000,
          message: 'Limit reached: 30 calls a minute (counter "a/b").',
          onUnavailable: 'deny',
        },
      ],
    });
  });

  it('takes the short form for one limit of the session', () => {
    expect(decideX({ tools: { x: { rate_limit: { max: 10, window: 60 } } } })).toMatchObject({
      limits: [
        {
          rule: '/tools/x/limits/rate_limit',
          counter: 'rate_limit',
          scope: 'session',
          windowSeconds: 60,
          maxMicros: 10_000_000,
        },
      ],
    });
  });

  it('carries what the limit says', () => {
    const limit = {
      counter: 'c',
      window: 'day',
      max: 0.5,
      scope: 'organisation',
      on_deny: 'Enough.',
      on_unavailable: 'allow',
    };
    expect(decideX({ all_tools: { limits: [limit] }, tools: { x: {} } })).toMatchObject({
      limits: [
        {
          rule: '/all_tools/limits/c',
          scope: 'organisation',
          windowSeconds: 86_400,
          maxMicros: 500_000,
          message: 'Enough.',
          onUnavailable: 'allow',
        },
      ],
    });
  });

  const spend = {
    tools: { x: { limits: [{ counter: 'c', window: 'hour', max: 100, increment_from: 'args.amount' }] } },
  };

  it.each([
    [0, 0],
    [19.99, 19_990_000],
    [250, 250_000_000],
  ])('adds %d', (amount, amountMicros) => {
    expect(decideX(spend, { amount })).toMatchObject({ outcome: 'allow', limits: [{ amountMicros }] });
  });

  it.each([[-1], [0.0000001], ['5'], [null], [[5]], [{}], [1e300], [undefined]])(
    'refuses to add %j',
    (amount) => {
      expect(decideX(spend, amount === undefined ? {} : { amount })).toMatchObject({
        outcome: 'deny',
        rule: '/tools/x/limits/c',
        message: expect.stringContaining('args.amount must be a number'),
      });
    },
  );

  it('raises a counter once, however many limits draw on it', () => {
    const document = {
      all_tools: { limits: [{ ...perMinute('calls', 60), on_unavailable: 'allow' }, perMinute('other', 1)] },
      tools: { x: { limits: [perMinute('calls', 30), { ...perMinute('calls', 5), scope: 'server' }] } },
    };
    expect(decideX(document)).toMatchObject({
      limits: [
        {
          rule: '/tools/x/limits/calls',
          counter: 'calls',
          scope: 'grant',
          maxMicros: 30_000_000,
          amountMicros: 1_000_000,
          onUnavailable: 'deny',
        },
        { counter: 'other' },
        { counter: 'calls', scope: 'server', maxMicros: 5_000_000 },
      ],
    });
  });

  it('refuses a call that could not be counted rather than holding it', () => {
    const rule = { action: 'require_approval', limits: spend.tools.x.limits };
    expect(decideX({ tools: { x: rule } }, { amount: 'x' })).toMatchObject({
      outcome: 'deny',
      rule: '/tools/x/limits/c',
    });
    expect(decideX({ tools: { x: rule } }, { amount: 1 })).toMatchObject({
      outcome: 'hold',
      limits: [{ amountMicros: 1_000_000 }],
    });
  });
});
