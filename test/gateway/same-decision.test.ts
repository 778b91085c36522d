import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayRig, modernMessage } from '../support/gateway-rig.ts';

/**
 * Policy sits below the protocol: one and the same call gets one and the same decision, whatever revision, session, framing
 * or spelling carries it.
 */
let rig: GatewayRig;
const sessions = new Map<string, string>();
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;

beforeAll(async () => {
  rig = await GatewayRig.start({
    upstream: { sessions: true },
    policy: {
      version: '1',
      default: 'deny',
      hide: ['fail'],
      tools: {
        echo: { deny_if: [{ conditions: [{ path: 'args.text', op: 'regex', value: 'x' }] }] },
        pay: {
          require: [{ conditions: [{ path: 'args.reason', op: 'exists', value: true }] }],
          deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }],
          approve_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 50 }] }],
        },
        status: { action: 'deny' },
      },
    },
  });
  for (const revision of REVISIONS) {
    const answer = await rig.post(
      `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"${revision}","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
    );
    sessions.set(revision, answer.headers.get('mcp-session-id') ?? '');
  }
});
afterAll(() => rig.close());

interface Call {
  readonly name: string;
  readonly arguments?: unknown;
}

const legacy = (params: Call): object => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });

/** Every letter of names and texts as an escape. */
function escaped(text: string): string {
  return text.replaceAll(/[a-z]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The ways to say one call. */
function expressions(call: Call): [string, () => Promise<unknown>][] {
  const inSession = (revision: string, body: string) =>
    rig.post(body, { 'mcp-session-id': sessions.get(revision), 'mcp-protocol-version': revision });
  return [
    ['without a session', () => rig.post(JSON.stringify(legacy(call)))],
    ...REVISIONS.map((revision): [string, () => Promise<unknown>] => [
      `in a session of ${revision}`,
      () => inSession(revision, JSON.stringify(legacy(call))),
    ]),
    ['in a batch', () => inSession('2025-03-26', JSON.stringify([legacy(call)]))],
    ['with white space', () => rig.post(JSON.stringify(legacy(call), null, '\t'))],
    [
      'with its name and method escaped',
      () =>
        rig.post(
          `{"params":{"arguments":${JSON.stringify(call.arguments ?? {})},"name":"${escaped(call.name)}"},"method":"${escaped('tools/call')}","id":"1","jsonrpc":"2.0"}`,
        ),
    ],
    ['in the modern era', () => rig.modern('tools/call', { ...call })],
    [
      'in the modern era, with its headers encoded and in other case',
      () =>
        rig.post(JSON.stringify(modernMessage('tools/call', { ...call })), {
          'MCP-Protocol-Version': ' 2026-07-28 ',
          'MCP-METHOD': 'tools/call',
          'mcp-Name': `=?base64?${Buffer.from(call.name).toString('base64')}?=`,
        }),
    ],
  ];
}

const calls: fc.Arbitrary<Call> = fc.record(
  {
    name: fc.constantFrom('echo', 'pay', 'status', 'fail', 'delete_all', 'no_such_tool', 'Echo', '__proto__'),
    arguments: fc.oneof(
      fc.record(
        {
          text: fc.constantFrom('a', 'x', '', 1),
          amount: fc.constantFrom(1, 75, 150, '150', -1, null),
          reason: fc.constantFrom('late', ''),
        },
        { requiredKeys: [] },
      ),
      fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
    ),
  },
  { requiredKeys: ['name'] },
);

it('one call gets one decision, however it is said', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (call) => {
      const ways = expressions(call);
      for (const [, send] of ways) await send();
      const records = await rig.store.records.query({ order: 'newest', limit: ways.length });
      const decisions = records
        .toReversed()
        .map(({ outcome, rule, tool }, index) => ({ way: ways[index]?.[0], outcome, rule, tool }));
      const [first] = decisions;
      expect(decisions).toEqual(ways.map(([way]) => ({ ...first, way })));
      expect(first?.outcome).not.toBe('refused');
    }),
    { numRuns: 60 },
  );
});
