import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig, type Answered } from '../../support/gateway-rig.ts';

/** A tool must be named exactly as its server lists it, and every name is only a name. */
let rig: GatewayRig;
beforeAll(async () => {
  rig = await GatewayRig.start({
    policy: {
      version: '1',
      default: 'allow',
      hide: ['secret'],
      tools: { ['__proto__']: { action: 'deny', reason: 'No.' }, café: { action: 'deny', reason: 'No.' } },
    },
    upstream: {
      tools: ['echo', 'secret', 'café', '__proto__', 'constructor'].map((name) => ({
        name,
        inputSchema: { type: 'object' },
      })),
    },
  });
  await rig.call('echo');
});
beforeEach(() => {
  rig.upstream.arrivals.length = 0;
});
afterAll(() => rig.close());

const refusalOf = ({ message }: Answered): unknown => message.error;

describe('a name that resembles another', () => {
  it.each([
    ['in capitals', 'ECHO'],
    ['with a space behind it', 'echo '],
    ['with a space before it', ' echo'],
    ['with a NUL behind it', 'echo\0'],
    ['with a character of no width', 'ec\u200Bho'],
    ['with a Cyrillic letter', 'е\u0063ho'],
    ['with a mark of direction', '\u202Eecho'],
    ['with its accent taken apart', 'cafe\u0301'],
    ['behind a prefix', 'tools/echo'],
    ['with an escape', 'echo%00'],
  ])('%s is unknown, in either era', async (_, name) => {
    const expected = { code: -32602, message: `Unknown tool: ${name}` };
    expect(refusalOf(await rig.call(name))).toEqual(expected);
    const header = `=?base64?${Buffer.from(name).toString('base64')}?=`;
    expect(refusalOf(await rig.modern('tools/call', { name }, { 'mcp-name': header }))).toEqual(expected);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('a name of the language', () => {
  it.each(['toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])('%s is unknown', async (name) => {
    expect(refusalOf(await rig.call(name))).toEqual({ code: -32602, message: `Unknown tool: ${name}` });
    expect(rig.upstream.calls).toEqual([]);
  });

  it('that the server lists is a tool like any other: judged by its own rule', async () => {
    const denied = await rig.call('__proto__');
    expect(denied.message.result?._meta?.['io.toolgate/decision']?.rule).toBe('/tools/__proto__/action');
    expect(rig.upstream.calls).toEqual([]);
    expect((await rig.call('constructor')).message.result?.content?.[0]?.text).toBe('constructor: {}');
  });
});

it('a hidden tool is answered to the letter as one that does not exist', async () => {
  const hidden = await rig.call('secret');
  const unknown = await rig.call('secreT');
  expect(hidden.text.replace('secret', 'secreT')).toBe(unknown.text);
  expect([hidden.status, unknown.status]).toEqual([200, 200]);
  expect(rig.upstream.calls).toEqual([]);
});
