import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayRig, type Answered } from '../support/gateway-rig.ts';

/** What a server answers may harm neither the gateway nor its other callers, and shows no agent what is hidden from it. */
let rig: GatewayRig;
beforeAll(async () => {
  rig = await GatewayRig.start({
    policy: {
      version: '1',
      default: 'deny',
      tools: {
        echo: {},
        pay: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] },
      },
    },
  });
  await rig.call('echo');
});
afterAll(() => rig.close());

const FRAMINGS = [
  ['as JSON', 'application/json', (text: string) => text],
  ['as an event', 'text/event-stream', (text: string) => `data: ${text}\n\n`],
] as const;

async function answeredWith(text: string, contentType: string, status = 200): Promise<Answered> {
  rig.upstream.rawAnswer = { status, contentType, body: text };
  return rig.call('echo');
}

const nested = (open: string, depth: number, close: string): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

describe.each(FRAMINGS)('an answer %s', (_, contentType, frame) => {
  it.each([
    ['lists in lists', nested('[', 100_000, ']')],
    ['a tool list', `{"tools":[{"name":"echo","inputSchema":${nested('{"a":', 20_000, '}')}}]}`],
  ])('that is nested without end is a failure that the agent is told: %s', async (__, result) => {
    const message = result.startsWith('[') ? result : `{"jsonrpc":"2.0","id":1,"result":${result}}`;
    const answer = await answeredWith(frame(message), contentType);
    expect(answer.message).toMatchObject({ id: 1, result: { isError: true } });
    await expect.poll(async () => (await rig.records()).at(-1)?.ending?.result).toBe('broken');
    expect((await rig.call('echo')).message.result?.content?.[0]?.text).toBe('echo: {}');
  });

  const hidden = '"result":{"tools":[{"name":"delete_all"}]}';
  it.each([
    ['that is a notification too', `{"jsonrpc":"2.0","method":"notifications/x",${hidden}}`],
    ['that is a request too', `{"jsonrpc":"2.0","id":1,"method":"ping",${hidden}}`],
    ['that is an error too', `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"},${hidden}}`],
    [
      'that is an error too, without an id',
      `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"},${hidden}}`,
    ],
    ['in a list', `[{"jsonrpc":"2.0","id":1,${hidden}}]`],
    ['in a list in a list', `[[{"jsonrpc":"2.0","id":1,${hidden}}]]`],
    ['with the id of somebody else', `{"jsonrpc":"2.0","id":2,${hidden}}`],
  ])('%s shows no hidden tool', async (__, message) => {
    expect((await answeredWith(frame(message), contentType)).text).not.toContain('delete_all');
  });

  it('of a tool that looks like a list defines no tools', async () => {
    const open = '{"name":"pay","inputSchema":{"type":"object"}}';
    await answeredWith(frame(`{"jsonrpc":"2.0","id":1,"result":{"tools":[${open}]}}`), contentType);
    const { message } = await rig.call('pay', { amount: 1, undeclared: true });
    expect(message.result?._meta?.['io.toolgate/decision']?.rule).toBe('/arguments');
  });
});

it('an HTTP error with a result beside the error shows no hidden tool', async () => {
  const text =
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"},"result":{"tools":[{"name":"delete_all"}]}}';
  const answer = await answeredWith(text, 'application/json', 400);
  expect(answer.message.error?.code).toBe(-32602);
  expect(answer.text).not.toContain('delete_all');
});
