// Yardstick: the proxy that most people would write first. It parses the call, forwards it over http.Agent with
// kept-alive connections, and parses the answer. It judges, limits and records nothing.
//
//   node bench/agent-proxy.mjs UPSTREAM_PORT
import { Agent, createServer, request } from 'node:http';

const upstreamPort = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true });

function whole(stream, use) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  stream.on('end', () => use(Buffer.concat(chunks)));
}

const server = createServer((incoming, outgoing) => {
  whole(incoming, (body) => {
    const { method } = JSON.parse(body.toString());
    const { accept = '' } = incoming.headers;
    const headers = { 'content-type': 'application/json', 'content-length': body.length, accept };
    const target = {
      host: '127.0.0.1',
      port: upstreamPort,
      path: incoming.url,
      method: 'POST',
      agent,
      headers,
    };
    const forwarded = request(target, (response) => {
      whole(response, (answer) => {
        const isCall = method === 'tools/call';
        const isJson = response.headers['content-type'] === 'application/json';
        if (isCall && isJson) JSON.parse(answer.toString());
        const type = response.headers['content-type'] ?? 'application/json';
        outgoing.writeHead(response.statusCode, { 'content-type': type, 'content-length': answer.length });
        outgoing.end(answer);
      });
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    forwarded.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
