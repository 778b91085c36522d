import { describe, expect, it } from 'vitest';
import type { Json } from './message.ts';
import { isRequestId, readMessage } from './read-message.ts';

const read = (text: string) => readMessage(JSON.parse(text) as Json);
const call = (extra: string): string => `{"jsonrpc":"2.0","id":7,"method":"tools/call",${extra}}`;

function refusalOf(text: string) {
  const result = read(text);
  if (result.ok) throw new Error(`accepted ${text}`);
  return result.refusal;
}

describe('readMessage', () => {
  it.each([
    [
      '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      { kind: 'request', id: 1, method: 'tools/list', params: undefined },
    ],
    [
      '{"jsonrpc":"2.0","id":"","method":"tools\\u002fcall","params":{}}',
      { kind: 'request', id: '', method: 'tools/call', params: {} },
    ],
    [
      '{"jsonrpc":"2.0","id":-9007199254740991,"method":"vendor/x","params":{"a":1}}',
      { kind: 'request', id: -9007199254740991, method: 'vendor/x', params: { a: 1 } },
    ],
    [
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      { kind: 'notification', method: 'notifications/initialized', params: undefined },
    ],
    [
      '{"jsonrpc":"2.0","method":"vendor/x"}',
      { kind: 'notification', method: 'vendor/x', params: undefined },
    ],
    ['{"jsonrpc":"2.0","id":"a","result":{}}', { kind: 'response', id: 'a', result: {}, error: undefined }],
    [
      '{"jsonrpc":"2.0","id":0,"error":{"code":-1,"message":"no","data":[1]}}',
      { kind: 'response', id: 0, result: undefined, error: { code: -1, message: 'no', data: [1] } },
    ],
  ])('reads %s', (text, message) => {
    expect(read(text)).toEqual({ ok: true, message });
  });

  it.each([
    ['an array', '[]', undefined],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', undefined],
    ['null', 'null', undefined],
    ['a text', '"tools/call"', undefined],
    ['a number', '1', undefined],
    ['an empty object', '{}', undefined],
    ['no jsonrpc', '{"id":1,"method":"ping"}', 1],
    ['jsonrpc 1.0', '{"jsonrpc":"1.0","id":1,"method":"ping"}', 1],
    ['jsonrpc as a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}', 1],
    ['neither method nor result', '{"jsonrpc":"2.0","id":1}', 1],
    ['method and result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', 1],
    ['result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}', 1],
    ['method and a null result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":null}', 1],
    ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":["ping"]}', 1],
    ['an empty method', '{"jsonrpc":"2.0","id":1,"method":""}', 1],
    ['a very long method', `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(257)}"}`, 1],
    ['id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', undefined],
    ['id true', '{"jsonrpc":"2.0","id":true,"method":"ping"}', undefined],
    ['id object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', undefined],
    ['id array', '{"jsonrpc":"2.0","id":[1],"method":"ping"}', undefined],
    ['id fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', undefined],
    ['id beyond safe integers', '{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}', undefined],
    ['id infinite', '{"jsonrpc":"2.0","id":1e400,"method":"ping"}', undefined],
    ['id minus zero', '{"jsonrpc":"2.0","id":-0,"method":"ping"}', undefined],
    ['id of 257 characters', `{"jsonrpc":"2.0","id":"${'x'.repeat(257)}","method":"ping"}`, undefined],
    ['id with a control', '{"jsonrpc":"2.0","id":"a\\u0000","method":"ping"}', undefined],
    ['id with a C1 control', '{"jsonrpc":"2.0","id":"a\\u0085","method":"ping"}', undefined],
    ['params null', call('"params":null'), 7],
    ['params array', call('"params":["x"]'), 7],
    ['params text', call('"params":"x"'), 7],
    [
      'a request method without id',
      '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x"}}',
      undefined,
    ],
    ['a server request without id', '{"jsonrpc":"2.0","method":"sampling/createMessage"}', undefined],
    ['a notification with id', '{"jsonrpc":"2.0","id":3,"method":"notifications/initialized"}', 3],
    ['an unknown notification with id', '{"jsonrpc":"2.0","id":3,"method":"notifications/vendor"}', 3],
    ['a response without id', '{"jsonrpc":"2.0","result":{}}', undefined],
    ['a response with id null', '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}', undefined],
    ['a response with params', '{"jsonrpc":"2.0","id":3,"result":{},"params":{}}', 3],
    ['a result that is no object', '{"jsonrpc":"2.0","id":3,"result":[]}', 3],
    ['an error that is no object', '{"jsonrpc":"2.0","id":3,"error":"x"}', 3],
    ['an error without code', '{"jsonrpc":"2.0","id":3,"error":{"message":"x"}}', 3],
    ['an error with a broken code', '{"jsonrpc":"2.0","id":3,"error":{"code":1.5,"message":"x"}}', 3],
    ['an error without message', '{"jsonrpc":"2.0","id":3,"error":{"code":1}}', 3],
    ['an extra member', call('"extra":1'), 7],
    ['a folded member', call('"Method":"tools/list"'), 7],
    ['a member with a trailing NUL', call('"method\\u0000":"x"'), 7],
    ['a member with a long s', call('"param\\u017f":{}'), 7],
    ['a __proto__ member', call('"__proto__":{"method":"x"}'), 7],
  ])('refuses %s with HTTP 400 and -32600', (_, text, id) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ httpStatus: 400, code: -32600 });
    expect(refusal.id).toBe(id);
    expect('id' in refusal).toBe(id !== undefined);
  });

  it('says what a call without an id needs', () => {
    expect(refusalOf('{"jsonrpc":"2.0","method":"tools/call"}').message).toBe(
      'Invalid request: tools/call needs an id',
    );
  });

  it.each([
    ['Name', '"Name":"evil"'],
    ['NAME', '"NAME":"evil"'],
    ['name and NUL', '"name\\u0000":"evil"'],
    ['name with a zero-width space', '"na\\u200bme":"evil"'],
    ['fullwidth name', '"\\uff4e\\uff41\\uff4d\\uff45":"evil"'],
    ['name with a combining mark', '"nam\\u0301e":"evil"'],
    ['tasK with a Kelvin sign', '"tas\\u212a":{}'],
    ['argumentſ', '"argument\\u017f":{}'],
    ['Arguments', '"Arguments":{}'],
    ['urı with a dotless i', '"ur\\u0131":"file:///x"'],
    ['urİ with a dotted capital', '"UR\\u0130":"file:///x"'],
    ['_META', '"_META":{}'],
    ['RequestState', '"RequestState":"x"'],
    ['__proto__', '"__proto__":{"name":"evil"}'],
    ['a folded key of _meta', '"_meta":{"IO.modelcontextprotocol/protocolVersion":"2026-07-28"}'],
    ['a NUL key of _meta', '"_meta":{"io.modelcontextprotocol/protocolVersion\\u0000":"2026-07-28"}'],
    ['__proto__ in _meta', '"_meta":{"__proto__":{}}'],
    ['_meta null', '"_meta":null'],
    ['_meta array', '"_meta":[]'],
    ['a folded key of ref', '"ref":{"type":"ref/prompt","name":"a","Name":"b"}'],
    ['a folded key of notifications', '"notifications":{"resourcesubscriptions":["x://a"]}'],
    ['a folded key of ref beside notifications', '"notifications":{},"ref":{"name":"a","URI":"b"}'],
  ])('refuses the look-alike %s in params with -32602', (_, member) => {
    expect(refusalOf(call(`"params":{"name":"ok",${member}}`))).toMatchObject({
      httpStatus: 400,
      code: -32602,
      id: 7,
    });
  });

  it.each([
    '"names":["x"]',
    '"first_name":"x"',
    '"ąę":1',
    '"constructor":1',
    '"toString":1',
    '"arguments":{"Name":"x","__proto__":1,"NAME":2}',
    '"_meta":{"com.example/Name":1,"progressToken":"p","traceparent":"00-1-2-01","Foo":1}',
    '"ref":"x"',
  ])('lets unknown members of params pass: %s', (member) => {
    expect(read(call(`"params":{"name":"ok",${member}}`)).ok).toBe(true);
  });

  it('shows odd member names escaped', () => {
    expect(refusalOf(call('"method\\u0000":1')).message).toContain('method\\u{0}');
  });
});

describe('isRequestId', () => {
  it.each(['', 'a b', 'ż', 'x'.repeat(256), 0, 1, -1, 9007199254740991])('accepts %j', (id) => {
    expect(isRequestId(id)).toBe(true);
  });

  it.each([null, undefined, true, 0.5, Number.NaN, 'a\n', '\u007f', { a: 1 }, ['a']])('refuses %j', (id) => {
    expect(isRequestId(id)).toBe(false);
  });
});
