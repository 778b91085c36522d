import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { decide, isListed } from './decide.ts';
import type { PolicyCall, ToolDefinition } from './decision.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';

function policyOf(document: object) {
  const read = validatePolicy({ version: '1', default: 'deny', ...document });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return compilePolicy(read.document, { name: 'test', version: '7' });
}

/** Decides a call of the tool `x`, which takes any arguments unless a definition says otherwise. */
function decideX(
  document: object,
  args: unknown = {},
  { definition = {}, ...call }: Partial<PolicyCall> & { definition?: Partial<ToolDefinition> } = {},
) {
  const tool = knowTool({ name: 'x', ...definition });
  return decide(policyOf(document), { tool: 'x', arguments: args, ...call }, tool);
}

const needs = (path: string) => ({ conditions: [{ path: `args.${path}`, op: 'exists', value: true }] });
const above = (path: string, value: number) => ({ conditions: [{ path: `args.${path}`, op: 'gt', value }] });
const always = { conditions: [] };
const perMinute = (counter: string, max = 5) => ({ counter, window: 'minute', max });

describe('the order of evaluation', () => {
  // Each row offends against everything from its own place on; the first refusal wins.
  const everything = {
    tools: {
      x: {
        require: [needs('a'), needs('r')],
        deny_if: [above('d', 1)],
        approve_if: [above('p', 1)],
        limits: [perMinute('own')],
      },
      off: { action: 'deny', require: [needs('a')] },
    },
    all_tools: { require: [needs('q')], deny_if: [above('e', 1)], limits: [perMinute('shared')] },
  };
  const schema = {
    inputSchema: { type: 'object', properties: { a: {}, r: {}, q: {}, d: {}, e: {}, p: {} } },
  };

  it.each([
    ['/arguments', { zz: 1 }],
    ['/all_tools/require/0', { e: 2, d: 2, p: 2 }],
    ['/tools/x/require/0', { q: 1, e: 2, d: 2, p: 2 }],
    ['/tools/x/require/1', { q: 1, a: 1, e: 2, d: 2, p: 2 }],
    ['/all_tools/deny_if/0', { q: 1, a: 1, r: 1, e: 2, d: 2, p: 2 }],
    ['/tools/x/deny_if/0', { q: 1, a: 1, r: 1, d: 2, p: 2 }],
  ])('%s', (rule, args) => {
    expect(decideX(everything, args, { definition: schema })).toMatchObject({
      outcome: 'deny',
      kind: 'refused',
      rule,
    });
  });

  it('then holds, then asks for the limits, then allows', () => {
    const good = { q: 1, a: 1, r: 1 };
    const limits = [
      expect.objectContaining({ rule: '/all_tools/limits/shared' }),
      expect.objectContaining({ rule: '/tools/x/limits/own' }),
    ];
    expect(decideX(everything, { ...good, p: 2 }, { definition: schema })).toEqual({
      outcome: 'hold',
      rule: '/tools/x/approve_if/0',
      message: "This call needs a person's approval: args.p is above 1.",
      limits,
    });
    expect(decideX(everything, good, { definition: schema })).toEqual({
      outcome: 'allow',
      rule: '/tools/x',
      limits,
    });
  });

  it('starts with the policy, the hidden, the unknown, the default and the action', () => {
    const call = { tool: 'off', arguments: 5 };
    const off = knowTool({ name: 'off' });
    expect(decide(undefined, call, off)).toMatchObject({ rule: '(no policy)', kind: 'refused' });
    const hidden = policyOf({ ...everything, hide: ['off'] });
    expect(decide(hidden, call, undefined)).toMatchObject({ rule: '(hidden)', kind: 'hidden' });
    expect(decide(policyOf(everything), call, undefined)).toMatchObject({
      rule: '(unknown tool)',
      kind: 'unknown',
    });
    const other = knowTool({ name: 'other' });
    expect(decide(policyOf(everything), { ...call, tool: 'other' }, other)).toMatchObject({
      rule: '(default deny)',
    });
    expect(decide(policyOf(everything), call, off)).toMatchObject({
      rule: '/tools/off/action',
      kind: 'refused',
    });
  });

  it('answers hidden and unknown tools in the same words', () => {
    const hidden = decide(policyOf({ hide: ['x'] }), { tool: 'x', arguments: {} }, knowTool({ name: 'x' }));
    const unknown = decide(policyOf({}), { tool: 'x', arguments: {} }, undefined);
    expect(hidden).toMatchObject({ message: 'Unknown tool: x' });
    expect(unknown).toMatchObject({ message: 'Unknown tool: x' });
  });

  it('takes a definition of another name for no definition', () => {
    expect(
      decide(policyOf({ default: 'allow' }), { tool: 'x', arguments: {} }, knowTool({ name: 'X' })),
    ).toMatchObject({
      rule: '(unknown tool)',
    });
  });
});

describe('which rule governs a tool', () => {
  const action = { action: 'deny' };

  it.each([
    ['the exact name before a glob', { tools: { 'x*': action, x: {} } }, undefined, 'allow', '/tools/x'],
    [
      'the glob with most literal characters',
      { tools: { '*': action, 'fluent*': {}, 'fluentcrm_*': action } },
      undefined,
      'deny',
      '/tools/fluentcrm_*/action',
    ],
    [
      'a glob before the class',
      { tools: { '*': {} }, risk: { write: action } },
      'write',
      'allow',
      '/tools/*',
    ],
    ['the class before the default', { risk: { write: {} } }, 'write', 'allow', '/risk/write'],
    ['the class of another tool', { risk: { write: {} } }, 'read', 'deny', '(default deny)'],
    ['execute without a class', { risk: { execute: {} } }, undefined, 'allow', '/risk/execute'],
    ['the default, deny', {}, 'read', 'deny', '(default deny)'],
    ['the default, allow', { default: 'allow' }, 'read', 'allow', '(default allow)'],
    ['an empty rule under default deny', { tools: { x: {} } }, undefined, 'allow', '/tools/x'],
    [
      'a class that is refused',
      { default: 'allow', risk: { financial: action } },
      'financial',
      'deny',
      '/risk/financial/action',
    ],
  ] as const)('%s', (_, document, risk, outcome, rule) => {
    const name = 'tools' in document && 'fluent*' in document.tools ? 'fluentcrm_list' : 'x';
    const decision = decide(policyOf(document), { tool: name, arguments: {} }, knowTool({ name }, risk));
    expect(decision).toMatchObject({ outcome, rule });
  });

  it.each(['__proto__', 'constructor', 'toString', 'a/b~c', '😀'])(
    'takes %s for a name like any other',
    (name) => {
      const tool = knowTool({ name });
      const call = { tool: name, arguments: {} };
      expect(decide(policyOf({ tools: { other: {} } }), call, tool)).toMatchObject({
        rule: '(default deny)',
      });
      const named = JSON.parse(`{"tools":{${JSON.stringify(name)}:{}}}`) as object;
      const pointer = `/tools/${name.replace('~', '~0').replace('/', '~1')}`;
      expect(decide(policyOf(named), call, tool)).toMatchObject({ outcome: 'allow', rule: pointer });
    },
  );

  it('applies all_tools under a class and under default allow too', () => {
    const all = { all_tools: { deny_if: [always] } };
    expect(decideX({ ...all, default: 'allow' })).toMatchObject({ rule: '/all_tools/deny_if/0' });
    expect(decideX({ ...all, risk: { execute: {} } })).toMatchObject({ rule: '/all_tools/deny_if/0' });
  });
});

describe('isListed', () => {
  const policy = policyOf({
    hide: ['secret_*', 'y'],
    tools: { x: {}, y: {}, off: { action: 'deny' }, ask: { action: 'require_approval' }, 'list_*': {} },
    risk: { read: {}, financial: { action: 'deny' } },
  });

  it.each([
    ['x', undefined, true],
    ['off', undefined, true],
    ['ask', undefined, true],
    ['list_tags', undefined, true],
    ['y', undefined, false],
    ['secret_x', 'read', false],
    ['other', undefined, false],
    ['other', 'write', false],
    ['other', 'read', true],
    ['other', 'financial', true],
  ] as const)('%s (%s): %s', (name, risk, listed) => {
    expect(isListed(policy, name, risk)).toBe(listed);
  });

  it('lists everything that is not hidden under default allow, and nothing without a policy', () => {
    expect(isListed(policyOf({ default: 'allow', hide: ['y'] }), 'x')).toBe(true);
    expect(isListed(policyOf({ default: 'allow', hide: ['*'] }), 'x')).toBe(false);
    expect(isListed(undefined, 'x')).toBe(false);
  });
});

describe('predicates', () => {
  it.each([
    ['require that always holds', { require: [always] }, {}, 'allow'],
    ['deny_if that always holds', { deny_if: [always] }, {}, 'deny'],
    ['approve_if that always holds', { approve_if: [always] }, {}, 'hold'],
    ['require of a missing argument', { require: [above('n', 1)] }, {}, 'deny'],
    ['deny_if of a missing argument', { deny_if: [above('n', 1)] }, {}, 'allow'],
    ['approve_if of a missing argument', { approve_if: [above('n', 1)] }, {}, 'allow'],
    ['require of a wrong type', { require: [above('n', 1)] }, { n: '5' }, 'deny'],
    ['deny_if of a wrong type', { deny_if: [above('n', 1)] }, { n: '0' }, 'deny'],
    ['approve_if of a wrong type', { approve_if: [above('n', 1)] }, { n: '0' }, 'deny'],
    [
      'approve_if of a wrong type after one that holds',
      { approve_if: [always, above('n', 1)] },
      { n: '0' },
      'deny',
    ],
    ['deny_if of one element of a wrong type', { deny_if: [above('n[*]', 9)] }, { n: [1, '2', 3] }, 'deny'],
    ['deny_if of elements that are fine', { deny_if: [above('n[*]', 9)] }, { n: [1, 2] }, 'allow'],
    ['deny_if of null', { deny_if: [above('n', 1)] }, { n: null }, 'deny'],
    ['arguments left out', { require: [needs('n')] }, undefined, 'deny'],
  ])('%s', (_, rule, args, outcome) => {
    expect(decideX({ tools: { x: rule } }, args).outcome).toBe(outcome);
  });

  it('says what to change, without the value of any argument', () => {
    const message = (rule: object, args: object) => {
      const decision = decideX({ tools: { x: rule } }, args);
      return decision.outcome === 'allow' ? undefined : decision.message;
    };
    expect(message({ require: [needs('reason')] }, {})).toBe('Allowed only when args.reason is given.');
    expect(message({ deny_if: [above('n', 100)] }, { n: 777 })).toBe('Refused when args.n is above 100.');
    expect(message({ deny_if: [above('n', 100)] }, { n: '777' })).toBe(
      'A rule of the policy cannot be decided: args.n must be a number.',
    );
    expect(message({ deny_if: [{ ...above('n', 1), on_deny: 'Too much.' }] }, { n: 777 })).toBe('Too much.');
    expect(message({ deny_if: [always] }, {})).toBe('The policy refuses every call of this tool.');
    expect(message({ action: 'deny' }, {})).toBe('The policy refuses every call of this tool.');
    expect(message({ action: 'deny', reason: 'Never.' }, {})).toBe('Never.');
    expect(message({ action: 'require_approval', reason: 'Ask.' }, {})).toBe('Ask.');
  });

  it('prefers the predicate to the action as the rule that holds a call', () => {
    const rule = { action: 'require_approval', approve_if: [above('n', 1)] };
    expect(decideX({ tools: { x: rule } }, { n: 2 })).toMatchObject({
      outcome: 'hold',
      rule: '/tools/x/approve_if/0',
    });
    expect(decideX({ tools: { x: rule } }, { n: 1 })).toMatchObject({
      outcome: 'hold',
      rule: '/tools/x/action',
    });
  });
});

describe('a number that does not survive a double', () => {
  const lossy = { hasLossyNumber: true };

  it.each([
    ['a predicate that looks at arguments', { deny_if: [always, above('n', 1)] }, '/tools/x/deny_if/0'],
    ['require', { require: [needs('n')] }, '/tools/x/require/0'],
    ['approve_if', { approve_if: [above('n', 1)] }, '/tools/x/approve_if/0'],
    ['an amount', { limits: [{ ...perMinute('c'), increment_from: 'args.n' }] }, '/tools/x/limits/c'],
  ])('refuses under %s', (_, rule, pointer) => {
    expect(decideX({ tools: { x: rule } }, { n: 1 }, lossy)).toMatchObject({
      outcome: 'deny',
      rule: pointer,
    });
  });

  it('makes no difference where nothing looks at arguments', () => {
    const document = { tools: { x: { require: [always], limits: [perMinute('c')] } } };
    expect(decideX(document, { n: 1 }, lossy).outcome).toBe('allow');
    expect(decideX({ default: 'allow' }, { n: 1 }, lossy).outcome).toBe('allow');
  });
});

it('carries name, version and mode of the policy', () => {
  expect(policyOf({ mode: 'observe' })).toMatchObject({ name: 'test', version: '7', mode: 'observe' });
  expect(policyOf({})).toMatchObject({ mode: 'enforce' });
});

it('refuses what it cannot walk through', () => {
  let deep: unknown = 1;
  let wanted: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  for (let depth = 0; depth < 500; depth++) wanted = [wanted];
  const document = {
    tools: { x: { deny_if: [{ conditions: [{ path: 'args.n', op: 'eq', value: wanted }] }] } },
  };
  expect(decideX(document, { n: deep }).outcome).toBe('allow');
  expect(
    decideX(
      { tools: { x: {} } },
      { n: deep },
      {
        definition: {
          inputSchema: {
            properties: { n: { $ref: '#/$defs/n' } },
            $defs: { n: { items: { $ref: '#/$defs/n' } } },
          },
        },
      },
    ),
  ).toMatchObject({ outcome: 'deny', rule: '/arguments' });
});
