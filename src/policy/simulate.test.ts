import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from './document.ts';
import { knowTool } from './known-tool.ts';
import { readPolicy } from './read.ts';
import type { RecordedCall } from './recorded-call.ts';
import { simulatePolicy, type Simulation } from './simulate.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const SCHEMA = {
  type: 'object',
  properties: { campaign_id: { type: 'integer' }, reason: { type: 'string' }, amount: { type: 'number' } },
  required: ['campaign_id'],
};
const TOOLS = new Map(
  ['pause', 'resume', 'refund'].map((name) => [name, knowTool({ name, inputSchema: SCHEMA })]),
);

let calls = 0;
function call(changes: Partial<RecordedCall> = {}): RecordedCall {
  calls++;
  return {
    id: `r${calls}`,
    at: NOON + calls,
    grant: 'g1',
    subject: 'pause',
    outcome: 'allow',
    rule: '(default allow)',
    argumentKeys: ['campaign_id'],
    wasReturned: false,
    ...changes,
  };
}
const times = (count: number, changes: Partial<RecordedCall> = {}): RecordedCall[] =>
  Array.from({ length: count }, () => call(changes));

function simulate(recorded: readonly RecordedCall[], document: object): Simulation {
  const read = readPolicy(JSON.stringify({ version: '1', default: 'deny', ...document }));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return simulatePolicy(recorded, { candidate: read.document as PolicyDocument, tools: TOOLS });
}

describe('simulatePolicy', () => {
  it.each<[string, object, Partial<RecordedCall>, string, string]>([
    ['hides', { default: 'allow', hide: ['pause'] }, {}, 'deny', '(hidden)'],
    ['denies by default', {}, {}, 'deny', '(default deny)'],
    ['denies by action', { tools: { pause: { action: 'deny' } } }, {}, 'deny', '/tools/pause/action'],
    [
      'holds by action',
      { tools: { pause: { action: 'require_approval' } } },
      {},
      'hold',
      '/tools/pause/action',
    ],
    ['lacks the tool', { default: 'allow' }, { subject: 'gone' }, 'deny', '(unknown tool)'],
    [
      'always matches a predicate without conditions',
      { tools: { pause: { deny_if: [{ conditions: [] }] } } },
      {},
      'deny',
      '/tools/pause/deny_if/0',
    ],
    [
      'requires an argument that was not there',
      {
        tools: { pause: { require: [{ conditions: [{ path: 'args.reason', op: 'exists', value: true }] }] } },
      },
      {},
      'deny',
      '/tools/pause/require/0',
    ],
    [
      'counts an argument that was not there',
      {
        tools: {
          pause: { limits: [{ counter: 'a', window: 'day', max: 9, increment_from: 'args.amount' }] },
        },
      },
      {},
      'deny',
      '/tools/pause/limits/a',
    ],
    [
      'refuses a resource',
      { resources: { default: 'deny' } },
      { subject: { kind: 'resource', name: 'file:///a' } },
      'deny',
      '(default deny)',
    ],
  ])(
    'judges exactly, without any value, when the candidate %s',
    (_name, document, changes, outcome, rule) => {
      const result = simulate(times(3, changes), document);
      expect(result.changes).toMatchObject([{ after: { outcome, rule }, count: 3 }]);
      expect(result).toMatchObject({ calls: 3, changed: 3, unchanged: 0, unknown: 0 });
    },
  );

  it('says what was before and after, and names a few records', () => {
    const recorded = [...times(7), ...times(2, { subject: 'resume', rule: '/tools/resume' })];
    const result = simulate(recorded, { tools: { resume: {} } });
    expect(result.changes).toEqual([
      {
        subject: 'pause',
        before: { outcome: 'allow', rule: '(default allow)' },
        after: { outcome: 'deny', rule: '(default deny)' },
        count: 7,
        examples: recorded.slice(0, 5).map(({ id }) => id),
      },
    ]);
    expect(result).toMatchObject({ before: { allow: 9 }, after: { allow: 2, deny: 7 }, unchanged: 2 });
  });

  const over100 = {
    tools: { refund: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] } },
  };

  it('does not guess a value: it says which rule needs which one', () => {
    const recorded = times(4, { subject: 'refund', argumentKeys: ['amount', 'campaign_id'] });
    const result = simulate(recorded, over100);
    expect(result.changes).toEqual([]);
    expect(result.gaps).toEqual([
      {
        subject: 'refund',
        rule: '/tools/refund/deny_if/0',
        reason: 'The rule looks at args.amount, whose value was not captured.',
        count: 4,
        examples: recorded.map(({ id }) => id),
      },
    ]);
    expect(result).toMatchObject({ unknown: 4, changed: 0, after: { unknown: 4 } });
    expect(result.notes.join(' ')).toMatch(/0 of 4 calls were captured/);
  });

  it('judges captured calls by their values', () => {
    const captured = (amount: number): RecordedCall =>
      call({
        subject: 'refund',
        argumentKeys: ['amount', 'campaign_id'],
        captured: { arguments: { amount, campaign_id: 1 }, hasLossyNumber: false },
      });
    const result = simulate([captured(99), captured(101), captured(500)], over100);
    expect(result).toMatchObject({ calls: 3, changed: 2, unchanged: 1, unknown: 0, notes: [] });
    expect(result.changes[0]?.after.rule).toBe('/tools/refund/deny_if/0');
  });

  it('knows that a call is refused, when a later rule refuses it whatever the value is', () => {
    const document = {
      tools: {
        refund: {
          require: [
            { conditions: [{ path: 'args.amount', op: 'lt', value: 5 }] },
            { conditions: [{ path: 'args.reason', op: 'exists', value: true }] },
          ],
        },
      },
    };
    const result = simulate([call({ subject: 'refund', argumentKeys: ['amount', 'campaign_id'] })], document);
    expect(result.changes).toMatchObject([{ after: { outcome: 'deny', rule: '/tools/refund/require/1' } }]);
  });

  it('takes no name for certain that a record does not hold whole', () => {
    const reason = { conditions: [{ path: 'args.reason', op: 'exists', value: true }] };
    for (const key of ['(3 more)', 'rea…', 'rea\\u{202e}son'])
      expect(
        simulate([call({ argumentKeys: [key] })], { tools: { pause: { require: [reason] } } }).unknown,
      ).toBe(1);
  });

  describe('the check of arguments', () => {
    const denied = { outcome: 'deny', rule: '(default deny)' } as const;
    const allowed = { tools: { pause: {} } };

    it('passes for what passed it when it was made', () => {
      expect(simulate([call({ argumentKeys: ['odd'] })], allowed)).toMatchObject({
        unchanged: 1,
        judgedByNames: 0,
      });
    });

    it('refuses what it refused', () => {
      const refused = call({ outcome: 'deny', rule: '/arguments', argumentKeys: ['odd'] });
      expect(simulate([refused], allowed)).toMatchObject({ unchanged: 1, after: { deny: 1 } });
    });

    it('looks at names for what never came to it, and says so', () => {
      const result = simulate(
        [
          call(denied),
          call({ ...denied, argumentKeys: ['campaign_id', 'set_role'] }),
          call({ ...denied, argumentKeys: ['reason'] }),
        ],
        allowed,
      );
      expect(result).toMatchObject({ judgedByNames: 1, after: { allow: 1, deny: 2 } });
      expect(result.notes.join(' ')).toMatch(/1 calls were let through on the names of their arguments/);
    });

    it('refuses a name that can be mistaken for one that a rule looks at', () => {
      const document = { ...over100, arguments: 'any' };
      const result = simulate([call({ subject: 'refund', argumentKeys: ['Amount'] })], document);
      expect(result.changes).toMatchObject([{ after: { rule: '/arguments' } }]);
    });
  });

  describe('limits', () => {
    const limit = (max: number, more: object = {}): object => ({
      tools: { pause: { limits: [{ counter: 'c', window: 'minute', max, ...more }] } },
    });

    it('are counted in windows, in the order of the calls', () => {
      const recorded = [0, 1, 2, 59, 60, 61].map((second) => call({ at: NOON + second * 1000 }));
      const result = simulate(recorded.toReversed(), limit(3));
      expect(result.after).toMatchObject({ allow: 5, deny: 1 });
      expect(result.changes[0]?.examples).toEqual([recorded[3]?.id]);
    });

    it("are each grant's own, or shared, as the scope says", () => {
      const recorded = [...times(3), ...times(3, { grant: 'g2' })];
      expect(simulate(recorded, limit(3)).changed).toBe(0);
      expect(simulate(recorded, limit(3, { scope: 'server' })).changed).toBe(3);
    });

    it('are not used up by calls that are refused, or that did not run', () => {
      const recorded = [...times(5, { wasReturned: true }), ...times(2), ...times(4, { subject: 'resume' })];
      expect(simulate(recorded, limit(2)).after).toMatchObject({ allow: 7, deny: 4 });
    });

    it('of a session are unknown only where the sum of all sessions would pass the maximum', () => {
      const scoped = { tools: { pause: { rate_limit: { max: 2, window: 60 } } } };
      const result = simulate(times(5), scoped);
      expect(result).toMatchObject({ after: { allow: 2, unknown: 3 }, changed: 0 });
      expect(result.gaps[0]?.reason).toMatch(/which session/);
    });

    it('are unknown where they depend on calls that could not be judged', () => {
      const shared = (more: object): object => ({
        limits: [{ counter: 'c', window: 'minute', max: 2 }],
        ...more,
      });
      const tools = {
        pause: shared({}),
        refund: shared({ deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 1 }] }] }),
      };
      const doubtful = call({ subject: 'refund', argumentKeys: ['amount'] });
      const result = simulate([doubtful, ...times(3)], { tools });
      expect(result.after).toEqual({ allow: 1, deny: 0, hold: 0, unknown: 3 });
    });

    it('that count a value nobody captured leave those who share them in doubt', () => {
      const limits = (more: object): object => ({
        limits: [{ counter: 'c', window: 'minute', max: 9, ...more }],
      });
      const tools = { pause: limits({}), refund: limits({ increment_from: 'args.amount' }) };
      const spender = { subject: 'refund', argumentKeys: ['amount'] };
      expect(simulate([...times(2), call(spender), ...times(2)], { tools }).after).toMatchObject({
        allow: 2,
        unknown: 3,
      });
    });
  });

  it('takes a call that a person had agreed to for a held one', () => {
    const approved = call({ rule: '/tools/pause/action' });
    const document = {
      tools: { pause: { action: 'require_approval', limits: [{ counter: 'c', window: 'day', max: 1 }] } },
    };
    expect(simulate([approved], document)).toMatchObject({ unchanged: 1, before: { hold: 1 } });
    expect(simulate([approved, call({ rule: '/tools/pause/action' })], document).after).toMatchObject({
      hold: 1,
      deny: 1,
    });
    expect(simulate(times(4, { outcome: 'hold' }), document).after).toMatchObject({ hold: 4 });
  });

  it('keeps its answer short, however many names an agent made up', () => {
    const result = simulate(
      Array.from({ length: 5000 }, (_, i) => call({ subject: `made_up_${i}` })),
      {},
    );
    expect(result.changed).toBe(5000);
    expect(result.changes.length).toBeLessThan(210);
    expect(result.changes.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
    expect(result.changes[0]?.subject).toBe('(other subjects)');
  });

  it('reads tool and argument names as data', () => {
    const recorded = [call({ subject: '__proto__' }), call({ argumentKeys: ['__proto__', 'constructor'] })];
    expect(simulate(recorded, { tools: { pause: {} } })).toMatchObject({ after: { allow: 1, deny: 1 } });
  });

  it('says when the candidate only observes, and when no list of tools was at hand', () => {
    expect(simulate([call()], { mode: 'observe' }).notes.join(' ')).toMatch(/only observes/);
    const candidate: PolicyDocument = { version: '1', default: 'allow' };
    expect(simulatePolicy([call({ subject: 'any' })], { candidate }).notes.join(' ')).toMatch(
      /No list of tools/,
    );
  });
});
