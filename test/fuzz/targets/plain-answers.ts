import { deepStrictEqual } from 'node:assert';
import { readPlainAnswer } from '../../../src/mcp/index.ts';
import { bytesOf, mutated } from '../generators.ts';
import { defineTarget } from '../target.ts';

const ANSWERS: readonly string[] = [
  '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"done"}]}}',
  '{"jsonrpc":"2.0","id":"a-1","result":{"content":[{"type":"text","text":"a \\"b\\" \\u00e9\\n"}],"isError":true}}',
  '{"result":{"content":[{"type":"text","text":"é"},{"type":"text","text":""}],"isError":false},"jsonrpc":"2.0","id":0}',
  '{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[]}}',
  '{"result":{"content":[{"type":"text","text":"x"}],"resultType":"complete"},"jsonrpc":"2.0","id":12}',
];

export const plainAnswers = defineTarget({
  name: 'plain-answers',
  promise: 'an answer that is read without a parser is what a parser reads, texts aside',
  input: mutated(ANSWERS),
  check(text) {
    const bytes = bytesOf(text);
    const outline = readPlainAnswer(bytes.toString('latin1'));
    if (outline === undefined) return;
    const message = JSON.parse(bytes.toString()) as { result: { content: object[] } };
    deepStrictEqual(outline, { ...message, result: { ...message.result, content: [] } });
    for (const item of message.result.content) {
      deepStrictEqual(Object.keys(item), ['type', 'text']);
    }
  },
});
