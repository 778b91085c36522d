// An MCP server on standard input and output that tells whoever listens what it was started with.
import { createInterface } from 'node:readline';

const told = `started with ${process.argv.slice(2).join(' ')} and ${process.env['LEAKY_KEY']}`;
process.stderr.write(`${told}\n`);

const tools = [
  { name: 'leak', description: 'Ends, and says too much.', inputSchema: { type: 'object' } },
  { name: 'quote', description: 'Fails, and says too much.', inputSchema: { type: 'object' } },
];

function answerTo({ method, params }) {
  if (method === 'initialize') {
    const serverInfo = { name: 'leaky', version: '1' };
    return { result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } };
  }
  if (method === 'tools/list') return { result: { tools } };
  process.stderr.write(`${told}\n`);
  if (params?.name === 'quote') return { error: { code: -32000, message: told } };
  if (method === 'tools/call') process.exit(1);
  return { error: { code: -32601, message: 'no such method' } };
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.id === undefined) continue;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answerTo(message) })}\n`);
}
