import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentSocketOf, type AgentSocket } from './agent-socket.ts';

const opened: (Server | Socket)[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) {
    if ('destroy' in one) one.destroy();
    else one.close();
  }
});

async function listening(isTried: boolean): Promise<{ server: Server; sockets: AgentSocket[] }> {
  const sockets: AgentSocket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (accepted) => {
    const source = agentSocketOf(accepted, server, isTried);
    sockets.push(source);
    opened.push(source.socket);
  });
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, sockets };
}

async function connected(server: Server): Promise<Socket> {
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  opened.push(client);
  await once(client, 'connect');
  return client;
}

/** One connection, from both sides. */
async function pair(isTried: boolean): Promise<{ server: Server; source: AgentSocket; client: Socket }> {
  const { server, sockets } = await listening(isTried);
  const client = await connected(server);
  const source = await vi.waitUntil(() => sockets[0]);
  return { server, source, client };
}

function heard(source: AgentSocket): () => string {
  const pieces: Buffer[] = [];
  source.listen((bytes) => void pieces.push(bytes));
  return () => Buffer.concat(pieces).toString('latin1');
}

describe.each([
  ['read directly', true],
  ['read through its stream', false],
])('a connection that is %s', (_, isTried) => {
  it('gives everything to its listener, in order', async () => {
    const { source, client } = await pair(isTried);
    const all = heard(source);
    const sent = Array.from({ length: 40_000 }, (_each, index) => `${index};`).join('');
    client.write(sent);
    await vi.waitFor(() => expect(all().length).toBe(sent.length));
    expect(all()).toBe(sent);
  });

  it('gives bytes that stay as they are when others are read', async () => {
    const { server, sockets } = await listening(isTried);
    const clients = await Promise.all(Array.from({ length: 20 }, () => connected(server)));
    await vi.waitFor(() => expect(sockets.length).toBe(20));
    const heardOnEach = sockets.map((source) => heard(source));
    for (let round = 0; round < 20; round++)
      for (const [index, client] of clients.entries())
        client.write(String.fromCharCode(97 + index).repeat(500));
    await vi.waitFor(() => {
      for (const all of heardOnEach) expect(all().length).toBe(10_000);
    });
    expect(heardOnEach.map((all) => new Set(all()).size)).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it('answers', async () => {
    const { source, client } = await pair(isTried);
    source.socket.end('an answer');
    expect(await text(client)).toBe('an answer');
  });

  it('goes on as a stream where the listener leaves off', async () => {
    const { source, client } = await pair(isTried);
    const all = heard(source);
    client.write('one ');
    await vi.waitFor(() => expect(all()).toBe('one '));
    source.release();
    source.socket.unshift(Buffer.from(all()));
    client.end('two');
    expect((await buffer(source.socket)).toString()).toBe('one two');
  });

  it('holds what it does not take back in the client when it goes on as a stream that nobody reads', async () => {
    const { source, client } = await pair(isTried);
    heard(source);
    source.release();
    source.socket.pause();
    const piece = Buffer.alloc(64 * 1024);
    let written = 0;
    while (written < 64 * 1024 * 1024 && client.writableLength < 1024 * 1024) {
      client.write(piece);
      written += piece.length;
      await new Promise(setImmediate);
    }
    expect(source.socket.readableLength).toBeLessThan(1024 * 1024);
    expect(client.writableLength).toBeGreaterThanOrEqual(1024 * 1024);
    client.end();
    expect((await buffer(source.socket)).length).toBe(written);
  });

  it('is paused and goes on', async () => {
    const { source, client } = await pair(isTried);
    const all = heard(source);
    client.write('first');
    await vi.waitFor(() => expect(all()).toBe('first'));
    source.socket.pause();
    client.write(' second');
    const another = await connected(opened[0] as Server); // what was written has long come when this one stands
    await new Promise(setImmediate);
    expect(all()).toBe('first');
    source.socket.resume();
    await vi.waitFor(() => expect(all()).toBe('first second'));
    another.destroy();
  });

  it('tells when the client says no more, and when it is gone', async () => {
    const { source, client } = await pair(isTried);
    heard(source);
    const ended = once(source.socket, 'end');
    client.end();
    await ended;
    const closed = once(source.socket, 'close');
    source.socket.end();
    await closed;
  });

  it('counts as a connection of its server until it is closed', async () => {
    const { server, source } = await pair(isTried);
    heard(source);
    const count = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_error, number) => resolve(number)));
    expect(await count()).toBe(1);
    let isClosed = false;
    server.close(() => (isClosed = true));
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    source.socket.destroy();
    await vi.waitFor(() => expect(isClosed).toBe(true));
    expect(await count()).toBe(0);
  });

  it('knows whose it is', async () => {
    const { source, client } = await pair(isTried);
    expect(source.socket.remoteAddress).toBe('127.0.0.1');
    expect(source.socket.remotePort).toBe(client.localPort);
  });
});

it('is read directly on this version of Node', async () => {
  const { sockets, server } = await listening(process.platform !== 'win32');
  let accepted: Socket | undefined;
  server.prependListener('connection', (socket) => (accepted = socket));
  await connected(server);
  await vi.waitFor(() => expect(sockets.length).toBe(1));
  expect(sockets[0]?.socket === accepted).toBe(process.platform === 'win32');
});

it('is read through its stream where a socket is not made as it was', async () => {
  const { server, sockets } = await listening(true);
  server.prependListener('connection', (socket) => {
    Object.defineProperty(socket, '_handle', { value: undefined, writable: true });
  });
  await connected(server);
  await vi.waitFor(() => expect(sockets.length).toBe(1));
});
