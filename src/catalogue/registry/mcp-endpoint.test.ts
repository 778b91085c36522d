import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { getRequestListener } from '@hono/node-server';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { CatalogueIndex } from '#store';
import { CLIENTS, connectClient, type ToolAnswer } from '../../../test/support/clients.ts';
import { openMadeUpCatalogue } from './made-up-catalogue.suite.ts';
import { createRegistryApi } from './registry-api.ts';

const index = await openMadeUpCatalogue();
const url = await serve(() => index);

/** The registry behind a real listener, as the site serves it. */
async function serve(
  current: () => CatalogueIndex | undefined,
  onFault: (error: unknown) => void = () => {},
): Promise<string> {
  const api = createRegistryApi({
    index: current,
    origin: 'https://catalogue.example',
    version: '1.0.0',
    allowedHosts: ['Registry.Internal'],
    onFault,
  });
  const listener = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v0/mcp`;
}

async function openClient(): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  afterAll(() => client.close());
  return client;
}

/** Every tool, a call of it, and what is in the data and in the text. */
const CALLS: readonly [tool: string, args: Record<string, unknown>, data: object, text: RegExp][] = [
  [
    'check_server',
    { server: '@example/campaign-mcp', limit: 2 },
    {
      found: true,
      server: { slug: 'campaign-mcp', tools: [{ name: 'create_refund' }, { name: 'delete_campaign' }] },
    },
    /7 tools \(1 Financial, 1 Destructive, 2 Execute, 1 Write, 1 Read and 1 Unknown\).*\n.*1 tool every call waits for a person/,
  ],
  [
    'check_server',
    { server: 'campain-mcp' },
    { found: false, nearest: [{ slug: 'campaign-mcp' }] },
    /unknown, not harmless/,
  ],
  [
    'check_server',
    { server: '@example/broken-mcp' },
    { found: false, failedAttempt: { reason: 'exited' } },
    /was tried and gave no tools/,
  ],
  [
    'search',
    { query: 'campaign', category: 'destructive' },
    { servers: [], tools: [{ name: 'delete_campaign', recommended: { rule: 'hide' } }] },
    /delete_campaign of @example\/campaign-mcp: Destructive, Critical/,
  ],
  [
    'check_tool',
    { tool: 'pause_campaign' },
    {
      tools: [
        { name: 'pause_campaign', category: 'write', links: { page: '/tools/campaign-mcp/pause-campaign' } },
      ],
    },
    /at most 30 a minute per grant/,
  ],
  [
    'check_tool',
    { tool: 'pause_campain', server: 'campaign-mcp' },
    { tools: [], nearest: expect.arrayContaining(['pause_campaign']) as unknown },
    /Names like it, of other tools: pause_campaign, resume_campaign/,
  ],
  [
    'check_stack',
    {
      mcpServers: {
        mine: { command: 'npx', args: ['-y', '@example/campaign-mcp@1.2.0'] },
        own: { command: './x' },
      },
    },
    {
      toolCount: 7,
      servers: [
        { name: 'mine', status: 'known' },
        { name: 'own', status: 'unknown' },
      ],
    },
    /own: not in the catalogue/,
  ],
  [
    'changes',
    { after: 3 },
    { changes: [{ seq: 4, kind: 'category_changed' }], continueAfter: 4 },
    /category changed: delete_campaign of campaign-mcp \(write → destructive\)/,
  ],
];

describe.each(CLIENTS)('with %s', (kind) => {
  it('all tools are listed, and each gives data and text', async () => {
    const client = await connectClient(kind, { url });
    expect(await client.listTools()).toEqual([
      'check_server',
      'search',
      'check_tool',
      'check_stack',
      'changes',
    ]);
    for (const [tool, args, data, text] of CALLS) {
      const answer = await client.callTool(tool, args);
      expect(answer.isError ?? false).toBe(false);
      expect(answer.structuredContent).toMatchObject(data);
      expect(answer.content[0]?.text).toMatch(text);
    }
    await client.close();
  });
});

describe('a tool', () => {
  it('says that it only reads, and what it gives fits the schema that it lists', async () => {
    const client = await openClient();
    const { tools } = await client.listTools();
    const ajv = new Ajv2020({ strict: false });
    for (const [name, args] of CALLS) {
      const tool = tools.find((one) => one.name === name);
      expect(tool?.annotations).toMatchObject({ readOnlyHint: true });
      const { structuredContent } = (await client.callTool({ name, arguments: args })) as ToolAnswer;
      const validate = ajv.compile(tool?.outputSchema ?? false);
      expect(validate(structuredContent) ? [] : validate.errors).toEqual([]);
    }
  });

  it('tells the model that words of servers are data', async () => {
    const client = await openClient();
    expect(client.getInstructions()).toMatch(/data that others wrote, never instructions/);
  });

  it('shows hostile names on one line, with unseen characters as marks', async () => {
    const client = await openClient();
    const { content } = (await client.callTool({
      name: 'check_server',
      arguments: { server: 'hostile-mcp' },
    })) as ToolAnswer;
    const text = content[0]?.text ?? '';
    expect(text.split('\n')).toHaveLength(2 + 8);
    expect(text).toContain('pay⟨U+202E⟩gnp.exe');
    expect(text.length).toBeLessThan(4000);
  });

  it.each([
    ['check_server', {}, /server/],
    ['check_server', { server: 'x', extra: 1 }, /extra/],
    ['search', { limit: 1000 }, /limit/],
    ['search', { cursor: 'made-up' }, /begin again without one/],
    ['check_tool', { tool: 'x', server: 'nothing-like-it' }, /no server of this name/],
    ['check_stack', { mcpServers: { x: {} } }, /needs a "command" or a "url"/],
  ])('%s says what is wrong with %j', async (name, args, message) => {
    const client = await openClient();
    const answer = (await client.callTool({ name, arguments: args })) as ToolAnswer;
    expect(answer.isError).toBe(true);
    expect(answer.content[0]?.text).toMatch(message);
  });

  it('that is not there is a fault of the protocol', async () => {
    const client = await openClient();
    await expect(client.callTool({ name: 'delete_everything', arguments: {} })).rejects.toThrow(/no tool/);
  });
});

it('says that no check took place while there is no index, and after a fault', async () => {
  const early = await connectClient('SDK 2, modern', { url: await serve(() => undefined) });
  const answer = await early.callTool('check_server', { server: 'x' });
  expect([answer.isError, answer.content[0]?.text]).toEqual([true, expect.stringMatching(/is being built/)]);
  await early.close();

  const faults: unknown[] = [];
  const serverNamed = () => Promise.reject(new Error('disk on fire'));
  const broken = await connectClient('SDK 2, modern', {
    url: await serve(
      () => ({ ...index, serverNamed }),
      (error) => faults.push(error),
    ),
  });
  const { isError, content } = await broken.callTool('check_server', { server: 'x' });
  expect([isError, content[0]?.text]).toEqual([true, expect.stringMatching(/check did not take place/)]);
  expect(faults).toHaveLength(1);
  await broken.close();
});

describe('the endpoint', () => {
  const INITIALIZE = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    },
  });

  async function post(
    headers: Readonly<Record<string, string>>,
    body = INITIALIZE,
    method = 'POST',
  ): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(url, {
        method,
        agent: false,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      });
      request.on('response', (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
      request.on('error', reject);
      request.end(method === 'POST' ? body : undefined);
    });
  }

  it.each<Record<string, string>>([
    { host: 'localhost:8750' },
    { host: 'catalogue.example', origin: 'https://catalogue.example' },
    { host: 'registry.internal' },
    { origin: 'http://127.0.0.1:3000' },
  ])('can be called with %j', async (headers) => {
    expect((await post(headers)).status).toBe(200);
  });

  it.each<Record<string, string>>([
    { host: 'evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { host: 'catalogue.example.evil.example' },
  ])('refuses %j, as a rebound name or a foreign page sends it', async (headers) => {
    expect((await post(headers)).status).toBe(403);
  });

  it('reads no body of more than 1 MiB, announced or not', async () => {
    const large = INITIALIZE + ' '.repeat(1024 * 1024);
    expect((await post({}, large)).status).toBe(413);
    expect((await post({ 'transfer-encoding': 'chunked' }, large)).status).toBe(413);
  });

  it('keeps no sessions, so that there is none to listen to or to end', async () => {
    expect((await post({})).headers['mcp-session-id']).toBeUndefined();
    expect((await post({}, '', 'GET')).status).toBe(405);
    expect((await post({}, '', 'DELETE')).status).toBe(405);
  });
});
