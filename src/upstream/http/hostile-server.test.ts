import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import { call, open, request, until } from '../../../test/fixtures/stdio/probe.ts';
import { createAddressGuard, type AddressGuard } from '../address-guard.ts';
import type { Upstream } from '../upstream.ts';
import { createHttpUpstream, type HttpUpstreamLimits } from './http-upstream.ts';

/** Called with each whole request as it came over the wire, and how many came before it on this server. */
type Handler = (socket: Socket, text: string, before: number) => void;

const servers: Server[] = [];
const sockets = new Set<Socket>();
let upstream: Upstream;
let requests: string[] = [];
afterEach(async () => {
  await upstream.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  requests = [];
});

/** A server below HTTP: it writes bytes. */
async function listen(handler: Handler): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < text.indexOf('\r\n\r\n') + 4 + length || !text.includes('\r\n\r\n')) return;
      const whole = text;
      text = '';
      requests.push(whole);
      handler(socket, whole, requests.length - 1);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function upstreamAt(
  address: string,
  limits: Partial<HttpUpstreamLimits> = {},
  addresses?: AddressGuard,
): Upstream {
  return createHttpUpstream({
    serverId: 'shop',
    url: `http://${address}/mcp`,
    headers: { Authorization: 'Bearer credential' },
    addresses,
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock: systemClock,
    limits: { connectMs: 1_000, firstByteMs: 2_000, callMs: 2_000, answerBytes: 100_000, ...limits },
  });
}

async function serve(handler: Handler, limits: Partial<HttpUpstreamLimits> = {}): Promise<void> {
  upstream = upstreamAt(`127.0.0.1:${await listen(handler)}`, limits);
}

const BODY = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"done"}]}}';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const ANSWER = `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

describe('an answer', () => {
  it.each<[string, string]>([
    ['of HTTP/1.0, ended by the connection', `HTTP/1.0 200 OK\r\n${JSON_TYPE}\r\n${BODY}`],
    [
      'in chunks with extensions and trailers',
      `HTTP/1.1 200 OK\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;a=b\r\n${BODY.slice(0, 5)}\r\n${(BODY.length - 5).toString(16)}\r\n${BODY.slice(5)}\r\n0\r\nX-Sum: 1\r\nContent-Encoding: gzip\r\n\r\n`,
    ],
    ['after early hints', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ANSWER}`],
    ['that says identity', ANSWER.replace(JSON_TYPE, `${JSON_TYPE}Content-Encoding: identity\r\n`)],
    [
      'with a reason and headers in odd case',
      ANSWER.replace('200 OK\r\nContent-Type', '200 Fine, thank you\r\ncOnTeNt-TyPe'),
    ],
  ])('%s is taken', async (_, bytes) => {
    await serve((socket) => {
      if (bytes.startsWith('HTTP/1.0')) socket.end(bytes);
      else socket.write(bytes);
    });
    expect((await call(upstream, 'x')).text).toBe('done');
  });

  it.each<[string, string]>([
    ['with a length that is no number', ANSWER.replace(/Content-Length: \d+/, 'Content-Length: abc')],
    ['with a negative length', ANSWER.replace(/Content-Length: \d+/, 'Content-Length: -1')],
    ['with two lengths', ANSWER.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n')],
    ['with a length and chunks', ANSWER.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n')],
    [
      'in chunks that are none',
      `HTTP/1.1 200 OK\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
    ],
    ['with a header line that is none', ANSWER.replace('\r\n\r\n', '\r\nno header\r\n\r\n')],
    ['with headers without end', `HTTP/1.1 200 OK\r\n${`X-Pad: ${'x'.repeat(1_000)}\r\n`.repeat(100)}`],
    ['that is no HTTP', 'SSH-2.0-OpenSSH_9.7\r\n\r\n'],
    [
      'that switches protocols',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    ],
    ['packed with gzip', ANSWER.replace(JSON_TYPE, `${JSON_TYPE}Content-Encoding: gzip\r\n`)],
    ['packed twice', ANSWER.replace(JSON_TYPE, `${JSON_TYPE}Content-Encoding: identity, gzip\r\n`)],
    ['as a packed stream', STREAM.replace('\r\n\r\n', '\r\nContent-Encoding: br\r\n\r\n')],
  ])('%s is a failure, and nothing is sent again', async (_, bytes) => {
    await serve((socket) => void socket.write(bytes));
    expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'broken', reached: true });
    expect(requests).toHaveLength(1);
  });

  it('cut short is a failure', async () => {
    await serve((socket) => void socket.end(ANSWER.slice(0, -5)));
    expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'broken', reached: true });
  });

  it('that nobody asked for is not taken for the next one', async () => {
    await serve((socket, _, before) => {
      socket.write(before === 0 ? ANSWER + ANSWER.replaceAll('done', 'evil') : ANSWER);
    });
    const texts = [];
    for (let i = 0; i < 3; i++) texts.push((await call(upstream, 'x')).text);
    expect(texts).toEqual(['done', 'done', 'done']);
  });

  it('that comes after the agent left is not told', async () => {
    let answering: Socket | undefined;
    await serve((socket) => {
      answering = socket;
    });
    const probe = request(upstream, 1, 'tools/call', { name: 'x' });
    await until(() => requests.length === 1);
    probe.exchange?.abort();
    answering?.write(ANSWER);
    await until(() => answering?.destroyed === true);
    expect([probe.head, probe.failure, probe.faults]).toEqual([undefined, undefined, []]);
    expect(requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'with %i is not followed: neither call nor credential arrive there',
    async (status) => {
      const elsewhere: string[] = [];
      const port = await listen((socket, text) => {
        elsewhere.push(text);
        socket.end(ANSWER);
      });
      requests = [];
      await serve((socket) => {
        socket.write(
          `HTTP/1.1 ${status} Moved\r\nLocation: http://127.0.0.1:${port}/mcp\r\nContent-Length: 0\r\n\r\n`,
        );
      });
      expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'redirect', status, reached: true });
      await expect(upstream.tools()).rejects.toThrow('redirect');
      expect((await open(upstream, 'GET', undefined).done).failure).toMatchObject({ kind: 'redirect' });
      expect((await open(upstream, 'DELETE', undefined).done).failure).toMatchObject({ kind: 'redirect' });
      expect(requests).toHaveLength(4);
      expect(requests.every((text) => text.includes('credential'))).toBe(true);
      expect(elsewhere).toEqual([]);
    },
  );
});

describe('time', () => {
  it('to connect is limited, before a server whose queue is full', async () => {
    // a process that listens and never accepts: the kernel drops what does not fit into the queue
    const script =
      "const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {" +
      'process.stdout.write(String(s.address().port) + "\\n");' +
      'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });';
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const port = Number(line.toString());
      upstream = upstreamAt(`127.0.0.1:${port}`, { connectMs: 200, firstByteMs: 9_000, callMs: 9_000 });
      const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
      for (const socket of fillers) sockets.add(socket);
      await until(() => fillers.some((socket) => !socket.connecting));
      // the queue takes two or three; these go unanswered
      const { failure } = await call(upstream, 'x');
      expect(failure).toEqual({ kind: 'unreachable', message: 'connecting took too long', reached: false });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('to find the address of a name is part of it', async () => {
    const never = createAddressGuard('public', () => {});
    upstream = upstreamAt('shop.example', { connectMs: 100, callMs: 9_000 }, never);
    expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'unreachable', reached: false });
  });

  it('to the first byte is limited by itself', async () => {
    await serve(() => {}, { firstByteMs: 200, callMs: 60_000 });
    expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'timeout', reached: true });
  });

  it.each<[string, string, string]>([
    [
      'bytes of JSON that trickle',
      ANSWER.slice(0, -BODY.length).replace(/Content-Length: \d+/, 'Content-Length: 5000'),
      ' ',
    ],
    ['headers that trickle', 'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n'],
    ['comments without end', STREAM, ': still here\n\n'],
    [
      'events without an answer',
      STREAM,
      'data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n',
    ],
    ['a field that trickles', `${STREAM}data: `, 'x'],
    ['a thousand times "continue"', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('of a whole call is limited: %s', async (_, head, more) => {
    const timers: NodeJS.Timeout[] = [];
    await serve(
      (socket) => {
        socket.write(head);
        timers.push(setInterval(() => socket.write(more), 20));
      },
      { callMs: 300, firstByteMs: 60_000 },
    );
    const { failure } = await call(upstream, 'x');
    for (const timer of timers) clearInterval(timer);
    expect(failure?.reached).toBe(true);
    expect(['timeout', 'broken']).toContain(failure?.kind);
  });

  it('of a GET stream is not: comments keep it open and are not events', async () => {
    await serve(
      (socket) => {
        socket.write(`${STREAM}${': still here\n'.repeat(50_000)}`);
        setTimeout(() => socket.write('data: {"at":"last"}\n\n'), 400);
      },
      { callMs: 200, firstByteMs: 200 },
    );
    const listening = open(upstream, 'GET', undefined);
    await until(() => listening.events.length > 0);
    expect([listening.events, listening.failure]).toEqual([[{ at: 'last' }], undefined]);
    listening.exchange?.abort();
  });
});

describe('size', () => {
  it.each<[string, string]>([
    ['of an answer that tells its length', `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: 200000\r\n\r\n`],
    ['of an answer that ends with the connection', `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\n`],
    ['of an event', `${STREAM}data: `],
  ])('%s is limited', async (_, head) => {
    await serve((socket) => void socket.write(head + 'x'.repeat(150_000)));
    expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'too_large', reached: true });
  });
});

describe('a connection that is kept', () => {
  it('and closed by the server while idle costs nothing', async () => {
    await serve((socket) => void socket.end(ANSWER));
    for (let i = 0; i < 3; i++) {
      expect((await call(upstream, 'x')).text).toBe('done');
      await until(() => sockets.size === 0);
    }
    expect(requests).toHaveLength(3);
  });

  it('and closed as the next call arrives breaks it: whether it ran cannot be known, and it is not sent again', async () => {
    await serve((socket, _, before) => {
      if (before === 0) socket.write(ANSWER);
      else socket.destroy();
    });
    expect((await call(upstream, 'x')).text).toBe('done');
    expect((await call(upstream, 'x')).failure).toMatchObject({ kind: 'broken', reached: true });
    expect(requests).toHaveLength(2);
  });

  it('carries one call at a time: a slow one does not hold up the next', async () => {
    await serve((socket, text) => {
      if (!text.includes('"slow"')) socket.write(ANSWER);
    });
    const slow = request(upstream, 1, 'tools/call', { name: 'slow' });
    await until(() => requests.length === 1);
    expect((await call(upstream, 'x')).text).toBe('done');
    slow.exchange?.abort();
  });
});
