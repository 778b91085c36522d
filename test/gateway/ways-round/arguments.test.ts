import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig } from '../../support/gateway-rig.ts';
import { CALL } from './guarded-rig.ts';

/** Ways to bring an argument past the rule that looks at it. */
const CAPPED = { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] };
const ASKED = {
  deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100, on_missing: 'match' }] }],
};
const number = { type: 'number' };
const tool = (name: string, inputSchema: object): Record<string, unknown> => ({ name, inputSchema });

let rig: GatewayRig;
beforeAll(async () => {
  rig = await GatewayRig.start({
    policy: {
      version: '1',
      default: 'deny',
      tools: { pay: CAPPED, refer: CAPPED, fill: ASKED, elsewhere: CAPPED },
    },
  });
  rig.upstream.tools = [
    tool('pay', {
      type: 'object',
      properties: { amount: number, note: { type: 'object', properties: { text: { type: 'string' } } } },
    }),
    tool('refer', {
      $ref: '#/$defs/call',
      $defs: { call: { type: 'object', properties: { amount: number } } },
    }),
    tool('fill', { type: 'object', properties: { amount: { ...number, default: 1000 } } }),
    tool('elsewhere', { $ref: `http://127.0.0.1:${rig.upstream.port}/schema.json` }),
  ];
  expect((await rig.call('pay', { amount: 1 })).message.result?.isError).toBeUndefined();
});
beforeEach(() => {
  rig.upstream.arrivals.length = 0;
});
afterAll(() => rig.close());

describe('an argument past its rule', () => {
  it.each<[string, string, string]>([
    ['that the tool does not declare', 'pay', '{"amount":1,"admin":true}'],
    ['under a name in other case', 'pay', '{"amount":1,"Amount":500}'],
    ['under a name in wide letters', 'pay', '{"amount":1,"\uFF41mount":500}'],
    ['under a name with a NUL behind it', 'pay', '{"amount":1,"amount\\u0000":500}'],
    ['as a text', 'pay', '{"amount":"500"}'],
    ['in a list', 'pay', '{"amount":[500]}'],
    ['beside what a member declares', 'pay', '{"amount":1,"note":{"text":"x","amount":500}}'],
    ['inside __proto__', 'pay', '{"__proto__":{"amount":500}}'],
    ['behind a reference inside the schema', 'refer', '{"amount":500}'],
    ['undeclared behind a reference inside the schema', 'refer', '{"amount":1,"more":1}'],
    ['left to the default of the server', 'fill', '{}'],
    ['under a schema that lies elsewhere', 'elsewhere', '{"amount":1}'],
  ])('%s is refused', async (_, name, args) => {
    const answer = await rig.post(`{${CALL},"params":{"name":"${name}","arguments":${args}}}`);
    expect(answer.message.result?.isError).toBe(true);
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.upstream.arrivals.filter(({ path }) => path !== '/mcp')).toEqual([]);
  });
});

it('a definition that changed is the one that the next call is held against, and its annotations change nothing', async () => {
  const strict = rig.upstream.tools;
  const changed = tool('pay', { type: 'object', properties: { amount: number, reason: { type: 'string' } } });
  rig.upstream.tools = [{ ...changed, annotations: { readOnlyHint: true, title: 'Pays nothing' } }];
  await rig.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
  const old = await rig.call('pay', { amount: 1, note: { text: 'x' } });
  expect(old.message.result?._meta?.['io.toolgate/decision']?.rule).toBe('/arguments');
  const dear = await rig.call('pay', { amount: 500, reason: 'new' });
  expect(dear.message.result?._meta?.['io.toolgate/decision']?.rule).toBe('/tools/pay/deny_if/0');
  expect(rig.upstream.calls).toEqual([]);
  rig.upstream.tools = strict;
});
