import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig, type Answered } from '../support/gateway-rig.ts';

/**
 * A server interrupts a call to ask for input, and the agent goes on with a second request. What it brings back is bound to
 * the call: the same grant, tool and arguments, once, in time; and the continuation is judged again.
 */
const time = { ms: Date.UTC(2026, 0, 1, 12) };
const ONCE = { limits: [{ counter: 'asks', window: 'day', max: 1 }] };
let rig: GatewayRig;
beforeEach(async () => {
  time.ms = Date.UTC(2026, 0, 1, 12);
  rig = await GatewayRig.start({
    policy: { version: '1', default: 'deny', tools: { ask: ONCE, ask_for_ever: {}, echo: {} } },
    clock: { now: () => time.ms },
  });
});
afterEach(() => rig.close());

const ASK = { name: 'ask', arguments: { topic: 'tea' } };
const inputResponses = { sure: { action: 'accept' } };

const ask = (params: Record<string, unknown> = {}): Promise<Answered> =>
  rig.modern('tools/call', { ...ASK, ...params });
const stateOf = ({ message }: Answered): unknown => message.result?.['requestState'];
const sent = (): { params: Record<string, unknown> } =>
  JSON.parse(rig.upstream.arrivals.at(-1)?.body ?? '{}') as { params: Record<string, unknown> };

describe('a call that is interrupted', () => {
  it("goes on with the server's own state, and is counted once", async () => {
    const first = await ask();
    expect(first.message.result).toMatchObject({ resultType: 'input_required', inputRequests: { sure: {} } });
    expect(stateOf(first)).toMatch(/^tgq1\./);
    const second = await ask({ inputResponses, requestState: stateOf(first) });
    expect(second.message.result).toMatchObject({
      resultType: 'complete',
      content: [{ text: 'ask: {"topic":"tea"}' }],
    });
    expect(sent().params).toMatchObject({ requestState: 'state-of-the-server', inputResponses });
  });

  it('pays again when a state is used again', async () => {
    const requestState = stateOf(await ask());
    expect((await ask({ inputResponses, requestState })).message.result?.isError).toBeUndefined();
    const again = await ask({ inputResponses, requestState });
    expect(again.message.result?._meta?.['io.toolgate/decision']?.rule).toBe('/tools/ask/limits/asks');
    expect(rig.upstream.calls).toHaveLength(2);
  });

  it('is judged again', async () => {
    const requestState = stateOf(await ask());
    rig.setPolicy({
      version: '1',
      default: 'deny',
      tools: { ask: { action: 'deny', reason: 'No more tea.' } },
    });
    const second = await ask({ inputResponses, requestState });
    expect(second.message.result?.content?.[0]?.text).toBe('[POLICY DENIED] No more tea.');
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('ends after ten rounds', async () => {
    let requestState: unknown;
    for (let round = 0; round < 10; round++) {
      const answer = await rig.modern('tools/call', {
        name: 'ask_for_ever',
        ...(requestState === undefined ? {} : { inputResponses, requestState }),
      });
      requestState = stateOf(answer);
      expect(requestState).toMatch(/^tgq1\./);
    }
    const last = await rig.modern('tools/call', { name: 'ask_for_ever', inputResponses, requestState });
    expect(last.message.error?.code).toBe(-32603);
  });
});

it('answers without a state are a new call, judged and counted as one', async () => {
  expect((await ask({ inputResponses })).message.result).toMatchObject({ resultType: 'complete' });
  const second = await ask({ inputResponses });
  expect(second.message.result?._meta?.['io.toolgate/decision']?.rule).toBe('/tools/ask/limits/asks');
});

describe('a state', () => {
  it.each<[string, (state: unknown) => Record<string, unknown>]>([
    ['with other arguments', (requestState) => ({ arguments: { topic: 'wine' }, requestState })],
    ['with another tool', (requestState) => ({ name: 'echo', requestState })],
    ['with an argument more', (requestState) => ({ arguments: { topic: 'tea', more: 1 }, requestState })],
    ["of the server's own making", () => ({ requestState: 'state-of-the-server' })],
    ['that is forged', (state) => ({ requestState: `${String(state).slice(0, -1)}_` })],
    ['that is no text', () => ({ requestState: { a: 1 } })],
  ])('%s opens nothing', async (_, params) => {
    const state = stateOf(await ask());
    rig.upstream.arrivals.length = 0;
    const answer = await ask({ inputResponses, ...params(state) });
    expect(answer.message.error?.code).toBe(-32602);
    expect(rig.upstream.arrivals).toEqual([]);
  });

  it('is good for a quarter of an hour', async () => {
    const requestState = stateOf(await ask());
    time.ms += 15 * 60_000 - 1;
    expect((await ask({ inputResponses, requestState })).message.error).toBeUndefined();
    time.ms += 1;
    const late = await ask({ inputResponses, requestState });
    expect(late.message.error?.message).toMatch(/expired/);
  });

  it('of another grant opens nothing', async () => {
    const requestState = stateOf(await ask());
    const url = rig.url.replace('shop', 'other');
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        ...ASK,
        inputResponses,
        requestState,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    });
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${rig.strangerToken}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'ask',
      },
      body,
    });
    expect(await response.json()).toMatchObject({ error: { code: -32602 } });
  });
});
