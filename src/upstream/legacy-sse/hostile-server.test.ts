import { afterEach, describe, expect, it } from 'vitest';
import {
  answerTo,
  HandMadeServer,
  listen,
  openWith,
  stop,
  type Behaviour,
} from '../../../test/fixtures/legacy-sse/hand-made-server.ts';
import { call, request, until } from '../../../test/fixtures/stdio/probe.ts';

let hand: HandMadeServer;
afterEach(() => hand.stop());

describe.each(['shared', 'own'])('a call on a connection that is %s', (kind) => {
  /** Of a call without a session, or of the handshake and a call. */
  const failure = async (): Promise<unknown> => {
    if (kind === 'shared') return (await call(hand.upstream, 'x')).failure;
    const opened = await request(hand.upstream, 0, 'initialize').done;
    const session = opened.head?.session;
    return session === undefined ? opened.failure : (await call(hand.upstream, 'x', {}, { session })).failure;
  };

  it.each([
    'http://127.0.0.1:9/messages',
    '//evil.example/messages',
    '/\\evil.example/messages',
    'http://user:pw@127.0.0.1/messages',
    '/messages\ndata: Host: evil.example',
    '',
  ])('is not made when the address of messages is %j', async (address) => {
    hand = await HandMadeServer.start({ onStream: openWith(address) });
    expect(await failure()).toMatchObject({ kind: 'broken', reached: false });
    expect(hand.posts).toEqual([]);
  });

  it('is never posted to another server, nor is the credential', async () => {
    const elsewhere: string[] = [];
    const { server, port } = await listen(({ url = '' }, response) => {
      elsewhere.push(url);
      response.end();
    });
    hand = await HandMadeServer.start({ onStream: openWith(`http://127.0.0.1:${port}/messages`) });
    expect(await failure()).toMatchObject({ reached: false });
    expect(elsewhere).toEqual([]);
    await stop(server);
  });

  it('is not made after a message that came before the address', async () => {
    hand = await HandMadeServer.start({
      onStream: (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(
          'data: {"jsonrpc":"2.0","method":"notifications/message"}\n\nevent: endpoint\ndata: /m\n\n',
        );
      },
    });
    expect(await failure()).toMatchObject({ kind: 'broken', reached: false });
    expect(hand.posts).toEqual([]);
  });

  it('is broken when the server names a second address, and nothing is posted there', async () => {
    hand = await HandMadeServer.start({
      onPost: (_, response, say) => {
        response.writeHead(202).end();
        say('event: endpoint\ndata: /elsewhere\n\n');
      },
    });
    expect(await failure()).toMatchObject({
      kind: 'broken',
      reached: true,
      message: expect.stringContaining('second'),
    });
  });

  it('goes on when the server names the same address again', async () => {
    hand = await HandMadeServer.start({
      onPost: (message, response, say) => {
        response.writeHead(202).end();
        say(`event: endpoint\ndata: /messages\n\n${answerTo(message)}`);
      },
    });
    expect(await failure()).toBeUndefined();
  });

  it.each<[string, Behaviour['onStream'], object]>([
    [
      'refuses the credential',
      (r) => void r.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
      { kind: 'refused_credentials', status: 401 },
    ],
    [
      'answers with JSON',
      (r) => void r.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
      { kind: 'unreachable', reached: false },
    ],
    ['knows no such path', (r) => void r.writeHead(404).end(), { kind: 'unreachable', reached: false }],
    [
      'redirects',
      (r) => void r.writeHead(307, { location: '/elsewhere' }).end(),
      { kind: 'redirect', reached: false },
    ],
    ['never begins to answer', () => {}, { kind: 'timeout', reached: false }],
    [
      'names no address',
      (r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
      { kind: 'timeout', reached: false },
    ],
    ['hangs up', (r) => void r.destroy(), { reached: false }],
    [
      'ends the stream',
      (r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
      { kind: 'broken', reached: false },
    ],
    [
      'names an endless address',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(`event: endpoint\ndata: /${'x'.repeat(60_000)}`),
      { kind: 'too_large', reached: false },
    ],
    [
      'sends no text',
      (r) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(Buffer.from([0x64, 0x3a, 0xff, 0x0a, 0x0a])),
      { kind: 'broken', reached: false },
    ],
  ])('fails, and was not made, when the server %s', async (_, onStream, expected) => {
    hand = await HandMadeServer.start(onStream === undefined ? {} : { onStream });
    expect(await failure()).toMatchObject(expected);
    expect(hand.posts).toEqual([]);
  });

  it('ends in time when comments keep the stream open for ever', async () => {
    hand = await HandMadeServer.start({
      onStream: (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const timer = setInterval(() => response.write(': still here\n'), 10);
        response.on('close', () => clearInterval(timer));
      },
    });
    expect(await failure()).toMatchObject({ kind: 'timeout', reached: false });
  });

  it.each<[string, Behaviour['onPost'], object]>([
    [
      'refuses the credential',
      (_, r) => void r.writeHead(401).end(),
      { kind: 'refused_credentials', status: 401 },
    ],
    ['has too much to do', (_, r) => void r.writeHead(429).end(), { kind: 'broken', status: 429 }],
    ['has forgotten the session', (_, r) => void r.writeHead(404).end(), { kind: 'broken', status: 404 }],
    [
      'redirects',
      (_, r) => void r.writeHead(308, { location: '/elsewhere' }).end(),
      { kind: 'redirect', reached: true },
    ],
    ['never takes it', () => {}, { kind: 'timeout', reached: true }],
    ['hangs up', (_, r) => void r.destroy(), { kind: 'broken', reached: true }],
    ['never answers', (_, r) => void r.writeHead(202).end(), { kind: 'timeout', reached: true }],
    [
      'answers nonsense',
      (m, r, say) => {
        r.writeHead(202).end();
        say(`data: {"jsonrpc":"2.0","id":${JSON.stringify(m.id)}}\n\n`);
      },
      { kind: 'broken', reached: true },
    ],
    [
      'answers with an event without end',
      (_, r, say) => {
        r.writeHead(202).end();
        say(`data: ${'x'.repeat(60_000)}`);
      },
      { kind: 'too_large', reached: true },
    ],
    [
      'takes it without end',
      (_, r) => void r.writeHead(200).write('x'.repeat(100_000)),
      { kind: 'too_large', reached: true },
    ],
  ])('fails once, and is posted once, when the server %s', async (_, onPost, expected) => {
    hand = await HandMadeServer.start(onPost === undefined ? {} : { onPost });
    expect(await failure()).toMatchObject(expected);
    expect(hand.posts.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  });

  it('that times out on a stream that is dead without a sign ends it; on one that lives it does not', async () => {
    let isMute = false;
    hand = await HandMadeServer.start({
      onPost: (_, response) => void response.writeHead(202).end(),
      isMute: () => isMute,
    });
    const caller = kind === 'shared' ? {} : await hand.openSession();
    expect((await call(hand.upstream, 'x', {}, caller)).failure).toMatchObject({ kind: 'timeout' });
    const pings = (): number => hand.posts.filter(({ method }) => method === 'ping').length;
    await until(() => pings() === 1);
    expect((await call(hand.upstream, 'x', {}, caller)).failure).toMatchObject({ kind: 'timeout' });
    await until(() => pings() === 2);
    expect(hand.streams.map((stream) => stream.destroyed)).toEqual([false]);
    isMute = true;
    expect((await call(hand.upstream, 'x', {}, caller)).failure).toMatchObject({ kind: 'timeout' });
    await until(() => hand.streams[0]?.destroyed === true);
    isMute = false;
    if (kind === 'shared') await until(() => hand.streams.length === 2);
    else expect((await request(hand.upstream, 1, 'ping', {}, caller).done).head?.status).toBe(404);
  });

  it('is answered from its own stream, whatever lies around the answer', async () => {
    hand = await HandMadeServer.start({
      onPost: (message, response, say) => {
        const stranger = {
          jsonrpc: '2.0',
          id: typeof message.id === 'number' ? String(message.id) : 1,
          result: {},
        };
        say(
          `event: ping\r\ndata: {"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"not":"this"}}\r\n\r\n`,
        );
        say(`data: ${JSON.stringify(stranger)}\n\ndata: no JSON\n\ndata: []\n\n`);
        const [line] = /\{.*\}/.exec(answerTo(message)) ?? [''];
        say(`: comment\revent: message\rdata: ${line.slice(0, 1)}\rdata: ${line.slice(1)}\r\r`);
        say(answerTo(message, 'a second answer'));
        response.writeHead(202).end();
      },
    });
    const caller = kind === 'shared' ? {} : await hand.openSession();
    const answered = await call(hand.upstream, 'x', {}, caller);
    expect(answered.text).toBe('done');
    expect(answered.faults).toEqual([]);
  });

  it('is answered where the server also answers the post with a stream', async () => {
    hand = await HandMadeServer.start({
      onPost: (message, response, say) => {
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(answerTo(message, 'elsewhere'));
        say(answerTo(message));
      },
    });
    const answered = await call(hand.upstream, 'x', {}, kind === 'shared' ? {} : await hand.openSession());
    expect(answered.text).toBe('done');
  });
});
