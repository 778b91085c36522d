import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from './decision.ts';
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

/** The one finding that a document gives, as `level pointer`. */
function only(document: object) {
  const findings = lint(document);
  expect(findings.map(({ level, pointer, message }) => `${level} ${pointer} ${message}`)).toHaveLength(1);
  return findings[0];
}

describe('lintPolicy', () => {
  it.each([
    ['pause-only', []],
    ['hide-delete', ['warning /hide']],
    ['refund', []],
    ['campaign-operations', []],
  ])('the published %s has no errors', (name, expected) => {
    const text = readFileSync(new URL(`../../examples/policies/${name}.json`, import.meta.url), 'utf8');
    const read = readPolicy(text);
    if (!read.ok) throw new Error('not valid');
    expect(lintPolicy(read.document, TOOLS, text).map(({ level, pointer }) => `${level} ${pointer}`)).toEqual(
      expected,
    );
  });

  it.each([
    [
      'an unknown tool',
      { tools: { fluentcrm_puase_campaign: {} } },
      'error',
      '/tools/fluentcrm_puase_campaign',
      'has no tool',
      'did you mean "fluentcrm_pause_campaign"?',
    ],
    [
      'an unknown hidden tool',
      { hide: ['fluentcrm_delete_campain'] },
      'error',
      '/hide/0',
      'has no tool',
      'did you mean "fluentcrm_delete_campaign"?',
    ],
    [
      'a glob without match',
      { tools: { 'crm_*': {} } },
      'warning',
      '/tools/crm_*',
      'no tool of the server matches',
      undefined,
    ],
    [
      'a hidden glob without match',
      { hide: ['crm_*'] },
      'warning',
      '/hide/0',
      'no tool of the server matches',
      undefined,
    ],
    ['a name hidden twice', { hide: ['free', 'free'] }, 'warning', '/hide/1', 'hidden twice', undefined],
    [
      'a rule for a hidden tool',
      { hide: ['fr*'], tools: { free: {} } },
      'warning',
      '/tools/free',
      'never reached',
      'remove the rule, or take the tool out of "hide"',
    ],
    [
      'a glob behind stronger rules',
      { tools: { 'fre*': {}, free: {} } },
      'warning',
      '/tools/fre*',
      'never reached',
      undefined,
    ],
    [
      'hide under default deny',
      { default: 'deny', hide: ['free'] },
      'warning',
      '/hide',
      'refuses every tool',
      'write "default": "allow", or name the allowed tools under "tools"',
    ],
    [
      'limits behind a refusal',
      refund({ action: 'deny', rate_limit: { max: 1, window: 60 } }),
      'warning',
      '/tools/create_refund/rate_limit',
      'never reached',
      undefined,
    ],
    [
      'a reason that is never shown',
      { risk: { read: { reason: 'x' } } },
      'warning',
      '/risk/read/reason',
      'never shown',
      'use "on_deny" in a predicate',
    ],
  ])('%s', (_, document, level, pointer, message, suggestion) => {
    const finding = only(document);
    expect(finding).toMatchObject({ level, pointer, message: expect.stringContaining(message) });
    expect(finding?.suggestion).toBe(suggestion);
  });

  it.each([
    [
      'another maximum for one counter',
      {
        all_tools: { limits: [{ counter: 'c', window: 60, max: 5 }] },
        tools: { free: { limits: [{ counter: 'c', window: 'minute', max: 6 }] } },
      },
      '/tools/free/limits/0',
      'has the maximum 6 here and 5 at /all_tools/limits/0',
    ],
    [
      'one counter twice in a rule',
      {
        tools: {
          free: {
            limits: [
              { counter: 'c', window: 60, max: 5 },
              { counter: 'c', window: 60, max: 5 },
            ],
          },
        },
      },
      '/tools/free/limits/1',
      'in one rule',
    ],
    [
      'two short forms',
      {
        tools: {
          free: { rate_limit: { max: 5, window: 60 } },
          create_refund: { rate_limit: { max: 5, window: 60 } },
        },
      },
      '/tools/create_refund/rate_limit',
      'shares one counter with /tools/free/rate_limit',
    ],
    [
      'a maximum of nothing',
      { tools: { free: { limits: [{ counter: 'c', window: 60, max: 0 }] } } },
      '/tools/free/limits/0',
      'lets nothing through',
    ],
  ])('%s', (_, document, pointer, message) => {
    expect(only(document)).toMatchObject({
      level: 'warning',
      pointer,
      message: expect.stringContaining(message),
    });
  });

  it('accepts a shared budget, and one counter name over two windows', () => {
    const limit = { counter: 'c', window: 60, max: 5 };
    expect(
      lint({
        tools: {
          free: { limits: [limit] },
          create_refund: { limits: [limit, { ...limit, window: 'day', max: 9 }] },
        },
      }),
    ).toEqual([]);
  });

  it('puts errors first and gives places in the text', () => {
    const text = '{ "version": "1", "default": "allow",\n  "hide": ["x*"],\n  "tools": { "fre": {} } }';
    const read = readPolicy(text);
    if (!read.ok) throw new Error('not valid');
    expect(
      lintPolicy(read.document, TOOLS, text).map(({ level, line, column }) => [level, line, column]),
    ).toEqual([
      ['error', 3, 21],
      ['warning', 2, 12],
    ]);
    expect(lintPolicy(read.document, TOOLS)[0]).not.toHaveProperty('line');
  });
});

describe('resources and prompts', () => {
  it.each([
    [
      { resources: { hide: ['x://a'], uris: { 'x://a': {}, 'x://b': {} } } },
      '/resources/uris/x:~1~1a',
      'never reached',
    ],
    [{ prompts: { hide: ['a*'], names: { ab: {}, b: {} } } }, '/prompts/names/ab', 'never reached'],
    [{ prompts: { names: { a: { reason: 'x' } } } }, '/prompts/names/a/reason', 'never shown'],
    [{ prompts: { hide: ['a'] } }, '/prompts/hide', 'refuses all prompts'],
    [
      { resources: { default: 'deny', hide: ['x://a'], uris: { 'x://b': { action: 'deny' } } } },
      '/resources/hide',
      'refuses all resources',
    ],
    [
      { resources: { uris: { 'https://example.com*': {} } } },
      '/resources/uris/https:~1~1example.com*',
      'other hosts',
    ],
    [{ resources: { uris: { 'x://{id}/data': {} } } }, '/resources/uris/x:~1~1{id}~1data', 'template alone'],
    [
      { resources: { default: 'allow', uris: { 'file:///*.env': { action: 'deny' } } } },
      '/resources/uris/file:~1~1~1*.env',
      'query',
    ],
    [
      { resources: { default: 'allow', uris: { 'X://a': { action: 'deny' } } } },
      '/resources/uris/X:~1~1a',
      'not in another',
    ],
  ])('%j', (document, pointer, message) => {
    expect(only(document)).toMatchObject({
      level: 'warning',
      pointer,
      message: expect.stringContaining(message),
    });
  });

  it('nothing to remark', () => {
    const document = {
      resources: { hide: ['x://s/*'], uris: { 'x://*': {}, 'x://d/*': { action: 'deny', reason: 'no' } } },
      prompts: { default: 'allow', hide: ['a'] },
    };
    expect(lint(document)).toEqual([]);
  });
});
