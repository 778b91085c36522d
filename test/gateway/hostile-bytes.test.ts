import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig, modernMessage } from '../support/gateway-rig.ts';

/**
 * Whatever bytes an agent sends, the gateway answers with a status of its own, stays up, and lets no call through but the
 * one tool that the policy allows.
 */
let rig: GatewayRig;
beforeAll(async () => {
  rig = await GatewayRig.start({ policy: { version: '1', default: 'deny', tools: { echo: {} } } });
  await rig.call('echo');
});
beforeEach(() => {
  rig.upstream.arrivals.length = 0;
});
afterAll(() => rig.close());

const STATUSES = new Set([200, 202, 400, 404, 405, 413, 415]);

async function expectHarmless(
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Promise<void> {
  const { status } = await rig.post(body, headers);
  expect(STATUSES).toContain(status);
  expect(rig.upstream.calls.filter(({ name }) => name !== 'echo')).toEqual([]);
}

const SEEDS = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_all","arguments":{"a":[1,{"b":null}]}}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"delete_all"}}}',
  '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_all"}}]',
  '{"jsonrpc":"2.0","id":"x","result":{"tools":[]}}',
  JSON.stringify(modernMessage('tools/call', { name: 'delete_all', requestState: 'x' })),
];

/** A text with a few pieces cut out, doubled, moved or replaced by pieces that matter in JSON. */
const mutated: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat({ max: 12 }),
        fc.constantFrom(
          '',
          '"name":"delete_all",',
          '"',
          '\\u0000',
          '{',
          '}',
          '[',
          ',',
          '1e999',
          '\\ud800',
          'null',
          '\n',
          '\uFEFF',
        ),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([seed, edits]) =>
    edits.reduce((text, [at, length, piece]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + piece + text.slice(start + length);
    }, seed),
  );

describe('bytes of any kind', () => {
  it('noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => expectHarmless(bytes)),
      { numRuns: 200 },
    );
  });

  it('any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), (text) => expectHarmless(text)),
      { numRuns: 200 },
    );
  });

  it('messages that were tampered with', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, (text) => expectHarmless(text)),
      { numRuns: 600 },
    );
  });

  it('headers that say something else', async () => {
    const value = fc.constantFrom(
      'echo',
      'delete_all',
      '2026-07-28',
      '2025-11-25',
      'tools/call',
      '=?base64?ZWNobw==?=',
      '',
      'x',
    );
    const headers = fc.dictionary(
      fc.constantFrom(
        'mcp-name',
        'mcp-method',
        'mcp-protocol-version',
        'mcp-session-id',
        'mcp-param-a',
        'last-event-id',
      ),
      value,
    );
    await fc.assert(
      fc.asyncProperty(mutated, headers, (text, extra) => expectHarmless(text, extra)),
      { numRuns: 400 },
    );
  });
});
