import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig, type RigOptions } from '../support/gateway-rig.ts';

let rig: GatewayRig;
const start = async (options: RigOptions): Promise<GatewayRig> => (rig = await GatewayRig.start(options));
afterEach(() => rig.close());

const tool = (name: string, description = '') => ({
  name,
  description,
  inputSchema: { type: 'object', properties: {} },
});
const TOOLS = [
  tool('pause_campaign', 'Wstrzymuje kampanię'),
  tool('resume_campaign', 'Wznawia kampanię'),
  tool('delete_campaign', 'Usuwa kampanię'),
  tool('list_campaigns', 'Listuje kampanie'),
  tool('kubectl'),
];
const RULE = 'io.toolgate/decision';
const ruleOf = async (name: string): Promise<string | undefined> =>
  (await rig.call(name)).message.result?._meta?.[RULE]?.rule;

describe('the risk section of a policy', () => {
  it('governs each tool by its class, and one of unknown class as execute', async () => {
    const perMinute = (max: number) => ({ limits: [{ counter: 'calls', window: 'minute', max }] });
    const risk = {
      read: {},
      write: perMinute(1),
      execute: { action: 'deny' },
      destructive: { action: 'deny' },
    };
    await start({ policy: { version: '1', default: 'deny', risk }, upstream: { tools: TOOLS } });
    expect((await rig.call('list_campaigns')).message.result?.isError).not.toBe(true);
    expect((await rig.call('pause_campaign')).message.result?.isError).not.toBe(true);
    expect(await ruleOf('pause_campaign')).toBe('/risk/write/limits/calls');
    expect(await ruleOf('resume_campaign')).toBe('/risk/execute/action');
    expect(await ruleOf('kubectl')).toBe('/risk/execute/action');
    expect(await ruleOf('delete_campaign')).toBe('/risk/destructive/action');
    expect(rig.upstream.calls.map(({ name }) => name)).toEqual(['list_campaigns', 'pause_campaign']);
  });

  it.each(['known', 'not yet known'])(
    'lists what the classes allow, when the list of the server is %s',
    async (state) => {
      const policy = { version: '1', default: 'deny', risk: { write: {} } };
      await start({ policy, upstream: { tools: TOOLS } });
      if (state === 'known') await rig.call('pause_campaign');
      const { message } = await rig.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
      expect(message.result?.tools?.map(({ name }) => name)).toEqual(['pause_campaign']);
    },
  );

  it('yields to a rule for the tool itself', async () => {
    const policy = {
      version: '1',
      default: 'deny',
      risk: { write: { action: 'deny' } },
      tools: { pause_campaign: {} },
    };
    await start({ policy, upstream: { tools: TOOLS } });
    expect((await rig.call('pause_campaign')).message.result?.isError).not.toBe(true);
  });
});
