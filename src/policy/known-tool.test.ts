import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';

function policyOf(document: object) {
  const read = validatePolicy({ version: '1', default: 'deny', ...document });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return compilePolicy(read.document, { name: 'test', version: '7' });
}

/** Decides a call of the tool `x`, which takes any arguments. */
function decideX(document: object, args: unknown = {}) {
  return decide(policyOf(document), { tool: 'x', arguments: args }, knowTool({ name: 'x' }));
}

const above = (path: string, value: number) => ({ conditions: [{ path: `args.${path}`, op: 'gt', value }] });
const perMinute = (counter: string, max = 5) => ({ counter, window: 'minute', max });

describe('arguments', () => {
  const number = { inputSchema: { type: 'object', properties: { n: { type: 'number' } } } };

  it.each([
    ['declared ones', {}, { n: 1 }, 'allow'],
    ['none', {}, undefined, 'allow'],
    ['a wrong type', {}, { n: '1' }, 'deny'],
    ['an undeclared one', {}, { m: 1 }, 'deny'],
    ['an undeclared one, unchecked', { arguments: 'any' }, { m: 1 }, 'allow'],
    ['a list', {}, [1], 'deny'],
    ['null', {}, null, 'deny'],
    ['a list, unchecked', { arguments: 'any' }, [1], 'allow'],
  ])('%s', (_, document, args, outcome) => {
    const policy = policyOf({ ...document, tools: { x: {} } });
    const tool = knowTool({ name: 'x', ...number });
    const decision = decide(policy, { tool: 'x', arguments: args }, tool);
    expect(decision).toMatchObject(outcome === 'deny' ? { outcome, rule: '/arguments' } : { outcome });
  });

  it('must be an object even for a tool without a schema', () => {
    expect(decideX({ tools: { x: {} } }, 'text')).toMatchObject({ rule: '/arguments' });
    expect(decideX({ tools: { x: {} } }, { anything: 1 }).outcome).toBe('allow');
  });

  it.each([
    ['list_contacts', { _method: 'DELETE', subscribers: [23, 24] }],
    ['get_contact', { subscriberId: '22?_method=DELETE' }],
    ['list_tags', { _method: 'POST', title: 'smuggled tag' }],
    ['get_contact', { subscriberId: '../campaigns/5?_method=DELETE' }],
    ['get_contact', { subscriberId: '../../../wp/v2/users?_method=POST&username=a&roles[]=administrator' }],
  ])('stops arguments that turn a reading tool into a writing one: %s %j', (name, args) => {
    const schemas: Record<string, object> = {
      list_contacts: {
        type: 'object',
        properties: { page: { type: 'number' }, per_page: { type: 'number' }, search: { type: 'string' } },
      },
      get_contact: {
        type: 'object',
        properties: { subscriberId: { type: 'number' } },
        required: ['subscriberId'],
      },
      list_tags: { type: 'object', properties: { page: { type: 'number' }, search: { type: 'string' } } },
    };
    const policy = policyOf({ tools: { 'list_*': {}, 'get_*': {} } });
    const tool = knowTool({ name, inputSchema: schemas[name] });
    expect(decide(policy, { tool: name, arguments: args }, tool)).toMatchObject({
      outcome: 'deny',
      rule: '/arguments',
    });
  });

  it.each([
    ['beside the judged one', { amount: 1, Amount: 500 }],
    ['instead of it', { AMOUNT: 500 }],
    ['with a NUL', { 'amount\u0000': 500 }],
    ['in full-width letters', { ａｍｏｕｎｔ: 500 }],
    ['two others alike', { amount: 1, note: 1, Note: 2 }],
  ])('refuses look-alikes of a judged argument: %s', (_, args) => {
    const rule = { deny_if: [above('amount', 100)] };
    expect(decideX({ arguments: 'any', tools: { x: rule } }, args)).toMatchObject({
      outcome: 'deny',
      rule: '/arguments',
    });
    const limited = { limits: [{ ...perMinute('c'), increment_from: 'args.amount' }] };
    expect(decideX({ arguments: 'any', tools: { x: limited } }, args)).toMatchObject({
      outcome: 'deny',
      rule: '/arguments',
    });
    expect(decideX({ arguments: 'any', tools: { x: {} } }, args).outcome).toBe('allow');
  });
});
