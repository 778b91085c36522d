import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';
import type { RecordedCall } from './recorded-call.ts';
import { simulatePolicy } from './simulate.ts';

const path = fc.constantFrom('args.a', 'args.b', 'args.c', 'args.a.x', 'args.b[0]', 'args.c[*]');
const condition = fc.oneof(
  fc.record({ path, op: fc.constant('exists'), value: fc.boolean() }),
  fc.record(
    {
      path,
      op: fc.constantFrom('eq', 'neq', 'gt', 'lte'),
      value: fc.integer({ min: 0, max: 2 }),
      on_missing: fc.constantFrom('match', 'no_match'),
    },
    { requiredKeys: ['path', 'op', 'value'] },
  ),
);
const predicates = fc.array(fc.record({ conditions: fc.array(condition, { maxLength: 2 }) }), {
  maxLength: 2,
});
const rule = fc.record(
  {
    action: fc.constantFrom('allow', 'require_approval'),
    require: predicates,
    deny_if: predicates,
    approve_if: predicates,
    limits: fc.constantFrom(
      [{ counter: 'n', window: 'day', max: 1_000_000 }],
      [{ counter: 'n', window: 'day', max: 1_000_000, increment_from: 'args.a' }],
    ),
  },
  { requiredKeys: [] },
);
const value = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom(null, 'text', { x: 1 }, [1], [], {}));
const args = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'A', 'other'), value, { maxKeys: 4 });

describe('simulatePolicy', () => {
  it('never says otherwise of a call than the engine does, whether it knows the values or only the names', () => {
    let judged = 0;
    fc.assert(
      fc.property(rule, args, (tool, given) => {
        const read = validatePolicy({ version: '1', default: 'deny', arguments: 'any', tools: { t: tool } });
        if (!read.ok) return;
        const policy = compilePolicy(read.document, { name: 'p', version: '1' });
        const known = knowTool({ name: 't' });
        const { outcome } = decide(policy, { tool: 't', arguments: given }, known);
        const call: RecordedCall = {
          id: 'r1',
          at: 0,
          grant: 'g',
          subject: 't',
          outcome: 'allow',
          rule: '(default allow)',
          argumentKeys: Object.keys(given).sort(),
          wasReturned: false,
        };
        const parts = { candidate: read.document, tools: new Map([['t', known]]) };
        const captured = { arguments: given, hasLossyNumber: false };
        expect(simulatePolicy([{ ...call, captured }], parts).after[outcome]).toBe(1);
        const { after, unknown } = simulatePolicy([call], parts);
        if (unknown === 0) {
          judged++;
          expect(after[outcome]).toBe(1);
        }
      }),
      { numRuns: 2000 },
    );
    expect(judged).toBeGreaterThan(200);
  });
});
