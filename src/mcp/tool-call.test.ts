import { describe, expect, it } from 'vitest';
import type { JsonObject } from './message.ts';
import { readToolCall } from './tool-call.ts';

const read = (params: JsonObject | undefined) =>
  readToolCall({ kind: 'request', id: 'c1', method: 'tools/call', params });

describe('readToolCall', () => {
  it.each([
    [{ name: 'x' }, { ok: true, name: 'x', arguments: undefined, asTask: false }],
    [
      { name: '__proto__', arguments: {} },
      { ok: true, name: '__proto__', arguments: {}, asTask: false },
    ],
    [
      { name: 'x', arguments: { a: 1 }, task: {} },
      { ok: true, name: 'x', arguments: { a: 1 }, asTask: true },
    ],
  ])('reads %j', (params, expected) => {
    expect(read(params)).toEqual(expected);
  });

  it.each([
    [undefined],
    [{}],
    [{ name: '' }],
    [{ name: 1 }],
    [{ name: null }],
    [{ name: ['x'] }],
    [{ name: 'x', arguments: null }],
    [{ name: 'x', arguments: [] }],
    [{ name: 'x', arguments: 'a=1' }],
  ])('refuses %j with -32602 and the id', (params) => {
    expect(read(params)).toMatchObject({ ok: false, refusal: { httpStatus: 200, code: -32602, id: 'c1' } });
  });
});
