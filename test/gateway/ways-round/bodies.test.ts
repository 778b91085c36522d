import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CALL, guardedRig } from './guarded-rig.ts';

const guard = guardedRig();

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('bodies that two readers could read differently', () => {
  it.each([
    ['a name that occurs twice', `{${CALL},"params":{"name":"echo","name":"delete_all"}}`, 400, -32700],
    [
      'a name that occurs twice, once escaped',
      `{${CALL},"params":{"name":"echo","na\\u006de":"delete_all"}}`,
      400,
      -32700,
    ],
    [
      'a method that occurs twice',
      `{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"delete_all"}}`,
      400,
      -32700,
    ],
    [
      'params that occur twice',
      `{${CALL},"params":{"name":"echo"},"params":{"name":"delete_all"}}`,
      400,
      -32700,
    ],
    [
      'a member in other case',
      `{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"delete_all"}}`,
      400,
      -32600,
    ],
    [
      'a method with a NUL behind it',
      `{${CALL},"method\\u0000":"ping","params":{"name":"echo"}}`,
      400,
      -32600,
    ],
    ['params with a long s', `{${CALL},"param\\u017f":{"name":"delete_all"}}`, 400, -32600],
    ['a Name beside the name', `{${CALL},"params":{"name":"echo","Name":"delete_all"}}`, 400, -32602],
    [
      'a __proto__ in params',
      `{${CALL},"params":{"name":"echo","__proto__":{"name":"delete_all"}}}`,
      400,
      -32602,
    ],
    ['an array', `[{${CALL},"params":{"name":"delete_all"}}]`, 400, -32600],
    ['an empty array', '[]', 400, -32600],
    ['a text', '"tools/call"', 400, -32600],
    ['nothing', '', 400, -32700],
    ['no JSON', 'name=delete_all', 400, -32700],
    ['half a message', `{${CALL},"params":{"name":"delete_all"`, 400, -32700],
    ['a comment', `{${CALL},/* */"params":{"name":"delete_all"}}`, 400, -32700],
    [
      'a second message behind the first',
      `{${CALL},"params":{"name":"echo"}}{${CALL},"params":{"name":"delete_all"}}`,
      400,
      -32700,
    ],
    ['deep nesting', `{${CALL},"params":{"name":"echo","arguments":{"a":${nested(70)}}}}`, 400, -32700],
    [
      'very deep nesting',
      `{${CALL},"params":{"name":"echo","arguments":{"a":${nested(100_000)}}}}`,
      400,
      -32700,
    ],
    ['half a surrogate pair', `{${CALL},"params":{"name":"delete_all\\ud800"}}`, 400, -32700],
    ['request and answer at once', `{${CALL},"params":{"name":"delete_all"},"result":{}}`, 400, -32600],
    ['no version', '{"id":1,"method":"tools/call","params":{"name":"delete_all"}}', 400, -32600],
    [
      'another version',
      '{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    ['params as a list', `{${CALL},"params":["delete_all"]}`, 400, -32600],
    [
      'a null id',
      '{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'an object as id',
      '{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'a fraction as id',
      '{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'a huge id',
      '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'a call without id',
      '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    ['a name that is no text', `{${CALL},"params":{"name":["delete_all"]}}`, 200, -32602],
    ['no name', `{${CALL},"params":{}}`, 200, -32602],
    ['no params', `{${CALL}}`, 200, -32602],
    ['arguments as a list', `{${CALL},"params":{"name":"echo","arguments":["x"]}}`, 200, -32602],
    [
      'a method nobody knows',
      '{"jsonrpc":"2.0","id":1,"method":"tools/invoke","params":{"name":"delete_all"}}',
      200,
      -32601,
    ],
    [
      'a method of an extension',
      '{"jsonrpc":"2.0","id":1,"method":"skills/get","params":{"name":"delete_all"}}',
      200,
      -32601,
    ],
    ['a task', '{"jsonrpc":"2.0","id":1,"method":"tasks/result","params":{"taskId":"t"}}', 200, -32601],
    ['an answer to a request that was never made', '{"jsonrpc":"2.0","id":1,"result":{}}', 400, -32600],
  ])('%s', async (_, body, status, code) => {
    const answer = await guard.rig.post(body);
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({ status, code });
    guard.expectNothingArrived();
  });

  it.each([
    [
      'a byte order mark',
      new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(`{${CALL},"params":{"name":"echo"}}`)]),
    ],
    [
      'bytes that are not UTF-8',
      new Uint8Array([...new TextEncoder().encode(`{${CALL},"params":{"name":"ec`), 0xff, 0x22, 0x7d, 0x7d]),
    ],
  ])('%s', async (_, body) => {
    const answer = await guard.rig.post(body);
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32700,
    });
    guard.expectNothingArrived();
  });

  it('an escaped method is judged as what it says', async () => {
    const answer = await guard.rig.post(
      '{"jsonrpc":"2.0","id":1,"method":"tools\\u002fcall","params":{"name":"delete_all"}}',
    );
    expect(answer.message.result?.isError).toBe(true);
    guard.expectNothingArrived();
  });

  it('a number that two readers round differently decides no rule', async () => {
    const answer = await guard.rig.post(
      `{${CALL},"params":{"name":"pay","arguments":{"amount":100.00000000000000000001}}}`,
    );
    expect(answer.message.result?.isError).toBe(true);
    guard.expectNothingArrived();
  });

  it('an answer carries the id of its request, as number or text', async () => {
    expect((await guard.rig.call('delete_all', {}, 42)).message.id).toBe(42);
    expect((await guard.rig.call('delete_all', {}, '42')).message.id).toBe('42');
  });

  it('a body over 4 MiB', async () => {
    const answer = await guard.rig.post(
      `{${CALL},"params":{"name":"echo","arguments":{"text":"${'x'.repeat(4 * 1024 * 1024)}"}}}`,
    );
    expect(answer.status).toBe(413);
    guard.expectNothingArrived();
  });
});

describe('bodies in another coding', () => {
  it.each([
    ['compressed', gzipSync(`{${CALL},"params":{"name":"delete_all"}}`), { 'content-encoding': 'gzip' }],
    [
      'in another charset',
      Buffer.from(`{${CALL},"params":{"name":"delete_all"}}`, 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16le' },
    ],
    ['as text', `{${CALL},"params":{"name":"delete_all"}}`, { 'content-type': 'text/plain' }],
    ['as a form', 'name=delete_all', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s: 415', async (_, body, headers) => {
    expect((await guard.rig.post(body, headers)).status).toBe(415);
    guard.expectNothingArrived();
  });

  it('a client that cannot read the answer: 406', async () => {
    expect((await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, { accept: 'text/html' })).status).toBe(
      406,
    );
    guard.expectNothingArrived();
  });
});
