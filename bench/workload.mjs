// What every process of the benchmark agrees on: tools, grants, calls and their answers.
import { createHash } from 'node:crypto';

export const TOOL = 'echo';
export const MANY_TOOLS = 1_000;
export const MANY_GRANTS = 10_000;
/** Neighbouring calls take grants so far apart. */
export const STRIDE = 7_919;
export const BIG_ANSWER_BYTES = 1024 * 1024;

/** Paths of the upstream: what it lists, and how it answers a call. */
export const PATHS = { plain: '/mcp', many: '/many', events: '/events', big: '/big' };

const FILLER = 'x'.repeat(BIG_ANSWER_BYTES);
const INPUT_SCHEMA = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };

/** A grant token for the `index`-th agent; the same in every run. */
export function tokenOf(index) {
  return `tg_${createHash('sha256').update(`benchmark ${index}`).digest('hex')}`;
}

/** Name of the `index`-th of many tools. */
export function toolNameOf(index) {
  return `tool_${String(index).padStart(4, '0')}`;
}

/** The tools that a path lists. */
export function toolsOf(path) {
  const names = path === PATHS.many ? Array.from({ length: MANY_TOOLS }, (_, i) => toolNameOf(i)) : [TOOL];
  return names.map((name) => ({ name, description: 'Returns its text.', inputSchema: INPUT_SCHEMA }));
}

/** The text of a call: unique, so that an answer that went astray is seen. */
export function textOf(id) {
  return `call ${id}`;
}

/** One `tools/call` as JSON. */
export function callOf(id, tool) {
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}","arguments":{"text":"${textOf(id)}"}}}`;
}

/** The text of the result of a call, by the path it was made on. */
export function answerTextOf(text, path) {
  return path === PATHS.big ? `${text} ${FILLER}` : text;
}

/** The answer to a call as JSON: the upstream writes it, and the load generator expects these very bytes. */
export function answerOf(id, text, path) {
  return `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${answerTextOf(text, path)}"}]}}`;
}

/** The result of every method besides `tools/call` that a client of the upstream may use; undefined for the others. */
export function resultOf(method, params, path) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion ?? '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'benchmark-upstream', version: '1' },
      };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: toolsOf(path) };
    default:
      return undefined;
  }
}
