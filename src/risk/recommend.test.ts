import { describe, expect, it } from 'vitest';
import { isNameable, recommendPolicy } from './recommend.ts';

describe('the recommended policy for one tool', () => {
  const limited = (name: string, max: number) => ({
    version: '1',
    default: 'deny',
    tools: { [name]: { limits: [{ counter: `${name}_rate`, window: 'minute', max, scope: 'grant' }] } },
  });

  it('of a Write tool is the worked example', () => {
    const policy = recommendPolicy([{ name: 'fluentcrm_pause_campaign', category: 'write' }]);
    expect(policy).toEqual(limited('fluentcrm_pause_campaign', 30));
  });

  it.each([
    ['read', { version: '1', default: 'deny', tools: { x: {} } }],
    ['execute', limited('x', 10)],
    ['unknown', limited('x', 10)],
    ['destructive', { version: '1', default: 'deny', hide: ['x'] }],
  ] as const)('of a class: %s', (category, policy) => {
    expect(recommendPolicy([{ name: 'x', category }])).toEqual(policy);
  });

  it('of a Financial tool asks a person, with a reason', () => {
    expect(recommendPolicy([{ name: 'x', category: 'financial' }])).toMatchObject({
      tools: { x: { action: 'require_approval', reason: expect.stringContaining('person') as string } },
    });
  });
});

describe('names that a policy cannot hold', () => {
  it.each([
    ['a star, which would be a glob', '*'],
    ['a star inside', 'get_*'],
    ['nothing', ''],
    ['more than a counter may have', 'x'.repeat(196)],
  ])('are left out, and so denied: %s', (_, name) => {
    expect(isNameable(name)).toBe(false);
    expect(recommendPolicy([{ name, category: 'read' }])).toEqual({ version: '1', default: 'deny' });
    expect(recommendPolicy([{ name, category: 'destructive' }])).toEqual({ version: '1', default: 'deny' });
  });

  it('are not those of members that every object has', () => {
    const policy = recommendPolicy([{ name: '__proto__', category: 'read' }]);
    expect(JSON.stringify(policy)).toBe('{"version":"1","default":"deny","tools":{"__proto__":{}}}');
  });

  it('count once: the first of two alike', () => {
    const policy = recommendPolicy([
      { name: 'a', category: 'destructive' },
      { name: 'a', category: 'read' },
    ]);
    expect(policy).toEqual({ version: '1', default: 'deny', hide: ['a'] });
  });
});
