import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpServer } from './http-server.suite.ts';
import { listTools, type Endpoint } from './list-tools.ts';

/** A server that is a program text: `answer(method, params)` gives a result, undefined an unknown method. */
function scripted(answer: string, before = ''): Endpoint {
  const program = `
    ${before}
    const answer = ${answer};
    let rest = '';
    process.stdin.on('data', (chunk) => {
      rest += chunk;
      for (let at; (at = rest.indexOf('\\n')) >= 0; rest = rest.slice(at + 1)) {
        const { id, method, params } = JSON.parse(rest.slice(0, at));
        if (id === undefined) continue;
        const result = method === 'initialize'
          ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } }
          : answer(method, params ?? {});
        const end = result === undefined ? { error: { code: -32601, message: 'unknown' } } : { result };
        console.log(JSON.stringify({ jsonrpc: '2.0', id, ...end }));
      }
    });`;
  return { command: process.execPath, args: ['-e', program], env: {} };
}
const PAGES = `(method, { cursor = '0' }) => method !== 'tools/list' ? undefined : {
  tools: [{ name: 'tool_' + cursor, inputSchema: { type: 'object' }, _meta: { more: 1 } }],
  ...(Number(cursor) < 4 && { nextCursor: String(Number(cursor) + 1) }) }`;

describe('listTools', () => {
  it('reads every page, and keeps of a definition what a model is told', async () => {
    const answer = await listTools(scripted(PAGES), 10_000);
    expect(answer).toEqual({
      answered: true,
      era: 'legacy',
      revision: '2025-11-25',
      serverInfo: { name: 'x', version: '1' },
      tools: [0, 1, 2, 3, 4].map((n) => ({ name: `tool_${n}`, inputSchema: { type: 'object' } })),
    });
  });

  it('speaks the modern era with a server that has it', async () => {
    const answer = await listTools(
      { command: process.execPath, args: ['test/fixtures/stdio/modern-only.mjs'], env: {} },
      10_000,
    );
    expect(answer).toMatchObject({ answered: true, era: 'modern', revision: '2026-07-28' });
  });

  it('asks again in the old way where a server ends at a method that it does not know', async () => {
    const strict = scripted(`(method) => method === 'tools/list' ? { tools: [] } : process.exit(1)`);
    expect(await listTools(strict, 10_000)).toMatchObject({ answered: true, era: 'legacy', tools: [] });
  });

  it('says what a server complained of before it ended', async () => {
    const failing = scripted(
      '() => undefined',
      `console.error('Error: API_KEY is missing'); process.exit(2);`,
    );
    expect(await listTools(failing, 10_000)).toMatchObject({
      answered: false,
      reason: 'exited',
      detail: expect.stringContaining('API_KEY is missing') as string,
      complaint: expect.stringContaining('API_KEY is missing') as string,
    });
  });

  it.each([
    [
      'never answers',
      scripted(
        '() => undefined',
        `process.stdin.on('data', () => {}); await_();function await_(){setInterval(()=>{},1e3);throw 0}`,
      ),
      ['exited', 'no_answer'],
    ],
    [
      'lists without end',
      scripted(
        `(method) => method === 'tools/list' ? { tools: Array.from({ length: 200 }, (_, i) => ({ name: 't' + i, inputSchema: { type: 'object' } })), nextCursor: 'again' } : undefined`,
      ),
      ['too_large'],
    ],
    ['has no tools', { command: process.execPath, args: ['-e', NO_TOOLS()], env: {} }, ['no_tools']],
    [
      'writes what is no message',
      {
        command: process.execPath,
        args: ['-e', `process.stdout.write('x'.repeat(100)); setInterval(() => {}, 1000)`],
        env: {},
      },
      ['no_answer'],
    ],
    ['is no program', { command: '/no/such/program', args: [], env: {} }, ['unreachable']],
  ] as const)('gives up on a server that %s', async (_, endpoint, reasons) => {
    const answer = await listTools(endpoint as Endpoint, 1_500);
    expect(answer.answered).toBe(false);
    expect(reasons).toContain(answer.answered ? '' : answer.reason);
  });

  it('holds no more than so much of one message', async () => {
    const endless = scripted(
      '() => undefined',
      `setInterval(() => process.stdout.write('x'.repeat(1 << 20)), 1);`,
    );
    const before = process.memoryUsage().rss;
    expect((await listTools(endless, 4_000)).answered).toBe(false);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });
});

function NO_TOOLS(): string {
  return `process.stdin.on('data', (chunk) => { for (const line of String(chunk).split('\\n')) { if (!line) continue; const { id, method } = JSON.parse(line); if (id === undefined) continue;
    console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(method === 'initialize' ? { result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'x', version: '1' } } } : { error: { code: -32601, message: 'no' } }) })); } })`;
}

describe('listTools over HTTP', () => {
  let redirecting: Server;
  let refusing: Server;
  const addressOf = (server: Server): string =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  beforeAll(async () => {
    redirecting = createServer((_, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    );
    refusing = createServer((_, response) => response.writeHead(401).end());
    for (const server of [redirecting, refusing])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    redirecting.close();
    refusing.close();
  });
  const at = (url: string, headers: Readonly<Record<string, string>> = {}): Endpoint => ({
    url,
    headers,
    transport: 'streamable-http',
  });

  it('reads a server at an address, with the headers it was given', async () => {
    const server = await startHttpServer('Bearer token');
    try {
      expect(await listTools(at(server.url, { authorization: 'Bearer token' }), 10_000)).toMatchObject({
        answered: true,
        tools: [{ name: 'report' }],
      });
      expect(await listTools(at(server.url), 10_000)).toMatchObject({ answered: false, reason: 'refused' });
    } finally {
      await server.close();
    }
  });

  it.each([
    ['sends it elsewhere', (): string => addressOf(redirecting), 'unreachable'],
    ['wants to know who asks', (): string => addressOf(refusing), 'refused'],
    ['is not there', (): string => 'http://127.0.0.1:9/mcp', 'unreachable'],
  ] as const)('gives up on an address that %s', async (_, url, reason) => {
    expect(await listTools(at(url(), { authorization: 'Bearer secret' }), 5_000)).toMatchObject({
      answered: false,
      reason,
    });
  });
});
