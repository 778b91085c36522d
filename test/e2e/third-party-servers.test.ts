import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENTS, connectClient } from '../support/clients.ts';
import { Command, freePort, proxy, ROOT, throwAwayFolder, TOOLGATE } from '../support/command.ts';

/** Unmodified servers from npm, behind the gateway, for every client. */
const EVERYTHING = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const FILES = join(ROOT, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');

const opened: { close?: () => Promise<void>; stop?: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await (one.close?.() ?? one.stop?.());
});
function kept<T extends { close?: () => Promise<void>; stop?: () => Promise<unknown> }>(one: T): T {
  opened.push(one);
  return one;
}

function writePolicy(folder: string, policy: object): string {
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

const ECHO_ONLY = {
  version: '1',
  default: 'deny',
  tools: { echo: {}, 'get-*': { action: 'deny', reason: 'Not here.' } },
  hide: ['get-env'],
};

async function expectEchoOnly(client: Awaited<ReturnType<typeof connectClient>>): Promise<void> {
  const names = await client.listTools();
  expect(names).toContain('echo');
  expect(names).not.toContain('get-env');
  expect((await client.callTool('echo', { message: 'żółw' })).content[0]?.text).toContain('żółw');
  expect((await client.callTool('get-sum', { a: 1, b: 2 })).content[0]?.text).toBe(
    '[POLICY DENIED] Not here.',
  );
  await expect(client.callTool('get-env')).rejects.toThrow('Unknown tool: get-env');
}

describe('server-everything', () => {
  it.each(CLIENTS)('over stdio behind proxy, %s', async (kind) => {
    const folder = throwAwayFolder();
    const { command, url } = await proxy(writePolicy(folder, ECHO_ONLY), folder, [
      '--',
      process.execPath,
      EVERYTHING,
      'stdio',
    ]);
    kept(command);
    await expectEchoOnly(kept(await connectClient(kind, { url })));
  });

  it.each(CLIENTS)('over stdio behind wrap, %s', async (kind) => {
    const folder = throwAwayFolder();
    const args = [
      TOOLGATE,
      'wrap',
      '--policy',
      writePolicy(folder, ECHO_ONLY),
      '--data',
      folder,
      '--',
      process.execPath,
      EVERYTHING,
      'stdio',
    ];
    await expectEchoOnly(kept(await connectClient(kind, { command: process.execPath, args })));
  });

  it.each(CLIENTS)('over Streamable HTTP behind proxy, with sessions and event streams, %s', async (kind) => {
    const folder = throwAwayFolder();
    const port = await freePort();
    const server = kept(new Command(EVERYTHING, ['streamableHttp'], { env: { PORT: String(port) } }));
    await server.shows(/listening on port/i);
    const { command, url } = await proxy(writePolicy(folder, ECHO_ONLY), folder, [
      '--upstream',
      `http://127.0.0.1:${port}/mcp`,
    ]);
    kept(command);
    await expectEchoOnly(kept(await connectClient(kind, { url })));
  });

  it.each(CLIENTS)('over Streamable HTTP behind wrap, %s', async (kind) => {
    const folder = throwAwayFolder();
    const port = await freePort();
    const server = kept(new Command(EVERYTHING, ['streamableHttp'], { env: { PORT: String(port) } }));
    await server.shows(/listening on port/i);
    const args = [
      TOOLGATE,
      'wrap',
      '--policy',
      writePolicy(folder, ECHO_ONLY),
      '--data',
      folder,
      '--upstream',
      `http://127.0.0.1:${port}/mcp`,
    ];
    await expectEchoOnly(kept(await connectClient(kind, { command: process.execPath, args })));
  });
});

describe('server-filesystem', () => {
  it.each(CLIENTS)('reads and writes, slowly, and moves nothing, %s', async (kind) => {
    const folder = throwAwayFolder();
    const files = join(folder, 'files');
    mkdirSync(files);
    writeFileSync(join(files, 'a.txt'), 'alpha');
    const policy = {
      version: '1',
      default: 'deny',
      tools: {
        'list_*': {},
        read_text_file: {},
        write_file: {
          rate_limit: { max: 1, window: 'day' },
          require: [{ conditions: [{ path: 'args.path', op: 'regex', value: '\\.txt$' }] }],
        },
        move_file: { action: 'deny', reason: 'Files stay where they are.' },
      },
    };
    const { command, url } = await proxy(writePolicy(folder, policy), folder, [
      '--',
      process.execPath,
      FILES,
      files,
    ]);
    kept(command);
    const client = kept(await connectClient(kind, { url }));
    expect((await client.callTool('read_text_file', { path: join(files, 'a.txt') })).content[0]?.text).toBe(
      'alpha',
    );
    const write = (name: string) =>
      client.callTool('write_file', { path: join(files, name), content: 'beta' });
    expect((await write('b.sh')).isError).toBe(true);
    expect((await write('b.txt')).isError ?? false).toBe(false);
    expect(readFileSync(join(files, 'b.txt'), 'utf8')).toBe('beta');
    expect((await write('c.txt')).content[0]?.text).toMatch(/^\[POLICY DENIED\] Limit reached/);
    const move = await client.callTool('move_file', {
      source: join(files, 'a.txt'),
      destination: join(files, 'z.txt'),
    });
    expect(move.content[0]?.text).toBe('[POLICY DENIED] Files stay where they are.');
    await expect(client.callTool('edit_file', { path: 'x', edits: [] })).resolves.toMatchObject({
      isError: true,
    });
  });
});
