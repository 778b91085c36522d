import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';

export type HttpService = {
  /** The port it listens on; the one asked for, or the one chosen when 0 was. */
  readonly port: number;
  close(): Promise<void>;
};

/**
 * Serves MCP over Streamable HTTP at `http://127.0.0.1:<port>/mcp`, every protocol revision, without sessions. It
 * listens on this machine only and refuses foreign Host and Origin headers, so that no web page can reach it.
 * Rejects when the port cannot be had.
 */
export async function serveOverHttp(
  factory: () => McpServer,
  port: number,
  log: (line: string) => void,
): Promise<HttpService> {
  const onerror = (error: Error) => log(`http: ${error.message}`);
  const handler = createMcpHandler(factory, { onerror });
  const handle = toNodeHandler(handler, { onerror });
  const acceptsHost = localhostHostValidation();
  const acceptsOrigin = localhostOriginValidation();

  const server = createServer((request, response) => {
    if (!acceptsHost(request, response) || !acceptsOrigin(request, response)) return;
    if (!isMcpPath(request)) return notFound(response);
    handle(request, response).catch(onerror);
  });
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      await handler.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function isMcpPath(request: IncomingMessage): boolean {
  const path = (request.url ?? '').split('?')[0];
  return path === '/mcp' || path === '/mcp/';
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end('{"error":"Not found. The MCP endpoint is /mcp."}');
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
