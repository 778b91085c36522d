// The same MCP server over standard input and output.
import { createInterface } from 'node:readline';
import { answerOf, PATHS, resultOf } from './workload.mjs';

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  if (method === 'tools/call') {
    process.stdout.write(`${answerOf(id, params.arguments.text, PATHS.plain)}\n`);
    continue;
  }
  const result = resultOf(method, params, PATHS.plain);
  const outcome = result ? { result } : { error: { code: -32601, message: 'Method not found' } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...outcome })}\n`);
}
