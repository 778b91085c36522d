import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import { createHttpUpstream, protectUpstream } from '#upstream';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig, JSON_HEADERS, modernMessage } from '../support/gateway-rig.ts';

const MEGABYTE = 1024 * 1024;
const PAD = 'x'.repeat(64 * 1024);

/** A server with a tool that streams as fast as it is read, and one that answers at once. */
class FastServer {
  produced = 0;
  aborted = 0;
  readonly seen: string[] = [];
  readonly server: Server;
  #total = 0;

  constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { id, method, params } = JSON.parse(body) as {
          id?: unknown;
          method: string;
          params?: { name?: string };
        };
        this.seen.push(method === 'tools/call' ? `${method} ${params?.name}` : method);
        if (params?.name === 'stream') {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.on('close', () => (this.aborted += response.writableFinished ? 0 : 1));
          const note = {
            jsonrpc: '2.0',
            method: 'notifications/message',
            params: { level: 'info', data: PAD },
          };
          const event = `data: ${JSON.stringify(note)}\n\n`;
          const last = `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [] } })}\n\n`;
          const more = (): void => {
            while (this.produced < this.#total) {
              this.produced += event.length;
              if (!response.write(event)) return void response.once('drain', more);
            }
            response.end(last);
          };
          return more();
        }
        const tools = ['stream', 'quick'].map((name) => ({ name, inputSchema: { type: 'object' } }));
        const result =
          method === 'tools/list'
            ? { tools }
            : { resultType: 'complete', content: [{ type: 'text', text: 'quick' }] };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      });
    });
  }

  async start(total: number): Promise<string> {
    this.#total = total;
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp`;
  }
}

let rig: GatewayRig;
let server: FastServer;
afterEach(async () => {
  await rig.close();
  server.server.closeAllConnections();
  await new Promise((resolve) => server.server.close(resolve));
});

async function start(total: number): Promise<void> {
  server = new FastServer();
  const clock = systemClock;
  const http = createHttpUpstream({
    serverId: 'shop',
    url: await server.start(total),
    headers: {},
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock,
    limits: { connectMs: 2_000, firstByteMs: 30_000, callMs: 50_000, answerBytes: MEGABYTE },
  });
  const limits = { concurrentCalls: 10, openStreams: 10, breaker: {} };
  const link = protectUpstream(http, { limits, clock, log: silentLog });
  rig = await GatewayRig.start({ policy: { version: '1', default: 'allow' }, link });
}

/** Calls the streaming tool and gives the answer before any of it is read. */
function callStream(era: 'modern' | 'legacy' = 'legacy'): Promise<IncomingMessage> {
  const message =
    era === 'modern'
      ? modernMessage('tools/call', { name: 'stream' })
      : { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'stream' } };
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'stream' };
  const headers = {
    ...JSON_HEADERS,
    authorization: `Bearer ${rig.token}`,
    ...(era === 'modern' ? modern : {}),
  };
  return new Promise((resolve, reject) => {
    const asking = httpRequest(rig.url, { method: 'POST', headers }, resolve);
    asking.on('error', reject).end(JSON.stringify(message));
  });
}

async function quickCalls(count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    expect((await rig.call('quick')).message.result?.content?.[0]?.text).toBe('quick');
}

describe('an agent that does not read', () => {
  it('stops its server instead of filling the gateway, which serves others meanwhile', async () => {
    await start(1024 * MEGABYTE);
    const before = process.memoryUsage.rss();
    const answer = await callStream();
    answer.pause();
    // the sockets take some megabytes; then the server stands still, while others are served
    let produced: number;
    do {
      produced = server.produced;
      await quickCalls(100);
    } while (server.produced !== produced);
    expect(produced).toBeLessThan(64 * MEGABYTE);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * MEGABYTE);
    answer.destroy();
    await expect.poll(() => server.aborted).toBe(1);
  });

  it('and then reads gets every event, and the gateway never held the whole', async () => {
    // more than a process that cleans up late, as Node 24 does, ever has of it
    const total = 640 * MEGABYTE;
    await start(total);
    const before = process.memoryUsage.rss();
    let most = 0;
    let received = 0;
    const answer = await callStream();
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      received += chunk.length;
      most = Math.max(most, process.memoryUsage.rss() - before);
      expect(server.produced - received).toBeLessThan(64 * MEGABYTE);
    }
    expect(received).toBeGreaterThanOrEqual(total);
    expect(most).toBeLessThan(total / 2);
  });
});

describe('an agent that leaves', () => {
  it.each(['modern', 'legacy'] as const)(
    'in the %s era ends the request; a cancellation is not sent for it',
    async (era) => {
      await start(1024 * MEGABYTE);
      const answer = await callStream(era);
      answer.destroy();
      await expect.poll(() => server.aborted).toBe(1);
      await quickCalls(3);
      expect(server.seen.filter((method) => method.startsWith('notifications/'))).toEqual([]);
      expect((await rig.records()).map(({ ending }) => ending?.result)).toContain('aborted');
    },
  );
});
