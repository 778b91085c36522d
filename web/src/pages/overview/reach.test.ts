import { expect, it } from 'vitest';
import { reachOf } from './reach.ts';
import { sumOfReach } from './sum-of-reach.ts';

const tool = (name: string, category: 'read' | 'write' | 'destructive') => ({
  name,
  inputSchema: { type: 'object' },
  risk: { category, confidence: 0.9 },
});
const TOOLS = [
  tool('list', 'read'),
  tool('rename', 'write'),
  tool('send', 'write'),
  tool('drop', 'destructive'),
];
const NARROW = JSON.stringify({ version: '1', default: 'deny', tools: { list: {} } });
const WIDE = JSON.stringify({
  version: '1',
  default: 'deny',
  hide: ['drop'],
  tools: { list: { action: 'require_approval' }, rename: {}, send: { action: 'require_approval' } },
});

it('lets nothing through without a policy', () => {
  expect(reachOf(TOOLS, [])).toMatchObject({
    read: { tools: 1, open: 0, held: 0 },
    write: { tools: 2, open: 0, held: 0 },
    destructive: { tools: 1, open: 0, held: 0 },
  });
});

it('counts each tool by the widest policy', () => {
  expect(reachOf(TOOLS, [NARROW, WIDE])).toMatchObject({
    read: { tools: 1, open: 1, held: 0 },
    write: { tools: 2, open: 1, held: 1 },
    destructive: { tools: 1, open: 0, held: 0 },
  });
});

it('adds up servers', () => {
  const one = reachOf(TOOLS, [NARROW]);
  expect(sumOfReach([one, one]).read).toEqual({ tools: 2, open: 2, held: 0 });
});
