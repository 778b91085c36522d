import fc from 'fast-check';
import { modernMessage } from '../support/gateway-rig.ts';

/** Sound messages, from which unsound ones are made. */
export const MESSAGES: readonly string[] = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_all","arguments":{"a":[1,{"b":null}]}}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"delete_all"}}}',
  '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_all"}}]',
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{"tasks":{}},"clientInfo":{"name":"t","version":"1"}}}',
  '{"jsonrpc":"2.0","id":"x","result":{"tools":[]}}',
  '{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"Method not found"}}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"late"}}',
  '{"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}}}',
  JSON.stringify(modernMessage('tools/call', { name: 'delete_all', requestState: 'x' })),
  JSON.stringify(modernMessage('tools/list', { cursor: '' })),
  JSON.stringify(modernMessage('subscriptions/listen', { notifications: { toolsListChanged: true } })),
];

/** Pieces of text that matter to readers of JSON, of protocol messages, or of lines. */
const PIECES = [
  '',
  '"name":"delete_all",',
  '"Name":"delete_all",',
  '"na\\u006de":"delete_all",',
  '"__proto__":{},',
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},',
  '"io.toolgate/decision":{"rule":"x"},',
  '"id":null,',
  '"result":{},',
  '"method":"tools/call",',
  '"arguments":{"amount":1e400},',
  '"task":{},',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '\\udc00\\ud800',
  '\\u0130',
  '\u017f',
  '{',
  '}',
  '[',
  ']',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
  ',',
  ':',
  '1e999',
  '-0',
  '9007199254740993',
  '0.1e-7',
  'null',
  'tru',
  '\n',
  '\r\n',
  ' ',
  '\uFEFF',
  '\0',
  '/**/',
];

/** A text with a few pieces cut out, doubled or replaced. */
export function mutated(
  seeds: readonly string[],
  pieces: readonly string[] = PIECES,
  most = 5,
): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat({ max: 2_000 }), fc.nat({ max: 14 }), fc.constantFrom(...pieces));
  return fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: most })).map(([seed, edits]) =>
    edits.reduce((text, [at, length, piece]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + piece + text.slice(start + length);
    }, seed),
  );
}

/** Bytes, each as the character of its number: readable in a report, and a text in a file. */
export function bytesOf(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}

/** The UTF-8 of texts, as `bytesOf` reads it, now and then with a byte that does not belong there. */
export function asBytes(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat({ max: 4_000 }), fc.nat({ max: 255 }), fc.boolean());
  const spoiled = fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(edit, { maxLength: 2 }));
  return fc.tuple(texts, spoiled).map(([text, edits]) =>
    edits.reduce((characters, [at, byte, instead]) => {
      const start = at % (characters.length + 1);
      return (
        characters.slice(0, start) + String.fromCharCode(byte) + characters.slice(start + (instead ? 1 : 0))
      );
    }, Buffer.from(text).toString('latin1')),
  );
}

/** Bytes of no meaning. */
export const noise: fc.Arbitrary<string> = fc.string({
  unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});

/** Values that JSON carries as they are. */
export const plainJson: fc.Arbitrary<unknown> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** Cuts bytes into chunks at the given places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  let start = 0;
  return ends.map((end) => {
    const chunk = bytes.subarray(start, end);
    start = end;
    return Buffer.from(chunk);
  });
}

export const places: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 1_000 }), { maxLength: 6 });
