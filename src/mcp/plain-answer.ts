import type { JsonObject } from './message.ts';

const ID = String.raw`"id":(?:(0|[1-9]\d{0,14})|"([ !#-[\]-~]{0,256})")`;
const TEXT = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"`;
const ITEM = String.raw`\{"type":"text","text":${TEXT}\}`;
const COMPLETE = '"resultType":"complete"';
const RESULT = String.raw`"result":\{(${COMPLETE},)?"content":\[(?:${ITEM}(?:,${ITEM})*)?\](?:,"isError":(true|false))?(,${COMPLETE})?\}`;
/** Some servers begin with the version, some with the result; the official SDK for TypeScript does the latter. */
const VERSION_FIRST = new RegExp(String.raw`^\{"jsonrpc":"2\.0",${ID},${RESULT}\}$`);
const RESULT_FIRST = new RegExp(String.raw`^\{${RESULT},"jsonrpc":"2\.0",${ID}\}$`);

/**
 * Reads the answer to a call whose result is text and nothing else, without parsing it: gives the message as it is but with
 * nothing in its content. Undefined for every other answer, however alike, and for what is no JSON. What is judged of an answer
 * does not depend on its texts; one that is passed on as it came need not be taken apart for them.
 *
 * @param json a character for each byte (`latin1`): bytes above ASCII stand in texts only, where all are allowed
 */
export function readPlainAnswer(json: string): JsonObject | undefined {
  const versionFirst = VERSION_FIRST.exec(json);
  if (versionFirst) {
    const [, number, text, before, isError, after] = versionFirst;
    return outlineOf(number, text, before, isError, after);
  }
  const resultFirst = RESULT_FIRST.exec(json);
  if (!resultFirst) return undefined;
  const [, before, isError, after, number, text] = resultFirst;
  return outlineOf(number, text, before, isError, after);
}

function outlineOf(
  number: string | undefined,
  text: string | undefined,
  before: string | undefined,
  isError: string | undefined,
  after: string | undefined,
): JsonObject | undefined {
  if (before !== undefined && after !== undefined) return undefined; // a member twice
  const id = number === undefined ? (text ?? '') : Number(number);
  const isComplete = before !== undefined || after !== undefined;
  const result = {
    ...(isComplete ? { resultType: 'complete' } : {}),
    content: [],
    ...(isError === undefined ? {} : { isError: isError === 'true' }),
  };
  return { jsonrpc: '2.0', id, result };
}
