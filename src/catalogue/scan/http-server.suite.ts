import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A legacy MCP server over Streamable HTTP with one tool, for those who send this authorization. */
export async function startHttpServer(
  authorization: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== authorization) return void response.writeHead(401).end();
    if (request.method !== 'POST') return void response.writeHead(405).end();
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as {
        id?: number;
        method: string;
        params: { protocolVersion: string };
      };
      if (id === undefined) return void response.writeHead(202).end();
      const end =
        method === 'initialize'
          ? {
              result: {
                protocolVersion: params.protocolVersion,
                capabilities: { tools: {} },
                serverInfo: { name: 'over-http', version: '2' },
              },
            }
          : method === 'tools/list'
            ? { result: { tools: [{ name: 'report', inputSchema: { type: 'object' } }] } }
            : { error: { code: -32601, message: 'unknown' } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, ...end }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
