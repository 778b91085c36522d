import fc from 'fast-check';
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { JsonObject, JsonRpcRequest } from '#mcp';
import { continueCall, interruptCall } from '../../../src/gateway/request-state.ts';
import {
  openRequestId,
  openSession,
  sealRequestId,
  sealSession,
  type SessionOwner,
} from '../../../src/gateway/session-id.ts';
import { plainJson } from '../generators.ts';
import { defineTarget } from '../target.ts';

const key = new Uint8Array(32).fill(7);
const clock = { now: () => 1_000 };
const word = fc.constantFrom('a', 'b', 'a.b', '', '","', 'grant', 'shop');
const owner: fc.Arbitrary<SessionOwner> = fc.record({ grantId: word, serverId: word });
const edit = fc.tuple(
  fc.nat({ max: 500 }),
  fc.nat({ max: 3 }),
  fc.constantFrom('', '.', 'A', '=', '-', 'tgs1'),
);

function tampered(text: string, edits: readonly (readonly [number, number, string])[]): string {
  return edits.reduce((given, [at, length, piece]) => {
    const start = at % (given.length + 1);
    return given.slice(0, start) + piece + given.slice(start + length);
  }, text);
}

const call = (params: object): JsonRpcRequest => ({
  kind: 'request',
  id: 1,
  method: 'tools/call',
  params: params as JsonObject,
});

export const sealed = defineTarget({
  name: 'sealed',
  promise: 'what was handed out opens for its owner and call unchanged; anything else opens nothing',
  input: fc.record({
    owner,
    other: owner,
    upstream: fc.string({ maxLength: 30 }),
    edits: fc.array(edit, { maxLength: 3 }),
    noise: fc.string({ maxLength: 60 }),
    args: plainJson,
    otherArgs: plainJson,
  }),
  check({ owner, other, upstream, edits, noise, args, otherArgs }) {
    const session = { upstream, revision: '2025-11-25' };
    const id = sealSession(session, owner, key);
    const isSame = owner.grantId === other.grantId && owner.serverId === other.serverId;
    deepStrictEqual(openSession(id, owner, key), session);
    deepStrictEqual(openSession(id, other, key), isSame ? session : undefined);
    deepStrictEqual(openSession(id, owner, new Uint8Array(32)), undefined);
    for (const text of [tampered(id, edits), noise, `tgs1.${noise}`, id.replace('tgs1', 'tgr1')])
      deepStrictEqual(openSession(text, owner, key), text === id ? session : undefined);

    const requestId = sealRequestId(upstream, id, owner, key);
    strictEqual(openRequestId(requestId, id, owner, key), upstream);
    const forged = tampered(requestId, edits);
    strictEqual(openRequestId(forged, id, owner, key), forged === requestId ? upstream : undefined);
    strictEqual(openRequestId(requestId, `${id}x`, owner, key), undefined);
    strictEqual(openRequestId(requestId, id, other, key), isSame ? upstream : undefined);

    const params = { name: 'ask', arguments: args };
    const first = continueCall(call(params), owner, key, clock);
    if (first?.ok !== true) throw new Error('a first call is refused');
    const interrupted = interruptCall({ requestState: upstream }, first.progress, owner, key, clock);
    const requestState = String(interrupted?.['requestState']);
    const again = continueCall(call({ ...params, requestState }), owner, key, clock);
    if (again?.ok !== true) throw new Error('a state that was handed out is refused');
    deepStrictEqual(again.params, { ...params, requestState: upstream });
    const isSameCall = JSON.stringify(args) === JSON.stringify(otherArgs);
    const attempts: [boolean, object, SessionOwner][] = [
      [isSame, { ...params, requestState }, other],
      [false, { ...params, name: 'echo', requestState }, owner],
      [isSameCall, { ...params, arguments: otherArgs, requestState }, owner],
      [
        tampered(requestState, edits) === requestState,
        { ...params, requestState: tampered(requestState, edits) },
        owner,
      ],
      [false, { ...params, requestState: noise }, owner],
    ];
    for (const [may, given, by] of attempts) {
      const opened = continueCall(call(given), by, key, clock);
      if (opened?.ok === true && !may && !isEqualCall(given, params))
        throw new Error(`opened: ${JSON.stringify(given)}`);
      if (opened?.ok === false && may) throw new Error(`refused: ${JSON.stringify(given)}`);
    }
  },
});

/** Whether two calls are the same but for the order of members: the order means nothing. */
function isEqualCall(given: object, params: object): boolean {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
          .map(([name, member]) => [name, sorted(member)])
          .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
      : Array.isArray(value)
        ? value.map(sorted)
        : value;
  const { requestState: _, ...rest } = given as Record<string, unknown>;
  return JSON.stringify(sorted(rest)) === JSON.stringify(sorted(params));
}
