import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicy, validatePolicy } from './read.ts';

function problemsOf(text: string) {
  const read = readPolicy(text);
  return read.ok ? [] : read.problems;
}

const HEAD = '"version":"1","default":"deny"';

describe('readPolicy', () => {
  it.each(['pause-only', 'hide-delete', 'refund', 'campaign-operations'])(
    'accepts the published %s',
    (name) => {
      const text = readFileSync(new URL(`../../examples/policies/${name}.json`, import.meta.url), 'utf8');
      expect(JSON.stringify(readPolicy(text))).toBe(JSON.stringify({ ok: true, document: JSON.parse(text) }));
      expect(validatePolicy(JSON.parse(text)).ok).toBe(true);
    },
  );

  it('accepts everything that the language has', () => {
    const predicate = (condition: object) => ({
      id: 'p',
      conditions: [{ path: 'args.a', ...condition }],
      on_deny: 'no',
    });
    const document = {
      $schema: 'https://example.com/policy.schema.json',
      version: '1',
      description: 'All of it',
      default: 'allow',
      mode: 'observe',
      hide: ['a', 'b_*', '*'],
      arguments: 'any',
      all_tools: { require: [predicate({ op: 'exists', value: true })], deny_if: [], limits: [] },
      risk: {
        read: {},
        write: {},
        execute: {},
        destructive: { action: 'deny', reason: 'no' },
        financial: {},
      },
      tools: {
        a: {
          action: 'require_approval',
          reason: 'ask',
          require: [
            predicate({ op: 'eq', value: { any: ['json', null] } }),
            predicate({ op: 'neq', value: 1, on_missing: 'match' }),
            predicate({ op: 'in', value: [1, 'a'] }),
            predicate({ op: 'not_in', value: [] }),
            predicate({ op: 'regex', value: '^a$' }),
            predicate({ op: 'contains', value: 'a' }),
          ],
          deny_if: ['lt', 'lte', 'gt', 'gte'].map((op) =>
            predicate({ op, value: 1, on_missing: 'no_match' }),
          ),
          approve_if: [{ conditions: [] }],
          limits: [
            { counter: 'c', window: 'minute', max: 1 },
            {
              counter: 'c',
              window: 90,
              max: 0.5,
              scope: 'organisation',
              increment_from: 'args.a',
              on_deny: 'no',
              on_unavailable: 'allow',
            },
          ],
          rate_limit: { max: 10, window: 'hour' },
        },
      },
    };
    expect(readPolicy(JSON.stringify(document))).toEqual({ ok: true, document });
  });

  it.each([
    ['an unknown field', `{${HEAD},"mod":"observe"}`, '/mod', 'mod', 'did you mean "mode"?'],
    [
      'an unknown field of a rule',
      `{${HEAD},"tools":{"a":{"limts":[]}}}`,
      '/tools/a/limts',
      'limts',
      'did you mean "limits"?',
    ],
    [
      'a field of another place',
      `{${HEAD},"limits":[]}`,
      '/limits',
      'limits',
      '"limits" belongs in a rule under "tools", or in "all_tools"',
    ],
    [
      'approve_if for all tools',
      `{${HEAD},"all_tools":{"approve_if":[]}}`,
      '/all_tools/approve_if',
      'approve_if',
      '"approve_if" belongs in a rule under "tools"',
    ],
    ['an unknown class', `{${HEAD},"risk":{"raed":{}}}`, '/risk/raed', 'raed', 'did you mean "read"?'],
    ['a version number', '{"version":1,"default":"deny"}', '/version', 'must be "1", not 1', 'write "1"'],
    [
      'a wrong default',
      '{"version":"1","default":"Deny"}',
      '/default',
      'must be "deny" or "allow", not "Deny"',
      'did you mean "deny"?',
    ],
    [
      'a missing default',
      '{"version":"1"}',
      '/default',
      '"default" is missing: it must be "deny" or "allow"',
      undefined,
    ],
    ['a wrong type', `{${HEAD},"tools":[]}`, '/tools', 'must be an object, not an array', undefined],
    ['an empty tool name', `{${HEAD},"tools":{"":{}}}`, '/tools/', 'must not be an empty name', undefined],
    ['an empty hidden name', `{${HEAD},"hide":[""]}`, '/hide/0', 'must not be empty', undefined],
    [
      'a short form as text',
      `{${HEAD},"tools":{"a":{"rate_limit":"5/hour"}}}`,
      '/tools/a/rate_limit',
      'must be an object, not "5/hour"',
      undefined,
    ],
    [
      'a rule for __proto__',
      `{${HEAD},"tools":{"__proto__":{"x":1}}}`,
      '/tools/__proto__/x',
      'not known',
      'known here: action, reason, require, deny_if, approve_if, limits, rate_limit',
    ],
    [
      'a field __proto__',
      `{${HEAD},"__proto__":{}}`,
      '/__proto__',
      'not known',
      'known here: $schema, version, description, default, mode, hide, arguments, all_tools, risk, tools, resources, prompts',
    ],
    [
      'a field __proto__ deep inside',
      `{${HEAD},"tools":{"a":{"__proto__":{}}}}`,
      '/tools/a/__proto__',
      'not known',
      'known here: action, reason, require, deny_if, approve_if, limits, rate_limit',
    ],
    [
      'a rule of a resource that only tools can have',
      `{${HEAD},"resources":{"uris":{"x://a":{"limits":[]}}}}`,
      '/resources/uris/x:~1~1a/limits',
      'not known',
      '"limits" belongs in a rule under "tools", or in "all_tools"',
    ],
    [
      'resources that wait for a person',
      `{${HEAD},"resources":{"uris":{"x://a":{"action":"require_approval"}}}}`,
      '/resources/uris/x:~1~1a/action',
      'must be "allow" or "deny", not "require_approval"',
      undefined,
    ],
    [
      'a rule with * that no URI can match',
      `{${HEAD},"resources":{"uris":{"FILE:///*":{}}}}`,
      '/resources/uris/FILE:~1~1~1*',
      'no URI can match',
      undefined,
    ],
    [
      'a hidden glob that no URI can match',
      `{${HEAD},"resources":{"hide":["file:///a/../*"]}}`,
      '/resources/hide/0',
      'no URI can match',
      undefined,
    ],
    [
      'names among resources',
      `{${HEAD},"resources":{"names":{}}}`,
      '/resources/names',
      'not known',
      '"names" belongs in "prompts"',
    ],
    [
      'a prompt without a name',
      `{${HEAD},"prompts":{"names":{"":{}}}}`,
      '/prompts/names/',
      'must not be an empty name',
      undefined,
    ],
    [
      'a rule for a prompt __proto__',
      `{${HEAD},"prompts":{"names":{"__proto__":{"x":1}}}}`,
      '/prompts/names/__proto__/x',
      'not known',
      'known here: action, reason',
    ],
    ['a document that is a list', '[]', '', 'must be an object, not an array', undefined],
    ['a document that is null', 'null', '', 'must be an object, not null', undefined],
  ])('refuses %s', (_, text, pointer, message, suggestion) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ pointer, message: expect.stringContaining(message) });
    expect(problems[0]?.suggestion).toBe(suggestion);
  });

  it.each([
    ['an unknown operator', { path: 'args.a', op: 'equals', value: 1 }, 'op', 'must be "eq"'],
    ['a path elsewhere', { path: 'state.a', op: 'eq', value: 1 }, 'path', 'must start with "args."'],
    ['a missing value', { path: 'args.a', op: 'eq' }, 'value', '"value" is missing'],
    [
      'a bound that is a text',
      { path: 'args.a', op: 'gt', value: '5' },
      'value',
      'must be a number, not "5"',
    ],
    ['a list that is none', { path: 'args.a', op: 'in', value: 'x' }, 'value', 'must be an array'],
    [
      'an existence that is no boolean',
      { path: 'args.a', op: 'exists', value: 'yes' },
      'value',
      'must be true or false',
    ],
    [
      'on_missing beside exists',
      { path: 'args.a', op: 'exists', value: true, on_missing: 'match' },
      'on_missing',
      'not known',
    ],
    ['a pattern that does not compile', { path: 'args.a', op: 'regex', value: '(' }, 'value', 'RE2 syntax'],
    ['a pattern that is too large', { path: 'args.a', op: 'regex', value: '\\d{900}' }, 'value', 'too large'],
    [
      'a wrong on_missing',
      { path: 'args.a', op: 'eq', value: 1, on_missing: 'deny' },
      'on_missing',
      'must be "match" or "no_match"',
    ],
  ])('refuses %s', (_, condition, member, message) => {
    const text = `{${HEAD},"tools":{"a":{"deny_if":[{"conditions":[${JSON.stringify(condition)}]}]}}}`;
    const pointer = `/tools/a/deny_if/0/conditions/0/${member}`;
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({ pointer, message: expect.stringContaining(message) }),
    ]);
  });

  it.each([
    [{ max: -1 }, 'max', 'must be from 0'],
    [{ max: 0.0000001 }, 'max', 'must be from 0'],
    [{ max: '5' }, 'max', 'must be a number'],
    [{ window: 'minut' }, 'window', 'must be "minute"'],
    [{ window: 0 }, 'window', 'must be at least 1'],
    [{ window: 1.5 }, 'window', 'must be "minute"'],
    [{ window: 31_622_401 }, 'window', 'must be at most 31622400'],
    [{ scope: 'global' }, 'scope', 'must be "grant"'],
    [{ counter: '' }, 'counter', 'must not be empty'],
    [{ increment_from: 'amount' }, 'increment_from', 'must start with "args."'],
    [{ increment_from: 'args.a[*]' }, 'increment_from', 'must lead to one number'],
    [{ on_unavailable: 'ignore' }, 'on_unavailable', 'must be "deny" or "allow"'],
  ])('refuses a limit with %j', (change, member, message) => {
    const limit = { counter: 'c', window: 'minute', max: 1, ...change };
    expect(problemsOf(`{${HEAD},"all_tools":{"limits":[${JSON.stringify(limit)}]}}`)).toEqual([
      expect.objectContaining({
        pointer: `/all_tools/limits/0/${member}`,
        message: expect.stringContaining(message),
      }),
    ]);
  });

  it('reports everything at once, from top to bottom, with its place', () => {
    const text = [
      '{ "version": "2", // old',
      '  "default": "deny",',
      '  "tools": {',
      '    "a": { "limts": [],',
      '           "deny_if": [ { "conditions": [ { "pth": "args.x", "op": "eqq", "value": 1, }, ] } ] },',
      '    "a": {},',
      '    "b/c": { "action": "hide" }',
      '  }',
      '}',
    ].join('\r\n');
    expect(problemsOf(text).map(({ line, column, pointer }) => [line, column, pointer])).toEqual([
      [1, 14, '/version'],
      [1, 19, ''],
      [4, 12, '/tools/a/limts'],
      [5, 45, '/tools/a/deny_if/0/conditions/0/pth'],
      [5, 68, '/tools/a/deny_if/0/conditions/0/op'],
      [5, 87, ''],
      [5, 90, ''],
      [6, 5, '/tools/a'],
      [7, 24, '/tools/b~1c/action'],
    ]);
  });

  it.each([
    ['', 'the text is empty'],
    [' \n', 'the text is empty'],
    ['{', 'closing brace'],
    [`{${HEAD},}`, 'a key in double quotes'],
    [`{${HEAD} "hide":[]}`, 'a comma'],
    [`{${HEAD}} {}`, 'ends before'],
    ["{'version':'1'}", 'double quotes'],
    [`{${HEAD},"description":"a\nb"}`, 'quote is missing'],
    [`{${HEAD},"description":"\\x"}`, 'escape'],
    [`/* c */ {${HEAD}}`, 'no comments'],
  ])('refuses the syntax of %j', (text, message) => {
    expect(problemsOf(text)[0]?.message).toContain(message);
  });

  it.each([
    [`{${HEAD},"version":"1"}`, '/version'],
    [`{${HEAD},"ver\\u0073ion":"1"}`, '/version'],
    [`{${HEAD},"tools":{"a":{},"a":{}}}`, '/tools/a'],
    [
      `{${HEAD},"tools":{"a":{"require":[{"conditions":[{"path":"args.a","op":"eq","value":{"k":[{"x":1,"x":2}]}}]}]}}}`,
      '/tools/a/require/0/conditions/0/value/k/0/x',
    ],
  ])('refuses duplicate keys: %s', (text, pointer) => {
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({ pointer, message: expect.stringContaining('twice') }),
    ]);
  });

  it('passes over a byte order mark', () => {
    expect(readPolicy(`\uFEFF{${HEAD}}`).ok).toBe(true);
  });

  it('refuses a document that is nested too deeply, or no JSON value at all', () => {
    expect(problemsOf('['.repeat(200_000))).not.toEqual([]);
    expect(problemsOf(`{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`)).not.toEqual([]);
    for (const value of [undefined, () => 1, 10n, Symbol('s')]) expect(validatePolicy(value).ok).toBe(false);
  });

  it('never throws, and never passes an unknown field', () => {
    fc.assert(fc.property(fc.string(), (text) => 'ok' in readPolicy(text)));
    const fields = [
      'version',
      'default',
      'description',
      '$schema',
      'mode',
      'hide',
      'arguments',
      'all_tools',
      'risk',
      'tools',
    ];
    const ruleFields = ['action', 'reason', 'require', 'deny_if', 'approve_if', 'limits', 'rate_limit'];
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, value) => {
        const member = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
        if (!fields.includes(key)) expect(problemsOf(`{${HEAD},${member}}`)).not.toEqual([]);
        if (!ruleFields.includes(key))
          expect(problemsOf(`{${HEAD},"tools":{"a":{${member}}}}`)).not.toEqual([]);
        expect(
          problemsOf(
            `{${HEAD},"risk":{"read":{"limits":[{"counter":"c","window":1,"max":1,"_":1,${member}}]}}}`,
          ),
        ).not.toEqual([]);
      }),
    );
  });
});
