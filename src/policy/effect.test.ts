import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from './document.ts';
import { effectOfPolicy } from './effect.ts';

const limit = (max: number, more = {}) => ({ counter: 'c', window: 'minute', max, ...more }) as const;

describe('the effect of a policy in words', () => {
  it.each<[string, Partial<PolicyDocument>, string]>([
    ['a rule without conditions', { tools: { x: {} } }, 'allowed'],
    ['a limit', { tools: { x: { limits: [limit(30)] } } }, 'allowed, at most 30 a minute per grant'],
    [
      'two limits',
      {
        all_tools: { limits: [limit(5, { scope: 'server' })] },
        tools: { x: { rate_limit: { max: 1, window: 90 } } },
      },
      'allowed, at most 5 a minute for all grants of the server together, at most 1 in 90 seconds per session',
    ],
    ['approval', { tools: { x: { action: 'require_approval' } } }, 'every call waits for a person'],
    ['deny', { tools: { x: { action: 'deny' } } }, 'listed, but every such call is refused'],
    ['hide', { default: 'allow', hide: ['x'] }, 'neither listed nor callable'],
    ['default deny', {}, 'neither listed nor callable'],
  ])('%s', (_, document, effect) => {
    expect(effectOfPolicy({ version: '1', default: 'deny', ...document }, 'x')).toBe(effect);
  });
});
