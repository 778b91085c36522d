import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command, proxy, ROOT, run, serve, throwAwayFolder, TOOLGATE } from '../support/command.ts';

/** Resources, prompts and completion of a real server, through the built gateway, for the official clients of both eras. */
const SERVER = join(ROOT, 'test/conformance/everything-server.mjs');
const POLICY = {
  version: '1',
  default: 'deny',
  tools: { test_simple_text: {} },
  resources: {
    hide: ['test://static-binary'],
    uris: {
      'test://static-text': {},
      'test://watched-resource': { action: 'deny', reason: 'Nobody watches.' },
      'test://template/*/data': {},
    },
  },
  prompts: {
    hide: ['*_image'],
    names: {
      'test_*': {},
      test_prompt_with_embedded_resource: { action: 'deny', reason: 'No embedding.' },
    },
  },
};

const running: Command[] = [];
const folder = throwAwayFolder();
let url = '';
beforeAll(async () => {
  const server = new Command(SERVER, ['0']);
  running.push(server);
  const [, direct = ''] = await server.shows(/ready on (http:\S+)/);
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify(POLICY));
  const gateway = await proxy(policy, folder, ['--upstream', direct]);
  running.push(gateway.command);
  url = gateway.url;
});
afterAll(async () => {
  for (const command of running.toReversed()) await command.stop();
});

const INFO = { name: 'end-to-end', version: '1' };

/** What both generations of the SDK have in common. */
type AnyClient = Pick<
  Client,
  | 'listResources'
  | 'listResourceTemplates'
  | 'readResource'
  | 'listPrompts'
  | 'getPrompt'
  | 'complete'
  | 'close'
>;

const CLIENTS: [string, () => Promise<AnyClient>][] = [
  ['SDK 2, modern', () => connectNew('auto')],
  ['SDK 2, legacy', () => connectNew('legacy')],
  [
    'SDK 1',
    async () => {
      const client = new OldClient(INFO);
      await client.connect(new OldTransport(new URL(url)));
      return client as unknown as AnyClient;
    },
  ],
];

async function connectNew(mode: 'auto' | 'legacy'): Promise<AnyClient> {
  const client = new Client(INFO, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy');
  return client;
}

describe.each(CLIENTS)('%s', (_, connect) => {
  let client: AnyClient;
  beforeAll(async () => {
    client = await connect();
  });
  afterAll(() => client.close());

  it('sees what it may read, and reads it', async () => {
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(['test://static-text', 'test://watched-resource']);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['test://template/{id}/data']);
    const text = await client.readResource({ uri: 'test://static-text' });
    expect(text.contents).toMatchObject([{ text: 'This is the content of the static text resource.' }]);
    const made = await client.readResource({ uri: 'test://template/7/data' });
    expect(made.contents).toMatchObject([{ uri: 'test://template/7/data' }]);
  });

  it.each([
    ['test://watched-resource', 'Nobody watches.'],
    ['test://static-binary', 'Resource not found'],
    ['test://no-such-thing', 'Resource not found'],
    ['test://template/x/nothing', 'Resource not found'],
    ['test://template/x/../../static-binary', 'Resource not found'],
    ['TEST://static-binary', 'Resource not found'],
    ['test://static%2Dbinary', 'Resource not found'],
  ])('does not read %s', async (uri, message) => {
    await expect(client.readResource({ uri })).rejects.toThrow(message);
  });

  it('sees the prompts that it may use, and uses them', async () => {
    const { prompts } = await client.listPrompts();
    const names = prompts.map(({ name }) => name);
    expect(names).toContain('test_simple_prompt');
    expect(names).not.toContain('test_prompt_with_image');
    const prompt = await client.getPrompt({ name: 'test_simple_prompt' });
    expect(prompt.messages).toHaveLength(1);
    const args = { arg1: 'a', arg2: 'b' };
    const filled = await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: args });
    expect(JSON.stringify(filled.messages)).toContain("arg1='a'");
  });

  it('does not use the others', async () => {
    await expect(client.getPrompt({ name: 'test_prompt_with_image' })).rejects.toThrow(
      'Unknown prompt: test_prompt_with_image',
    );
    await expect(client.getPrompt({ name: 'test_no_such_prompt' })).rejects.toThrow(
      'Unknown prompt: test_no_such_prompt',
    );
    const args = { resourceUri: 'test://static-binary' };
    await expect(
      client.getPrompt({ name: 'test_prompt_with_embedded_resource', arguments: args }),
    ).rejects.toThrow('No embedding.');
  });

  it('completes the arguments of what it may use', async () => {
    const argument = { name: 'arg1', value: 'par' };
    const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' } as const;
    const { completion } = await client.complete({ ref, argument });
    expect(completion.values).toEqual(['paris', 'park', 'party']);
    const hidden = { type: 'ref/prompt', name: 'test_prompt_with_image' } as const;
    await expect(client.complete({ ref: hidden, argument })).rejects.toThrow('Unknown prompt');
  });
});

it('all of it is in the decision log', async () => {
  const { stdout } = await run(TOOLGATE, ['logs', '--json', '--limit', '200', '--data', folder]);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { method: string; tool: string; outcome: string; rule: string });
  for (const row of [
    { method: 'resources/read', tool: 'test://static-text', outcome: 'allow' },
    { method: 'resources/read', tool: 'test://static-binary', outcome: 'deny', rule: '(hidden)' },
    { method: 'resources/read', tool: 'TEST://static-binary', outcome: 'deny', rule: '(ambiguous uri)' },
    { method: 'prompts/get', tool: 'test_simple_prompt', outcome: 'allow', rule: '/prompts/names/test_*' },
    { method: 'completion/complete', tool: 'test_prompt_with_image', outcome: 'deny', rule: '(hidden)' },
  ])
    expect(rows).toContainEqual(expect.objectContaining(row));
});

it('and can be explained on the command line', async () => {
  const call = JSON.stringify({ resource: 'test://template/x/../y/data' });
  const args = ['policy', 'explain', join(folder, 'policy.json'), '--call', call];
  const { code, stdout } = await run(TOOLGATE, args);
  expect(code).toBe(0);
  expect(stdout).toContain('deny by (ambiguous uri): The URI has a segment "." or ".."');
});

describe('a stdio server behind wrap', () => {
  it.each(['auto', 'legacy'] as const)('is judged as one over HTTP, %s', async (mode) => {
    const data = throwAwayFolder();
    const policy = join(data, 'policy.json');
    const document = 'demo://resource/static/document';
    writeFileSync(
      policy,
      JSON.stringify({
        version: '1',
        default: 'deny',
        resources: { hide: [`${document}/st*`], uris: { [`${document}/*`]: {} } },
        prompts: { names: { 'simple-prompt': {} } },
      }),
    );
    const everything = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
    const client = new Client(INFO, { versionNegotiation: { mode } });
    const wrapped = ['wrap', '--policy', policy, '--data', data, '--', process.execPath, everything, 'stdio'];
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [TOOLGATE, ...wrapped], stderr: 'pipe' }),
    );
    const { resources } = await client.listResources();
    const names = resources.map(({ uri }) => uri.slice(document.length + 1));
    expect(names).toContain('features.md');
    expect(names).not.toContain('structure.md');
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([]);
    expect((await client.readResource({ uri: `${document}/features.md` })).contents).toHaveLength(1);
    for (const uri of [
      `${document}/structure.md`,
      `${document}/./structure.md`,
      `${document}/%73tructure.md`,
      'demo://resource/dynamic/text/1',
    ])
      await expect(client.readResource({ uri })).rejects.toThrow('Resource not found');
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(['simple-prompt']);
    await expect(client.getPrompt({ name: 'args-prompt' })).rejects.toThrow('Unknown prompt: args-prompt');
    await client.close();
  });
});

describe('a server that may not ask the agent for anything', () => {
  it.each(['auto', 'legacy'] as const)('cannot, and the model reads why, %s', async (mode) => {
    const data = throwAwayFolder();
    const [, direct = ''] = (await running[0]?.shows(/ready on (http:\S+)/)) ?? [];
    const config = join(data, 'toolgate.json');
    const policies = { all: { version: '1', default: 'allow' } };
    const methods = { sampling: false, roots: false };
    const grant = { label: 'agent', server: 'everything', policy: 'all', token: { file: 'agent.token' } };
    writeFileSync(
      config,
      JSON.stringify({ servers: { everything: { url: direct, methods, policies } }, grants: [grant] }),
    );
    const { command, base, tokens } = await serve(data, ['--config', config]);
    running.push(command);
    const client = new Client(INFO, {
      versionNegotiation: { mode },
      capabilities: { sampling: {}, elicitation: { form: {} }, roots: {} },
    });
    let asked = 0;
    client.setRequestHandler('sampling/createMessage', () => {
      asked++;
      return { model: 'm', role: 'assistant', content: { type: 'text', text: 'hello' } };
    });
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { username: 'u', email: 'e' },
    }));
    const headers = { authorization: `Bearer ${tokens.get('agent') ?? ''}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${base}/mcp/everything/`), { requestInit: { headers } }),
    );
    const refused = await client.callTool({ name: 'test_sampling', arguments: { prompt: 'hi' } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toMatch(/sampling/);
    expect(asked).toBe(0);
    const elicited = await client.callTool({ name: 'test_elicitation', arguments: { message: 'hi' } });
    expect(JSON.stringify(elicited.content)).toContain('accept');
    await client.close();
  });
});
