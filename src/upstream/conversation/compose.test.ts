import fc from 'fast-check';
import { readMessage, type Json, type JsonRpcRequest } from '#mcp';
import { describe, expect, it } from 'vitest';
import { composeRequest, metaForServer } from './compose.ts';

function requestOf(text: string): JsonRpcRequest {
  const read = readMessage(JSON.parse(text) as Json);
  if (!read.ok || read.message.kind !== 'request') throw new Error('not a request');
  return read.message;
}

const LEGACY = { client: 'legacy', server: 'legacy' } as const;
const info = { name: 'toolgate', version: '1' };

describe('composeRequest', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":"a","method":"ping"}', undefined, '{"jsonrpc":"2.0","id":5,"method":"ping"}'],
    [
      '{"jsonrpc":"2.0","id":1,"method":"x"}',
      { t: 1 },
      '{"params":{"_meta":{"t":1}},"jsonrpc":"2.0","id":5,"method":"x"}',
    ],
    [
      '{"id":1,"params":{},"jsonrpc":"2.0","method":"x"}',
      { t: 1 },
      '{"id":5,"params":{"_meta":{"t":1}},"jsonrpc":"2.0","method":"x"}',
    ],
    [
      '{"id":1,"params":{"a":1e2},"jsonrpc":"2.0","method":"x"}',
      { t: 1 },
      '{"id":5,"params":{"_meta":{"t":1},"a":1e2},"jsonrpc":"2.0","method":"x"}',
    ],
    [
      '{"id":1,"params":{"_meta":{"u":0},"a":1.0},"jsonrpc":"2.0","method":"x"}',
      undefined,
      '{"id":5,"params":{"_meta":{},"a":1.0},"jsonrpc":"2.0","method":"x"}',
    ],
    ['{\r\n"id":1,\n"jsonrpc":"2.0","method":"x"}', undefined, '{ "id":5, "jsonrpc":"2.0","method":"x"}'],
  ])('rewrites %s with %o', (text, meta, expected) => {
    expect(composeRequest(requestOf(text), Buffer.from(text), 5, meta)).toBe(expected);
  });

  it('writes the message itself when the bytes hold more than it', () => {
    const text = '{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1,"_meta":{"u":0}}}';
    const composed = composeRequest(requestOf(text), Buffer.from(`[${text}]`), 5, { t: 1 });
    expect(JSON.parse(composed)).toEqual({
      jsonrpc: '2.0',
      id: 5,
      method: 'x',
      params: { a: 1, _meta: { t: 1 } },
    });
  });

  it('says the same from the bytes as from the message, on one line', () => {
    const params = fc.dictionary(
      fc.string().filter((name) => name !== '_meta' && name !== '__proto__'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(params, fc.option(fc.constant({ u: 1 })), fc.constantFrom(0, 2), (rest, own, indent) => {
        const full = own === null ? rest : { ...rest, _meta: own };
        const request: JsonRpcRequest = { kind: 'request', id: 'a', method: 'x', params: full };
        const text = JSON.stringify({ id: 'a', params: full, jsonrpc: '2.0', method: 'x' }, null, indent);
        const composed = composeRequest(request, Buffer.from(text), 5, { t: 1 });
        expect(composed).not.toMatch(/[\r\n]/);
        expect(JSON.parse(composed)).toEqual(JSON.parse(composeRequest(request, undefined, 5, { t: 1 })));
      }),
    );
  });
});

describe('metaForServer', () => {
  it('puts the server’s id in the place of the progress token and keeps foreign keys', () => {
    const request = requestOf(
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"progressToken":"p","example.com/k":1}}}',
    );
    expect(metaForServer(request, LEGACY, 5, info)).toEqual({ progressToken: 5, 'example.com/k': 1 });
  });

  it('is nothing when there is nothing to say', () => {
    expect(
      metaForServer(requestOf('{"jsonrpc":"2.0","id":1,"method":"x"}'), LEGACY, 5, info),
    ).toBeUndefined();
  });
});
