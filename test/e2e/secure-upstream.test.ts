import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { connectClient } from '../support/clients.ts';
import { proxy, throwAwayFolder, type Command } from '../support/command.ts';

/** A server over https: its certificate counts, and its name. */
let server: Server | undefined;
let command: Command | undefined;
afterEach(async () => {
  await command?.stop();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

async function serveSecurely(name: string): Promise<{ port: number; certificate: string }> {
  const altNames = [{ type: 2 as const, value: name }];
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  const tools = [{ name: 'echo', inputSchema: { type: 'object' } }];
  const made = createServer({ key, cert }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id, method } = JSON.parse(body) as { id: number; method: string };
      const result =
        method === 'tools/list'
          ? { tools, resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
          : method === 'server/discover'
            ? {
                supportedVersions: ['2026-07-28'],
                capabilities: { tools: {} },
                resultType: 'complete',
                ttlMs: 0,
                cacheScope: 'private',
              }
            : { content: [{ type: 'text', text: 'x'.repeat(300_000) }], resultType: 'complete' };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { port: (made.address() as AddressInfo).port, certificate: cert };
}

async function callThrough(
  port: number,
  trusted: string | undefined,
): Promise<{ isError?: boolean; text: string }> {
  const folder = throwAwayFolder();
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, '{"version": "1", "default": "allow"}');
  const ca = join(folder, 'ca.pem');
  if (trusted !== undefined) writeFileSync(ca, trusted);
  const env: Record<string, string> = trusted === undefined ? {} : { NODE_EXTRA_CA_CERTS: ca };
  const started = await proxy(policy, folder, ['--upstream', `https://localhost:${port}/mcp`], { env });
  command = started.command;
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'echo',
      arguments: {},
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  const answer = await fetch(started.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    },
    body: JSON.stringify(body),
  });
  const { result } = (await answer.json()) as { result: { isError?: boolean; content: { text: string }[] } };
  return { ...(result.isError && { isError: true }), text: result.content[0]?.text ?? '' };
}

describe('a server over https', () => {
  it('is spoken to when its certificate is trusted, also with large answers and by a real client', async () => {
    const { port, certificate } = await serveSecurely('localhost');
    expect((await callThrough(port, certificate)).text).toHaveLength(300_000);
    const url = /http:\S+/.exec(command?.stdout ?? '')?.[0] ?? '';
    const client = await connectClient('SDK 2, modern', { url });
    expect(await client.listTools()).toEqual(['echo']);
    await client.close();
  });

  it.each([
    ['its certificate is not trusted', 'localhost', false],
    ['its certificate is for another name', 'elsewhere.example', true],
  ])('gets no call when %s', async (_, name, isTrusted) => {
    const { port, certificate } = await serveSecurely(name);
    const answer = await callThrough(port, isTrusted ? certificate : undefined);
    expect(answer).toMatchObject({ isError: true, text: expect.stringContaining('did not run') as string });
  });
});
