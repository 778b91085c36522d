import { describe, expect, it } from 'vitest';
import { idOfOversize, readServerMessage } from './server-message.ts';

const read = (text: string): ReturnType<typeof readServerMessage> => readServerMessage(Buffer.from(text));

describe('readServerMessage', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":{}}', { kind: 'response', id: 1, result: {}, error: undefined }],
    [
      '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}',
      { kind: 'response', result: undefined, error: { code: 1, message: 'm' } },
    ],
    ['{"jsonrpc":"2.0","id":1}', { kind: 'response', result: undefined, error: undefined }],
    [
      '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1}}',
      { kind: 'response', result: undefined, error: undefined },
    ],
    [
      '{"jsonrpc":"2.0","id":"a","method":"ping"}',
      { kind: 'request', id: 'a', method: 'ping', params: undefined },
    ],
    [
      '{"jsonrpc":"2.0","method":"notifications/x","params":{"a":1}}',
      { kind: 'notification', method: 'notifications/x', params: { a: 1 } },
    ],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it.each([
    'hello',
    '[]',
    '{}',
    'null',
    '{"jsonrpc":"1.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":null,"result":{}}',
    '{"jsonrpc":"2.0","id":null,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"id":2,"result":{}}',
    '[{"jsonrpc":"2.0","id":1,"result":{}}]',
  ])('takes %s for no message', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('takes bytes that are not UTF-8 for no message', () => {
    const line = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]);
    expect(readServerMessage(line)).toBeUndefined();
  });
});

describe('idOfOversize', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":12,"result":{"x":"', '"}}', 12],
    ['{"jsonrpc": "2.0", "id": 12, "result": {"x":"', '"}}', 12],
    ['{"id":12,"jsonrpc":"2.0","result":{"x":"', '"}}', 12],
    ['{"result":{"x":"', '"},"jsonrpc":"2.0","id":12}', 12],
    ['{"result":{"x":"', '"}, "id" : 12 , "jsonrpc": "2.0"}\r', 12],
    ['{"jsonrpc":"2.0","result":{"x":"', '","id":3}}', undefined],
    ['{"result":{"id":1,"x":"', '\\",\\"id\\":3}"}', undefined],
  ])('reads %s…%s as %s', (head, tail, id) => {
    expect(idOfOversize({ head, tail, bytes: 1 })).toBe(id);
  });
});
