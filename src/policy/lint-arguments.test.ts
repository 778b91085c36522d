import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from './decision.ts';
import { isAnchored } from './lint-arguments.ts';
import { lintPolicy } from './lint.ts';
import { readPolicy } from './read.ts';

const tool = (name: string, properties?: object, more: object = {}): ToolDefinition =>
  properties === undefined ? { name } : { name, inputSchema: { type: 'object', properties, ...more } };

const PAUSE = tool(
  'fluentcrm_pause_campaign',
  { campaignId: { type: 'number' } },
  { required: ['campaignId'] },
);
const TOOLS = [
  PAUSE,
  tool('fluentcrm_delete_campaign', { campaignId: { type: 'number' } }),
  tool('fluentcrm_resume_campaign', { campaignId: { type: 'number' } }),
  tool(
    'create_refund',
    {
      reason: { type: 'string' },
      amount: { type: 'number' },
      status: { enum: ['open', 'closed'] },
      limit: { type: ['number', 'null'] },
      tags: { type: 'array', items: { type: 'string' } },
      address: { $ref: '#/$defs/address' },
    },
    {
      required: ['amount'],
      $defs: { address: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
    },
  ),
  tool('free'),
];

function lint(document: object, tools: readonly ToolDefinition[] = TOOLS) {
  const text = JSON.stringify({ version: '1', default: 'allow', ...document });
  const read = readPolicy(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return lintPolicy(read.document, tools, text);
}

const refund = (rule: object) => ({ tools: { create_refund: rule } });
const when = (condition: object) => [{ conditions: [condition] }];

/** The one finding that a document gives, as `level pointer`. */
function only(document: object) {
  const findings = lint(document);
  expect(findings.map(({ level, pointer, message }) => `${level} ${pointer} ${message}`)).toHaveLength(1);
  return findings[0];
}

describe('lintPolicy: arguments', () => {
  it.each([
    [
      'a path that the schema does not have',
      'require',
      { path: 'args.raeson', op: 'exists', value: true },
      'error',
      'takes no args.raeson',
      'did you mean "reason"?',
    ],
    [
      'a nested path that the schema does not have',
      'deny_if',
      { path: 'args.address.cty', op: 'eq', value: 'x' },
      'error',
      'takes no args.address.cty',
      'did you mean "city"?',
    ],
    [
      'a key of an array',
      'deny_if',
      { path: 'args.tags.name', op: 'eq', value: 'x' },
      'error',
      'takes no args.tags.name',
      undefined,
    ],
    [
      'a comparison of texts',
      'require',
      { path: 'args.reason', op: 'gt', value: 5 },
      'error',
      'can never be decided',
      undefined,
    ],
    [
      'a pattern for a number',
      'require',
      { path: 'args.amount', op: 'regex', value: '^5$' },
      'error',
      'can never be decided',
      undefined,
    ],
    [
      'a type that only sometimes fits',
      'require',
      { path: 'args.limit', op: 'lt', value: 5 },
      'warning',
      'cannot take args.limit as null',
      undefined,
    ],
    [
      'a text that equals no number',
      'deny_if',
      { path: 'args.amount', op: 'eq', value: '5' },
      'error',
      'can never be equal',
      undefined,
    ],
    [
      'a value outside the enum',
      'require',
      { path: 'args.status', op: 'in', value: ['done'] },
      'warning',
      'takes only "open","closed"',
      undefined,
    ],
    [
      'deny_if on an optional argument',
      'deny_if',
      { path: 'args.reason', op: 'regex', value: 'x' },
      'warning',
      'is optional',
      'add "on_missing": "match", or require { "path": "args.reason", "op": "exists", "value": true }',
    ],
    [
      'approve_if on an optional argument',
      'approve_if',
      { path: 'args.address.city', op: 'eq', value: 'x' },
      'warning',
      'is optional',
      expect.stringContaining('on_missing'),
    ],
    [
      'an allow-list that is not anchored',
      'require',
      { path: 'args.reason', op: 'regex', value: 'damaged|late' },
      'warning',
      'not anchored',
      'write "^(?:damaged|late)$"',
    ],
    [
      'one good element for all',
      'require',
      { path: 'args.tags[*]', op: 'eq', value: 'x' },
      'warning',
      'one element that fits is enough',
      expect.stringContaining('deny_if'),
    ],
  ])('%s', (_, kind, condition, level, message, suggestion) => {
    const finding = only(refund({ [kind]: when(condition) }));
    expect(finding).toMatchObject({
      level,
      pointer: `/tools/create_refund/${kind}/0/conditions/0`,
      message: expect.stringContaining(message),
    });
    expect(finding?.suggestion).toEqual(suggestion);
  });

  it.each([
    [
      'deny_if on a required argument',
      refund({ deny_if: when({ path: 'args.amount', op: 'gt', value: 1 }) }),
    ],
    [
      'deny_if with on_missing',
      refund({ deny_if: when({ path: 'args.reason', op: 'regex', value: 'x', on_missing: 'match' }) }),
    ],
    [
      'deny_if on what is required by the policy',
      refund({
        require: when({ path: 'args.reason', op: 'exists', value: true }),
        deny_if: when({ path: 'args.reason', op: 'regex', value: 'x' }),
      }),
    ],
    [
      'deny_if on what all_tools requires',
      {
        all_tools: { require: when({ path: 'args.amount', op: 'exists', value: true }) },
        tools: { create_refund: { deny_if: when({ path: 'args.amount', op: 'gt', value: 1 }) } },
        hide: ['f*'],
      },
    ],
    [
      'an argument behind a $ref',
      refund({ require: when({ path: 'args.address.city', op: 'eq', value: 'x' }) }),
    ],
    [
      'an element',
      refund({ deny_if: when({ path: 'args.tags[*]', op: 'regex', value: 'x', on_missing: 'no_match' }) }),
    ],
    [
      'a tool without a schema',
      { tools: { free: { deny_if: when({ path: 'args.any.thing', op: 'gt', value: 1 }) } } },
    ],
    ['an open schema', { tools: { free: { require: when({ path: 'args.any', op: 'eq', value: 1 }) } } }],
    ['a rule for a class', { risk: { write: { limits: [{ counter: 'c', window: 'day', max: 1 }] } } }],
  ])('finds nothing wrong with %s', (_, document) => {
    expect(lint(document)).toEqual([]);
  });

  it('does not call a path absent where arguments are not checked', () => {
    const rule = { deny_if: when({ path: 'args.anything', op: 'eq', value: 1, on_missing: 'match' }) };
    expect(lint({ arguments: 'any', ...refund(rule) })).toEqual([]);
    expect(lint(refund(rule))).toHaveLength(1);
  });

  it('names the tools that a rule for many can never let through', () => {
    const [finding, ...others] = lint({
      all_tools: { require: when({ path: 'args.campaignId', op: 'exists', value: true }) },
    });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('can never hold for create_refund'),
    });
  });

  it.each([
    ['a text', 'args.reason', 'error', 'not as a number'],
    ['an optional number', 'args.limit', 'warning', 'is optional'],
    ['an unknown argument', 'args.amuont', 'error', 'takes no args.amuont'],
  ])('an amount that is %s', (_, path, level, message) => {
    const limits = [{ counter: 'c', window: 'day', max: 5, increment_from: path }];
    expect(only(refund({ limits }))).toMatchObject({
      level,
      pointer: '/tools/create_refund/limits/0/increment_from',
      message: expect.stringContaining(message),
    });
  });

  it('survives schemas that refer to themselves or double at every level', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `d${index}`,
        { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
      ]),
    );
    const hostile = tool(
      'free',
      { a: { $ref: '#/$defs/d0' }, loop: { $ref: '#/$defs/loop' } },
      { $defs: { ...doubling, loop: { $ref: '#/$defs/loop' } } },
    );
    const rule = {
      require: [
        ...when({ path: 'args.a.b', op: 'gt', value: 1 }),
        ...when({ path: 'args.loop.b[0]', op: 'eq', value: 1 }),
      ],
    };
    expect(lint({ tools: { free: rule } }, [hostile])).toEqual([]);
  });
});

describe('isAnchored', () => {
  it.each(['^a$', '^(a|b)$', '\\Aa\\z', '(?i)^a$', '^a[|]b$', '^a\\|b$', '^$', '^(?:a|b)$'])(
    '%s is',
    (pattern) => {
      expect(isAnchored(pattern)).toBe(true);
    },
  );

  it.each(['a', '^a', 'a$', '^a|b$', '(?m)^a$', '^a\\$', '', '^(a)|(b)$'])('%s is not', (pattern) => {
    expect(isAnchored(pattern)).toBe(false);
  });
});
