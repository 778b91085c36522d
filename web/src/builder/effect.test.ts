import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, knowTool, type PolicyDocument, type Rule } from '#policy';
import { proposalsAt } from './completion.ts';
import { compareEffects, effectOn, limitInWords, nothingYet, ruleAt } from './effect.ts';
import { pointerOf } from './place.ts';
import { policies } from './policies.suite.ts';

const compile = (document: PolicyDocument) => compilePolicy(document, { name: 'p', version: '' });
const tools = new Map(['a', 'b', 'list_x'].map((name) => [name, knowTool({ name }, 'read')]));

describe('effects', () => {
  const policy = compile({
    version: '1',
    default: 'deny',
    hide: ['b'],
    risk: { read: { limits: [{ counter: 'r', window: 'minute', max: 5 }] } },
    tools: {
      a: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] },
    },
  });

  it('are in the words of the engine, with the rule that wins', () => {
    expect(effectOn(policy, 'a', tools.get('a'))).toEqual({
      rule: '/tools/a',
      outcome: 'allowed',
      sentence: 'allowed',
      questions: ['Refused when args.amount is above 100'],
    });
    expect(effectOn(policy, 'b', tools.get('b')).rule).toBe('(hidden)');
    expect(effectOn(policy, 'list_x', tools.get('list_x'))).toMatchObject({
      rule: '/risk/read',
      sentence: 'allowed, at most 5 a minute per grant',
    });
  });

  it('tell two policies apart tool by tool', () => {
    expect(compareEffects(nothingYet(), policy, tools).map(({ tool }) => tool)).toEqual(['a', 'b', 'list_x']);
    expect(compareEffects(policy, policy, tools)).toEqual([]);
  });

  it('limits have a sentence', () => {
    expect(limitInWords({ counter: 'c', window: 'minute', max: 30 })).toBe(
      'at most 30 calls a minute per grant',
    );
    expect(limitInWords({ counter: 'c', window: 'day', max: 100, increment_from: 'args.amount' })).toBe(
      'at most 100 a day per grant, counted from args.amount',
    );
  });
});

describe('the rule behind a pointer', () => {
  /** Rule by rule, from the top of the document. */
  function walk({ tools: own, risk }: PolicyDocument, pointer: string): Rule | undefined {
    for (const [section, rules] of Object.entries({ tools: own, risk }))
      for (const [name, rule] of Object.entries<Rule | undefined>(rules ?? {}))
        if (pointerOf([section, name]) === pointer) return rule;
    return undefined;
  }
  it('is the one that a walk through the document finds, whatever the names in it', () => {
    const others = [
      '/tools',
      '/tools/nothing',
      '/risk/constructor',
      '/tools/__proto__',
      '(default deny)',
      '',
    ];
    fc.assert(
      fc.property(policies, (document) => {
        const { tools: own = {}, risk = {} } = document;
        const pointers = Object.entries({ tools: own, risk }).flatMap(([section, rules]) =>
          Object.keys(rules).map((name) => pointerOf([section, name])),
        );
        for (const pointer of [...pointers, ...others])
          expect(ruleAt(document, pointer)).toBe(walk(document, pointer));
      }),
    );
  });
});

describe('completion', () => {
  const at = (text: string) => {
    const offset = text.indexOf('|');
    return proposalsAt(text.replace('|', ''), offset, ['send', 'stop'])?.options.map(({ label }) => label);
  };
  it('offers members, values and tools where each may stand', () => {
    expect(at('{ "version": "1", | }')).toContain('all_tools');
    expect(at('{ "default": | }')).toEqual(['"deny"', '"allow"']);
    expect(at('{ "hide": [ "|" ] }')).toEqual(['send', 'stop']);
    expect(at('{ "tools": { "|" } }')).toEqual(['send', 'stop']);
    expect(at('{ "tools": { "send": { | } } }')).toContain('rate_limit');
    expect(at('{ "tools": { "send": { "limits": [ { "window": | } ] } } }')).toContain('"minute"');
    expect(at('{ "tools": { "send": { "deny_if": [ { "conditions": [ { "op": | } ] } ] } } }')).toContain(
      '"regex"',
    );
  });
});
