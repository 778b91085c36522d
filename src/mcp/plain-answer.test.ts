import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './message.ts';
import { readPlainAnswer } from './plain-answer.ts';

/** What a text says when its bytes are looked at one by one. */
function read(json: string): JsonObject | undefined {
  return readPlainAnswer(Buffer.from(json).toString('latin1'));
}

/** What a parser says of it, with nothing in the content. */
function outlineOf(json: string): unknown {
  const message = JSON.parse(json) as { result: object };
  return { ...message, result: { ...message.result, content: [] } };
}

const texts = fc.string({ unit: 'binary' });
const ids = fc.oneof(fc.nat(), fc.stringMatching(/^[ !#-[\]-~]{0,40}$/));
const results = fc
  .record({
    items: fc.array(texts.map((text) => ({ type: 'text', text }))),
    isError: fc.option(fc.boolean(), { nil: undefined }),
    complete: fc.constantFrom('before', 'after', 'not'),
  })
  .map(({ items, isError, complete }) => ({
    ...(complete === 'before' ? { resultType: 'complete' } : {}),
    content: items,
    ...(isError === undefined ? {} : { isError }),
    ...(complete === 'after' ? { resultType: 'complete' } : {}),
  }));
const answers = fc
  .tuple(ids, results, fc.boolean())
  .map(([id, result, isVersionFirst]) =>
    JSON.stringify(isVersionFirst ? { jsonrpc: '2.0', id, result } : { result, jsonrpc: '2.0', id }),
  );

describe('an answer that is text and nothing else', () => {
  it('is read as a parser reads it, but for its texts', () => {
    fc.assert(
      fc.property(answers, (json) => {
        expect(read(json)).toEqual(outlineOf(json));
      }),
      { numRuns: 2_000 },
    );
  });

  it('with anything changed in it is read as a parser reads it, or not at all', () => {
    const pieces = fc.oneof(
      texts,
      fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\\u12', '\\x', '0', '-1', '1e3', 'null'),
      fc.constantFrom('"isError":true', ',"id":2', '"resultType":"complete",', '\n', '\t', '\u0000'),
    );
    fc.assert(
      fc.property(answers, fc.nat(), fc.nat(8), pieces, (json, place, cut, piece) => {
        const at = place % (json.length + 1);
        const changed = json.slice(0, at) + piece + json.slice(at + cut);
        const outline = read(changed);
        if (outline !== undefined) expect(outline).toEqual(outlineOf(changed));
      }),
      { numRuns: 20_000 },
    );
  });

  it('may hold bytes that are no UTF-8, as texts of careless servers do', () => {
    const json = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"\xff\xfe"}]}}';
    expect(readPlainAnswer(json)).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } });
  });

  it('is read in time that grows with its length', () => {
    const text = '\\"'.repeat(8_000);
    const json = `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"${text}"}]`;
    expect(read(`${json}}}`)).toBeDefined();
    expect(read(json)).toBeUndefined();
  });
});

it.each([
  ['an error', '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}'],
  [
    'a picture',
    '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"image","data":"","mimeType":"a/b"}]}}',
  ],
  ['structured content', '{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{}}}'],
  [
    'another kind of result',
    '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","content":[]}}',
  ],
  ['a list of tools', '{"jsonrpc":"2.0","id":1,"result":{"content":[],"tools":[]}}'],
  ['a method beside the result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{"content":[]}}'],
  [
    'a member twice',
    '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[],"resultType":"complete"}}',
  ],
  ['no content', '{"jsonrpc":"2.0","id":1,"result":{}}'],
  ['a comma too many', '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":""},]}}'],
  ['a number that no double holds', '{"jsonrpc":"2.0","id":9007199254740993,"result":{"content":[]}}'],
  ['something behind it', '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n'],
])('an answer with %s is left to the parser', (_, json) => {
  expect(read(json)).toBeUndefined();
});
