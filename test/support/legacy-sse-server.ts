import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { z } from 'zod';

interface Connection {
  readonly server: McpServer;
  readonly transport: SSEServerTransport;
  readonly response: ServerResponse;
}

/** A server of 2024-11-05, made of the official SDK's parts: HTTP with SSE, one McpServer a connection. */
export class LegacySseServer {
  readonly connections = new Map<string, Connection>();
  /** The headers of every request, GET and POST. */
  readonly arrivals: {
    readonly verb: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  /** Names of tools that ran, in order. */
  readonly ran: string[] = [];
  readonly cancelled: unknown[] = [];
  #server: Server | undefined;
  #port = 0;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}/sse?tenant=1`;
  }

  /** Ends every stream at once, as a crash would. */
  breakStreams(): void {
    for (const { response } of this.connections.values()) response.destroy();
  }

  addTool(name: string): void {
    for (const { server } of this.connections.values())
      server.registerTool(name, { description: 'A tool that was added.' }, () => answer('added'));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost');
    this.arrivals.push({ verb: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (request.method === 'GET' && url.pathname === '/sse') return this.#open(response);
    const connection = this.connections.get(url.searchParams.get('sessionId') ?? '');
    if (request.method === 'POST' && connection)
      return connection.transport.handlePostMessage(request, response);
    response.writeHead(404).end();
  }

  async #open(response: ServerResponse): Promise<void> {
    const transport = new SSEServerTransport('/messages?v=1', response);
    const server = this.#mcpServer();
    const connection = { server, transport, response };
    this.connections.set(transport.sessionId, connection);
    response.on('close', () => this.connections.delete(transport.sessionId));
    await server.connect(transport);
  }

  #mcpServer(): McpServer {
    const server = new McpServer(
      { name: 'legacy', version: '1.0.0' },
      { capabilities: { logging: {} }, instructions: 'Old, but kind.' },
    );
    server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => {
      this.ran.push('echo');
      return answer(text);
    });
    server.registerTool('delete_all', {}, () => {
      this.ran.push('delete_all');
      return answer('deleted');
    });
    server.registerTool('count', { inputSchema: { to: z.number() } }, async ({ to }, extra) => {
      const progressToken = extra._meta?.progressToken;
      const steps = progressToken === undefined ? [] : Array.from({ length: to }, (_, i) => i + 1);
      for (const progress of steps) {
        const params = { progressToken: progressToken ?? '', progress, total: to };
        await extra.sendNotification({ method: 'notifications/progress', params });
      }
      return answer(`counted to ${to}`);
    });
    server.registerTool('ask', {}, async () => {
      const told = await server.server.createMessage({
        messages: [{ role: 'user', content: { type: 'text', text: 'What now?' } }],
        maxTokens: 10,
      });
      return answer(JSON.stringify(told.content));
    });
    server.registerTool('log', { inputSchema: { text: z.string() } }, async ({ text }) => {
      await server.sendLoggingMessage({ level: 'info', data: text });
      return answer('logged');
    });
    server.registerTool('slow', { inputSchema: { ms: z.number() } }, async ({ ms }, { signal }) => {
      this.ran.push('slow');
      await delay(ms, undefined, { signal }).catch(() => this.cancelled.push('slow'));
      return answer('slept');
    });
    return server;
  }
}

function answer(text: string): { content: { type: 'text'; text: string }[] } {
  return { content: [{ type: 'text', text }] };
}
