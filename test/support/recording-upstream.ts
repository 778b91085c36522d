import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived at the server behind the gateway. */
export interface Arrival {
  readonly verb: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
}

export interface RecordingUpstreamOptions {
  /** Answer as JSON (default) or as an event stream. */
  readonly framing?: 'json' | 'sse';
  /** Keep legacy sessions. */
  readonly sessions?: boolean;
  /** Speaks only revisions up to 2025-11-25: a modern request is a 400. */
  readonly legacyOnly?: boolean;
  readonly tools?: readonly Record<string, unknown>[];
  /** Answers requests in its own way: `result` or `error`, and a status; undefined leaves the request to the server. */
  readonly answers?: (message: Message, isModern: boolean) => object | undefined;
}

const TOOLS = [
  tool('echo', { text: { type: 'string' } }),
  tool('delete_all', {}),
  tool('fail', {}),
  tool('rpc_error', { code: { type: 'integer' } }),
  tool('status', { status: { type: 'integer' } }),
  tool('slow', { ms: { type: 'integer' } }),
  tool('hang_up', {}),
  tool('later', {}),
  tool('empty', {}),
  tool('ask', { topic: { type: 'string' } }),
  tool('ask_for_ever', {}),
  tool('pay', { amount: { type: 'number' }, reason: { type: 'string' } }),
];

function tool(name: string, properties: object): Record<string, unknown> {
  return { name, description: `The tool ${name}.`, inputSchema: { type: 'object', properties } };
}

/** A plain MCP server over HTTP, made by hand, that remembers every byte it was sent. */
export class RecordingUpstream {
  readonly arrivals: Arrival[] = [];
  readonly #options: RecordingUpstreamOptions;
  readonly #server: Server;
  tools: readonly Record<string, unknown>[];
  framing: 'json' | 'sse';
  /** Written in place of the answer to the next `tools/call`. */
  rawAnswer: { readonly status?: number; readonly contentType: string; readonly body: string } | undefined;
  readonly #streams = new Set<ServerResponse>();

  constructor(options: RecordingUpstreamOptions = {}) {
    this.#options = options;
    this.tools = options.tools ?? TOOLS;
    this.framing = options.framing ?? 'json';
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The `tools/call` messages that arrived. */
  get calls(): readonly { name: string; arguments: unknown }[] {
    return this.arrivals
      .filter((arrival) => arrival.verb === 'POST')
      .map((arrival) => JSON.parse(arrival.body) as Message)
      .filter((message) => message.method === 'tools/call')
      .map(({ params }) => ({ name: String(params?.['name']), arguments: params?.['arguments'] }));
  }

  /** Writes an event to every open GET stream. */
  push(data: object): void {
    for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    this.arrivals.push({
      verb: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
    });
    response.setHeader('set-cookie', 'upstream=secret');
    response.setHeader('server', 'recording-upstream');
    if (request.method === 'GET') return this.#openStream(response);
    if (request.method === 'DELETE') return void response.writeHead(200).end();
    await this.#answer(JSON.parse(body) as Message, request, response);
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  #listen(id: string | number, asked: unknown, response: ServerResponse): void {
    this.#openStream(response);
    const _meta = { 'io.modelcontextprotocol/subscriptionId': id };
    const params = { _meta, notifications: { toolsListChanged: true, ...(asked as object) } };
    this.push({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params });
  }

  async #answer(message: Message, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isModern = JSON.stringify(message.params ?? {}).includes('io.modelcontextprotocol/protocolVersion');
    if (this.#options.legacyOnly && isModern) return void response.writeHead(400).end();
    if (message.id === undefined || message.method === undefined) return void response.writeHead(202).end();
    if (message.method === 'subscriptions/listen')
      return this.#listen(message.id, message.params?.['notifications'], response);
    if (message.method === 'initialize' && this.#options.sessions)
      response.setHeader('mcp-session-id', 'upstream-session-1');
    const { name, arguments: args } = (message.params ?? {}) as {
      name?: string;
      arguments?: Record<string, unknown>;
    };
    if (message.method === 'tools/call') {
      const raw = this.rawAnswer;
      this.rawAnswer = undefined;
      if (raw)
        return void response.writeHead(raw.status ?? 200, { 'content-type': raw.contentType }).end(raw.body);
      if (name === 'later')
        return void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end('id: 5\nretry: 10\ndata:\n\n');
      if (name === 'empty') return void response.writeHead(202).end();
      if (name === 'hang_up') return void request.socket.destroy();
      if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, Number(args?.['ms'])));
      if (name === 'status')
        return void response
          .writeHead(Number(args?.['status']), { 'www-authenticate': 'Bearer realm="up"' })
          .end();
    }
    const outcome =
      this.#options.answers?.(message, isModern) ?? this.#outcome(message, isModern, name, args);
    const { status = 200, ...members } = outcome as { status?: number };
    const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, ...members });
    if (this.framing === 'sse') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`id: 1\ndata: ${text}\n\n`);
    } else {
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    }
  }

  #outcome(
    message: Message,
    isModern: boolean,
    name: string | undefined,
    args: Record<string, unknown> | undefined,
  ): object {
    const complete = isModern ? { resultType: 'complete' } : {};
    const hints = isModern ? { ttlMs: 60_000, cacheScope: 'public' } : {};
    switch (message.method) {
      case 'initialize':
        return {
          result: {
            protocolVersion: (message.params as { protocolVersion: string }).protocolVersion,
            capabilities: { tools: {}, tasks: {} },
            serverInfo: { name: 'recording-upstream', version: '1' },
          },
        };
      case 'server/discover':
        return {
          result: { ...complete, ...hints, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
        };
      case 'ping':
        return { result: {} };
      case 'tools/list':
        return { result: { ...complete, ...hints, tools: this.tools } };
      case 'tools/call':
        if (name === 'fail')
          return { result: { ...complete, isError: true, content: [{ type: 'text', text: 'it failed' }] } };
        if (name === 'ask_for_ever' || (name === 'ask' && message.params?.['inputResponses'] === undefined)) {
          const inputRequests = { sure: { method: 'elicitation/create', params: { message: 'Sure?' } } };
          return {
            result: { resultType: 'input_required', inputRequests, requestState: 'state-of-the-server' },
          };
        }
        if (name === 'rpc_error')
          return { error: { code: Number(args?.['code']), message: 'refused by the server' } };
        return {
          result: {
            ...complete,
            content: [{ type: 'text', text: `${name}: ${JSON.stringify(args ?? {})}` }],
          },
        };
      default:
        return { error: { code: -32601, message: 'Method not found' } };
    }
  }
}
