import fc from 'fast-check';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { isJsonObject, META_KEYS, readBody, type JsonRpcRequest } from '#mcp';
import { readServerMessage } from '../../../src/upstream/conversation/server-message.ts';
import { composeAnswer, composeRequest, metaForServer } from '../../../src/upstream/conversation/compose.ts';
import { LineReader } from '../../../src/upstream/stdio/line-reader.ts';
import { asBytes, bytesOf, cut, MESSAGES, mutated, noise, places } from '../generators.ts';
import { jsonFacts } from '../json-facts.ts';
import { defineTarget } from '../target.ts';

const LINE_BYTES = 600;

interface Read {
  readonly lines: readonly string[];
  readonly tooLong: readonly object[];
}

function readIn(chunks: readonly Buffer[]): Read {
  const lines: string[] = [];
  const tooLong: object[] = [];
  const reader = new LineReader(LINE_BYTES, {
    onLine: (line) => void lines.push(line.toString('latin1')),
    onOversize: (line) => void tooLong.push(line),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { lines, tooLong };
}

function checkLines(bytes: Buffer, at: readonly number[]): void {
  const whole = readIn([bytes]);
  deepStrictEqual(readIn(cut(bytes, at)), whole);
  const parts = bytes.toString('latin1').split('\n');
  const fitting = parts.filter((part) => part.length <= LINE_BYTES).map((part) => part.replace(/\r$/, ''));
  deepStrictEqual(
    whole.lines,
    fitting.filter((part) => part !== ''),
  );
  strictEqual(whole.tooLong.length, parts.filter((part) => part.length > LINE_BYTES).length);
  for (const line of whole.lines) readServerMessage(Buffer.from(line, 'latin1'));
}

/** What the child reads is the judged request, but for the id and `_meta`. */
function checkRequest(body: Buffer, childEra: 'legacy' | 'modern'): void {
  const read = readBody(body);
  if (!read.ok || read.message.kind !== 'request') return;
  const request: JsonRpcRequest = read.message;
  const meta = metaForServer(request, { client: 'legacy', server: childEra }, 99, {
    name: 'g',
    version: '1',
  });
  const line = composeRequest(request, body, 99, meta);
  if (/[\r\n]/.test(line)) throw new Error('a request of several lines');
  const sent = JSON.parse(line) as Record<string, unknown>;
  strictEqual(jsonFacts(line).hasDuplicate, false);
  deepStrictEqual([sent['id'], sent['method']], [99, request.method]);
  const withoutMeta = (params: unknown): unknown => {
    const { _meta: _, ...rest } = (params ?? {}) as Record<string, unknown>;
    return rest;
  };
  deepStrictEqual(withoutMeta(sent['params']), withoutMeta(request.params));
  const { params } = sent;
  // `_meta` is written anew for a child: numbers in it are what a double makes of them
  const written: unknown = JSON.parse(JSON.stringify(meta ?? {}));
  deepStrictEqual((isJsonObject(params) ? params['_meta'] : undefined) ?? {}, written);
  if (request.params?.['_meta'] !== undefined || meta !== undefined) return;
  const isId = (token: string): boolean => typeof request.id === 'number' && Number(token) === request.id;
  deepStrictEqual(
    numbersBut(line, (token) => token === '99'),
    numbersBut(body.toString(), isId),
  );
}

/** The numbers of a text as they are written, in order of their characters, without one of those that are left out. */
function numbersBut(text: string, isLeftOut: (token: string) => boolean): readonly string[] {
  const numbers = [...jsonFacts(text).numbers];
  const at = numbers.findIndex(isLeftOut);
  if (at >= 0) numbers.splice(at, 1);
  return numbers.toSorted();
}

/** What the child answers goes to the caller under the caller's own id, and reads the same. */
function checkAnswer(line: Buffer, client: 'legacy' | 'modern', childEra: 'legacy' | 'modern'): void {
  const message = readServerMessage(line);
  if (message?.kind !== 'response') return;
  const request: JsonRpcRequest = { kind: 'request', id: 'mine', method: 'tools/call', params: undefined };
  const profile = {
    era: childEra,
    serverInfo: { name: 'c', version: '1' },
    capabilities: {},
    instructions: undefined,
  };
  const text = composeAnswer(message, request, client, profile);
  if (text === undefined) return;
  const answer = JSON.parse(text) as Record<string, unknown>;
  strictEqual(answer['id'], 'mine');
  const { result } = answer;
  if (!isJsonObject(result) || !isJsonObject(message.result)) return;
  if (client === 'modern' && childEra === 'legacy') strictEqual(result['resultType'], 'complete');
  const own = new Set(['resultType', 'ttlMs', 'cacheScope', '_meta']);
  const rest = (value: object): [string, unknown][] =>
    Object.entries(value).filter(([name]) => !own.has(name));
  deepStrictEqual(rest(result), rest(message.result));
}

const REQUESTS = [
  ...MESSAGES,
  `{"id" : "a\\u0031" ,\n"params":{"arguments":{"n":9007199254740993.10},"_meta":{"${META_KEYS.progressToken}":1}},"name":"x","method":"tools/call","jsonrpc":"2.0"}`,
  '{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"x","arguments":{"n":1.50,"m":[1e2,-0,9007199254740993]}}}',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}',
];
const ANSWERS = [
  '{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"ok"}],"isError":false,"_meta":{"a":1}}}',
  '{"jsonrpc":"2.0","id":5,"result":{"resultType":"complete","n":1.50,"_meta":{"io.modelcontextprotocol/serverInfo":{}}}}',
  '{"jsonrpc":"2.0","id":5,"error":{"code":-32002,"message":"not found"}}',
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5}}',
];
const era = fc.constantFrom('legacy' as const, 'modern' as const);

export const stdioLines = defineTarget({
  name: 'stdio-lines',
  promise:
    'lines are the same wherever chunks end, and a request and its answer cross a stdio server unchanged but for id and _meta',
  input: fc.record({
    bytes: fc.oneof(
      asBytes(
        fc
          .array(mutated([...REQUESTS, '\n', '\r\n', 'x'.repeat(400)]), { maxLength: 3 })
          .map((all) => all.join('\n')),
      ),
      noise,
    ),
    places,
    request: asBytes(mutated(REQUESTS)),
    answer: asBytes(mutated(ANSWERS)),
    client: era,
    child: era,
  }),
  check({ bytes, places, request, answer, client, child }) {
    checkLines(bytesOf(bytes), places);
    checkRequest(bytesOf(request), child);
    checkAnswer(bytesOf(answer), client, child);
  },
});
