// The MCP server behind everything that is measured: HTTP by hand on bare sockets, so that it answers faster than any
// proxy in front of it. Prints its port. Asked for 'arrived', it tells how many calls came on each path.
import { createServer } from 'node:net';
import { HttpReader } from './http-reader.mjs';
import { answerOf, PATHS, resultOf } from './workload.mjs';

const arrived = Object.fromEntries(Object.values(PATHS).map((path) => [path, 0]));

function respond(type, body) {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function answer({ head, body }) {
  const [verb, path] = head.split(' ', 2);
  if (verb !== 'POST') return 'HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n';
  const { id, method, params } = JSON.parse(body.utf8Slice());
  if (id === undefined) return 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';
  if (method === 'tools/call') {
    arrived[path]++;
    const text = answerOf(id, params.arguments.text, path);
    return path === PATHS.events
      ? respond('text/event-stream', `data: ${text}\n\n`)
      : respond('application/json', text);
  }
  const result = resultOf(method, params, path);
  const outcome = result ? { result } : { error: { code: -32601, message: 'Method not found' } };
  return respond('application/json', JSON.stringify({ jsonrpc: '2.0', id, ...outcome }));
}

const server = createServer({ noDelay: true }, (socket) => {
  const reader = new HttpReader();
  socket.on('data', (bytes) => {
    for (const message of reader.push(bytes)) socket.write(answer(message));
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
process.on('message', (message) => {
  if (message === 'arrived') process.send({ arrived });
});
