import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { explainDecision } from './explain.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';

function policyOf(document: object) {
  const read = validatePolicy({ version: '1', ...document });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return compilePolicy(read.document, { name: 'test', version: '1' });
}

const refund = policyOf({
  default: 'deny',
  tools: {
    create_refund: {
      require: [
        {
          conditions: [{ path: 'args.reason', op: 'exists', value: true }],
          on_deny: 'A refund needs a reason.',
        },
      ],
      deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }],
      approve_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 50 }] }],
      limits: [{ counter: 'refunds', window: 'day', max: 500, increment_from: 'args.amount' }],
    },
  },
});
const tool = knowTool({ name: 'create_refund' });

function results(args: object) {
  const { decision, steps } = explainDecision(refund, { tool: 'create_refund', arguments: args }, tool);
  return [decision.outcome, ...steps.slice(4).map(({ rule, result }) => `${rule} ${result}`)];
}

describe('explainDecision', () => {
  it('lists every step in order, and those that were not reached', () => {
    expect(results({ amount: 60 })).toEqual([
      'deny',
      '/arguments passed',
      '/tools/create_refund/require/0 refused',
      '/tools/create_refund/deny_if/0 skipped',
      '/tools/create_refund/approve_if/0 skipped',
      '/tools/create_refund/limits/refunds skipped',
    ]);
    expect(results({ amount: 60, reason: 'broken' })).toEqual([
      'hold',
      '/arguments passed',
      '/tools/create_refund/require/0 passed',
      '/tools/create_refund/deny_if/0 passed',
      '/tools/create_refund/approve_if/0 held',
      '/tools/create_refund/limits/refunds passed',
    ]);
  });

  it('says what was asked and what was found', () => {
    const { steps } = explainDecision(
      refund,
      { tool: 'create_refund', arguments: { amount: '60', reason: 'x' } },
      tool,
    );
    expect(steps[6]).toEqual({
      rule: '/tools/create_refund/deny_if/0',
      question: 'Does it match: args.amount is above 100?',
      result: 'refused',
      why: 'args.amount is above 100: cannot be decided. A rule of the policy cannot be decided: args.amount must be a number.',
    });
    const missing = explainDecision(refund, { tool: 'create_refund', arguments: { reason: 'x' } }, tool);
    expect(missing.steps[6]?.why).toBe('args.amount is above 100: no (not given)');
    expect(missing.steps.at(-1)).toMatchObject({
      result: 'refused',
      why: expect.stringContaining('no amount'),
    });
  });

  it('starts with the gates', () => {
    const gates = (policy: typeof refund | undefined, known = true) =>
      explainDecision(policy, { tool: 'create_refund', arguments: {} }, known ? tool : undefined)
        .steps.slice(0, 4)
        .map(({ rule, result }) => `${rule} ${result}`);
    expect(gates(undefined)).toEqual(['(no policy) refused']);
    expect(gates(policyOf({ default: 'deny', hide: ['*'] }))).toEqual([
      '(no policy) passed',
      '(hidden) refused',
    ]);
    expect(gates(policyOf({ default: 'deny' }))).toEqual([
      '(no policy) passed',
      '(hidden) passed',
      '(unknown tool) passed',
      '(default deny) refused',
    ]);
    expect(gates(refund, false)).toContain('(unknown tool) refused');
    expect(gates(refund)).toContain('(default deny) passed');
  });
});
