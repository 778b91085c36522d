import { describe, expect, it } from 'vitest';
import { readBody } from './read-body.ts';

const read = (text: string) => readBody(new TextEncoder().encode(text));

describe('readBody', () => {
  it('gives the message and the value it came from', () => {
    const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"n":1}}}';
    expect(read(text)).toEqual({
      ok: true,
      value: JSON.parse(text),
      message: { kind: 'request', id: 1, method: 'tools/call', params: { name: 'x', arguments: { n: 1 } } },
      hasLossyArgument: false,
      isExact: true,
    });
  });

  it('tells of a number outside of the arguments that cannot be written again', () => {
    const text = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"progressToken":1e400}}}';
    expect(read(text)).toMatchObject({ ok: true, hasLossyArgument: false, isExact: false });
  });

  it.each([
    ['not JSON', '{', -32700],
    ['a duplicate method', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', -32700],
    [
      'a duplicate tool name',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","na\\u006de":"b"}}',
      -32700,
    ],
    ['a deep document', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, -32700],
    ['a batch', '[]', -32600],
    [
      'an id that a double rounds to an integer',
      '{"jsonrpc":"2.0","id":1.00000000000000000001,"method":"ping"}',
      -32600,
    ],
    ['a look-alike', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"x"}}', -32602],
  ])('refuses %s with HTTP 400', (_, text, code) => {
    expect(read(text)).toMatchObject({ ok: false, refusal: { httpStatus: 400, code } });
  });

  it.each([
    ['"arguments":{"a":[9007199254740993]}', true, false],
    ['"arguments":{"a":1e400}', true, false],
    ['"arguments":{"a":9007199254740992,"b":0.1,"c":1.50}', false, true],
    ['"arguments":{},"_meta":{"a":9007199254740993}', false, false],
  ])('tells whether the arguments, or anything, hold a lossy number: %s', (members, expected, isExact) => {
    const result = read(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x",${members}}}`);
    expect(result).toMatchObject({ ok: true, hasLossyArgument: expected, isExact });
  });
});
