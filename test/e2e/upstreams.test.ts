import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CLIENTS, connectClient } from '../support/clients.ts';
import { proxy, run, serve, throwAwayFolder, TOOLGATE, type Command } from '../support/command.ts';
import { LegacySseServer } from '../support/legacy-sse-server.ts';

const running: Command[] = [];
const server = new LegacySseServer();
const url = await server.start();
afterAll(async () => {
  await Promise.all(running.map((command) => command.stop()));
  await server.stop();
});

const POLICY = { version: '1', default: 'deny', tools: { echo: {} } };

function fileWith(name: string, content: object): string {
  const file = join(throwAwayFolder(), name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('a server of 2024-11-05', () => {
  it.each(CLIENTS)('is governed by `toolgate proxy --transport sse` for %s', async (kind) => {
    const target = ['--upstream', url, '--transport', 'sse'];
    const served = await proxy(fileWith('policy.json', POLICY), throwAwayFolder(), target);
    running.push(served.command);
    const client = await connectClient(kind, { url: served.url });
    expect(await client.listTools()).toEqual(['echo']);
    expect((await client.callTool('echo', { text: 'hello' })).content[0]?.text).toBe('hello');
    expect((await client.callTool('delete_all')).content[0]?.text).toContain('[POLICY DENIED]');
    await client.close();
    expect(await served.command.stop()).toBe(0);
    await expect.poll(() => server.connections.size).toBe(0);
  });

  it('is governed by `toolgate serve` beside another, and linted', async () => {
    const policy = fileWith('policy.json', POLICY);
    const config = fileWith('toolgate.json', {
      upstreamAddresses: { allow: ['127.0.0.0/8'] },
      servers: { old: { url, transport: 'sse', policies: { rules: POLICY } } },
      grants: [{ label: 'agent', server: 'old', policy: 'rules', token: { file: 'agent.token' } }],
    });
    const { command, base, tokens } = await serve(throwAwayFolder(), ['--config', config]);
    running.push(command);
    const client = await connectClient('SDK 1', { url: `${base}/mcp/old/`, token: tokens.get('agent') });
    expect((await client.callTool('echo', { text: 'hello' })).content[0]?.text).toBe('hello');
    await client.close();
    const linted = await run(TOOLGATE, ['policy', 'lint', policy, '--upstream', url, '--transport', 'sse']);
    expect([linted.code, linted.stdout]).toEqual([0, expect.stringContaining('nothing to remark')]);
  });

  it('is governed by several workers, whichever of them an agent meets', async () => {
    const config = fileWith('toolgate.json', {
      servers: { old: { url, transport: 'sse', policies: { rules: POLICY } } },
      grants: [{ label: 'agent', server: 'old', policy: 'rules', token: { file: 'agent.token' } }],
    });
    const { command, base, tokens } = await serve(throwAwayFolder(), ['--config', config, '--workers', '2']);
    running.push(command);
    const token = tokens.get('agent');
    const clients = await Promise.all(
      CLIENTS.map((kind) => connectClient(kind, { url: `${base}/mcp/old/`, token })),
    );
    for (const client of clients) {
      const texts = Array.from({ length: 10 }, (_, i) => `call ${i}`);
      const answers = await Promise.all(texts.map((text) => client.callTool('echo', { text })));
      expect(answers.map(({ content }) => content[0]?.text)).toEqual(texts);
      await client.close();
    }
  });

  it.each([
    [['--upstream', url, '--transport', 'websocket'], '"websocket" is no transport'],
    [['--transport', 'sse', '--', 'node', 'server.mjs'], '--transport goes with --upstream'],
  ])('cannot be named with %j', async (target, text) => {
    const args = [
      'proxy',
      '--policy',
      fileWith('policy.json', POLICY),
      '--data',
      throwAwayFolder(),
      ...target,
    ];
    const { code, stderr } = await run(TOOLGATE, args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
  });
});

describe('addresses of servers', () => {
  const start = (upstreamAddresses: unknown, address: string): ReturnType<typeof run> => {
    const config = fileWith('toolgate.json', { upstreamAddresses, servers: { inner: { url: address } } });
    return run(TOOLGATE, ['serve', '--port', '0', '--data', throwAwayFolder(), '--config', config]);
  };

  it.each([
    ['public', 'http://127.0.0.1:9/mcp'],
    ['public', 'http://0x7f.1:9/mcp'],
    ['public', 'http://[::ffff:10.0.0.1]/mcp'],
    [{ allow: ['10.0.0.0/8'] }, 'http://169.254.169.254/latest/'],
  ])('that %j does not allow are refused at the start', async (rules, address) => {
    const { code, stderr } = await start(rules, address);
    expect(code).toBe(2);
    expect(stderr).toContain('The address of server "inner" may not be used');
    expect(stderr).toContain('upstreamAddresses');
  });

  it.each([['private'], [{ allow: ['10.0.0.0/33'] }], [{ allow: ['example.com'] }], [{ deny: [] }]])(
    'cannot be allowed with %j',
    async (rules) => {
      const { code, stderr } = await start(rules, 'https://mcp.example.com/mcp');
      expect([code, stderr]).toEqual([2, expect.stringContaining('/upstreamAddresses')]);
    },
  );
});
