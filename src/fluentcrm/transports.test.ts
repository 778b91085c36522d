import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { PassThrough } from 'node:stream';
import {
  Client,
  StreamableHTTPClientTransport,
  type JSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createApiClient } from './api-client.ts';
import type { ApiAnswer, ApiRequest } from './api-transport.ts';
import { serveOverHttp } from './http.ts';
import { httpTransport } from './http-transport.ts';
import { ACCOUNTS, createSandbox, sandboxTransport, serveSandbox } from './sandbox/index.ts';
import { createServerFactory, FAILURE_META_KEY } from './server.ts';
import { serveOverStdio } from './stdio.ts';

const closing: Array<() => unknown> = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function factory(fault: (request: ApiRequest) => ApiAnswer | undefined = () => undefined) {
  const inner = sandboxTransport(createSandbox());
  const api = createApiClient(async (request) => fault(request) ?? inner(request));
  return createServerFactory({ api, version: '1.2.3', language: 'en', log: () => {} });
}

async function openHttp(servers = factory()): Promise<URL> {
  const service = await serveOverHttp(servers, 0, () => {});
  closing.push(async () => service.close());
  return new URL(`http://127.0.0.1:${service.port}/mcp`);
}

/** The client's end of a stdio connection: JSON lines over two streams. */
function openStdio(servers = factory()): Transport & { readonly lines: unknown[]; end(): void } {
  const input = new PassThrough();
  const output = new PassThrough();
  serveOverStdio(servers, input, output, () => {});
  let rest = '';
  const transport: ReturnType<typeof openStdio> = {
    lines: [],
    start: async () => {
      output.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString('utf8')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const message = JSON.parse(line) as JSONRPCMessage;
          transport.lines.push(message);
          transport.onmessage?.(message);
        }
      });
    },
    send: async (message) => {
      input.write(`${JSON.stringify(message)}\n`);
    },
    end: () => input.end(),
    close: async () => {
      input.end();
      transport.onclose?.();
    },
  };
  return transport;
}

const INFO = { name: 'test', version: '1' };

type AnyClient = Pick<Client, 'listTools' | 'close'> & {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
};

async function connect(kind: string): Promise<AnyClient> {
  if (kind === 'v1 over HTTP') {
    const client = new LegacyClient(INFO);
    await client.connect(new LegacyHttpTransport(await openHttp()));
    return client as unknown as AnyClient;
  }
  if (kind === 'v1 over stdio') {
    const client = new LegacyClient(INFO);
    await client.connect(openStdio());
    return client as unknown as AnyClient;
  }
  const mode = kind.includes('auto') ? 'auto' : 'legacy';
  const client = new Client(INFO, { versionNegotiation: { mode } });
  await client.connect(
    kind.includes('HTTP') ? new StreamableHTTPClientTransport(await openHttp()) : openStdio(),
  );
  expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25');
  return client;
}

describe.each([
  'v2 auto over HTTP',
  'v2 legacy over HTTP',
  'v1 over HTTP',
  'v2 auto over stdio',
  'v2 legacy over stdio',
  'v1 over stdio',
])('a client of SDK %s', (kind) => {
  it('lists the tools and calls them; the results fit the output schemas', async () => {
    const client = await connect(kind);
    closing.push(async () => client.close());
    // Having listed the tools, the client checks structured results against their output schemas.
    expect((await client.listTools()).tools).toHaveLength(36);
    const calls: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
      ['list_contacts', { per_page: 3 }],
      ['find_contact_by_email', { email: 'x@example.com' }],
      ['create_contact', { email: 'x@example.com' }],
      ['attach_tag_to_contact', { subscriberId: 1, tagIds: [1] }],
      ['list_lists', {}],
      ['create_campaign', { title: 'T', subject: 'S', template_id: 4, recipient_list: [1] }],
      ['list_webhooks', {}],
      ['generate_smart_link_shortcode', { slug: 'a' }],
      ['dashboard_stats', {}],
      ['custom_fields', {}],
    ];
    for (const [name, args] of calls) {
      const result = await client.callTool({ name: `fluentcrm_${name}`, arguments: args });
      expect(result, name).toMatchObject({
        content: [{ type: 'text' }],
        structuredContent: expect.anything(),
      });
      expect(result, name).not.toMatchObject({ isError: true });
    }
  });

  it('sees a second pause as a tool error with its structured form', async () => {
    const client = await connect(kind);
    closing.push(async () => client.close());
    await client.listTools();
    const pause = { name: 'fluentcrm_pause_campaign', arguments: { campaignId: 3 } };
    expect(await client.callTool(pause)).toMatchObject({
      structuredContent: { id: 3, statusBefore: 'working', statusAfter: 'paused' },
    });
    expect(await client.callTool(pause)).toMatchObject({
      isError: true,
      content: [
        { text: expect.stringContaining('You can only pause a campaign if it is on "Working" state') },
      ],
      _meta: {
        [FAILURE_META_KEY]: {
          code: 'wrong_state',
          httpStatus: 422,
          field: 'campaignId',
          retryable: false,
          campaignId: 3,
          status: 'paused',
        },
      },
    });
  });

  it('sees wrong arguments as a tool error and an unknown tool as a protocol error', async () => {
    const client = await connect(kind);
    closing.push(async () => client.close());
    expect(
      await client.callTool({ name: 'fluentcrm_get_contact', arguments: { subscriberId: '1' } }),
    ).toMatchObject({
      isError: true,
      _meta: { [FAILURE_META_KEY]: { code: 'invalid_arguments', field: 'subscriberId' } },
    });
    await expect(client.callTool({ name: 'fluentcrm_no_such', arguments: {} })).rejects.toMatchObject({
      code: -32602,
    });
    await expect(client.callTool({ name: 'constructor', arguments: {} })).rejects.toMatchObject({
      code: -32602,
    });
  });
});

describe('over HTTP', () => {
  async function ask(url: URL, headers: OutgoingHttpHeaders, path = url.pathname): Promise<number> {
    return new Promise((resolve, reject) => {
      const call = httpRequest(url, { method: 'POST', path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on('error', reject);
      call.end('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    });
  }

  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

  it.each([
    { name: 'this machine', extra: {}, status: 200 },
    { name: 'a page of this machine', extra: { origin: 'http://localhost:3000' }, status: 200 },
    { name: 'another host name', extra: { host: 'crm.example.com' }, status: 403 },
    { name: 'a page of another host', extra: { origin: 'https://crm.example.com' }, status: 403 },
    { name: 'another path', extra: {}, path: '/', status: 404 },
  ])('answers $name with $status', async ({ extra, path, status }) => {
    expect(await ask(await openHttp(), { ...headers, ...extra }, path)).toBe(status);
  });

  it('says when the port is taken', async () => {
    const url = await openHttp();
    await expect(serveOverHttp(factory(), Number(url.port), () => {})).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

describe('over stdio', () => {
  it('answers what is under way when the input ends', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const inner = sandboxTransport(createSandbox());
    const api = createApiClient(async (request) => {
      await gate;
      return inner(request);
    });
    const transport = openStdio(createServerFactory({ api, version: '1', language: 'en', log: () => {} }));
    await transport.start();
    const initialize = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: INFO,
    };
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize });
    const call = { name: 'fluentcrm_pause_campaign', arguments: { campaignId: 3 } };
    await transport.send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call });
    transport.end();
    await expect.poll(() => transport.lines).toHaveLength(1);
    open();
    await expect.poll(() => transport.lines).toHaveLength(2);
    expect(transport.lines[1]).toMatchObject({
      id: 2,
      result: { structuredContent: { statusAfter: 'paused' } },
    });
  });
});

describe('what reaches the agent', () => {
  async function text(servers: ReturnType<typeof factory>): Promise<string> {
    const client = new Client(INFO, { versionNegotiation: { mode: 'auto' } });
    await client.connect(openStdio(servers));
    closing.push(async () => client.close());
    return JSON.stringify(await client.callTool({ name: 'fluentcrm_delete_tag', arguments: { tagId: 1 } }));
  }

  it.each([
    {
      name: 'an error page',
      contentType: 'text/html',
      status: 500,
      body: '<html><b>critical error</b></html>',
    },
    {
      name: 'markup in JSON',
      contentType: 'application/json',
      status: 500,
      body: '{"code":"internal_server_error","message":"<p>There has been a critical error</p>"}',
    },
    {
      name: 'an SQL statement',
      contentType: 'application/json',
      status: 423,
      body: '{"message":"SELECT * FROM wp_fc_tags LIMIT -1"}',
    },
  ])('is not $name', async ({ contentType, status, body }) => {
    const result = await text(
      factory(({ method }) => (method === 'DELETE' ? { status, contentType, body } : undefined)),
    );
    expect(result).toContain('FluentCRM failed (ref ');
    expect(result).not.toMatch(/<|SELECT|wp_fc|critical/);
  });

  it('is not the password, whatever happens', async () => {
    const { username, password } = ACCOUNTS.reader;
    const site = await serveSandbox(createSandbox());
    closing.push(async () => site.close());
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const baseUrl = `${site.url}/wp-json/fluent-crm/v2`;
    const api = createApiClient(httpTransport({ baseUrl, credentials: { username, password } }), log);
    const servers = createServerFactory({ api, version: '1', language: 'en', log });
    const client = new Client(INFO, { versionNegotiation: { mode: 'auto' } });
    const transport = openStdio(servers);
    await client.connect(transport);
    closing.push(async () => client.close());
    const { tools } = await client.listTools();
    for (const { name } of tools) {
      const args = {
        campaignId: 3,
        subscriberId: 1,
        tagId: 1,
        listId: 1,
        email: 'a@example.com',
        title: 'x',
        subject: 's',
      };
      const tool = tools.find((candidate) => candidate.name === name);
      const own = Object.entries(args).filter(([key]) => tool?.inputSchema.properties?.[key] !== undefined);
      await client.callTool({ name, arguments: Object.fromEntries(own) });
    }
    const seen = JSON.stringify([transport.lines, lines]);
    expect(seen).toContain('Contact 01');
    expect(seen).not.toContain(password);
    expect(seen).not.toContain(Buffer.from(`${username}:${password}`).toString('base64'));
  });
});
