import { afterEach, describe, expect, it } from 'vitest';
import { HandMadeServer } from '../../../test/fixtures/legacy-sse/hand-made-server.ts';
import { call, open, request, until } from '../../../test/fixtures/stdio/probe.ts';

let hand: HandMadeServer;
afterEach(() => hand.stop());

describe('a session', () => {
  it('of another grant, or of another process, is unknown', async () => {
    hand = await HandMadeServer.start({});
    const { session = '' } = await hand.openSession();
    const foreign = await request(
      hand.upstream,
      1,
      'tools/call',
      { name: 'x' },
      { session, grantId: 'other' },
    ).done;
    const unknown = await request(
      hand.upstream,
      1,
      'tools/call',
      { name: 'x' },
      { session: crypto.randomUUID() },
    ).done;
    expect([foreign.head?.status, unknown.head?.status]).toEqual([404, 404]);
    expect(hand.posts.filter(({ method }) => method === 'tools/call')).toEqual([]);
  });

  it('is one that any process can go on with where agents share one connection', async () => {
    hand = await HandMadeServer.start({}, { sessions: 0 });
    const first = await hand.openSession();
    const second = await hand.openSession('grant-2');
    expect(first.session).not.toBe(second.session);
    const elsewhere = { ...first, session: crypto.randomUUID() };
    for (const caller of [first, second, elsewhere])
      expect((await call(hand.upstream, 'x', {}, caller)).text).toBe('done');
    expect(hand.streams).toHaveLength(1);
  });

  it.each(['error', 'nothing'])(
    'whose handshake is answered with %s leaves no connection behind',
    async (how) => {
      hand = await HandMadeServer.start({
        on: 'initialize',
        onPost: ({ id }, response, say) => {
          response.writeHead(202).end();
          const error = { code: -32602, message: 'no' };
          if (how === 'error') say(`data: ${JSON.stringify({ jsonrpc: '2.0', id, error })}\n\n`);
        },
      });
      const opened = await request(hand.upstream, 'zero', 'initialize').done;
      if (how === 'error') expect(opened.message['error']).toMatchObject({ code: -32602 });
      else expect(opened.failure).toMatchObject({ kind: 'timeout' });
      await until(() => hand.streams.every((stream) => stream.destroyed));
      expect(hand.streams).toHaveLength(1);
    },
  );

  it('whose agent leaves during the handshake leaves no connection behind', async () => {
    hand = await HandMadeServer.start({
      on: 'initialize',
      onPost: (_, response) => void response.writeHead(202).end(),
    });
    const opening = request(hand.upstream, 0, 'initialize');
    await until(() => hand.posts.length === 1);
    opening.exchange?.abort();
    await until(() => hand.streams.every((stream) => stream.destroyed));
    expect(opening.failure).toBeUndefined();
  });

  it('keeps what the server says until the agent listens, within bounds', async () => {
    hand = await HandMadeServer.start({});
    const caller = await hand.openSession();
    const pad = 'x'.repeat(15_000);
    for (let i = 0; i < 200; i++) {
      const params = { level: 'info', data: i, pad };
      hand.streams
        .at(-1)
        ?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`);
    }
    const allCame = new Promise<void>((resolve) => hand.upstream.onToolsChanged(resolve));
    hand.streams.at(-1)?.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n');
    await allCame;
    const listening = open(hand.upstream, 'GET', undefined, caller);
    await until(() => listening.events.length > 0);
    expect(listening.events.length).toBeLessThanOrEqual(70);
    expect(listening.events[0]?.['params']).toMatchObject({ data: 0 });
    listening.exchange?.abort();
  });

  it('has one stream: a newer one takes its place', async () => {
    hand = await HandMadeServer.start({});
    const caller = await hand.openSession();
    const first = open(hand.upstream, 'GET', undefined, caller);
    await until(() => first.head !== undefined);
    const second = open(hand.upstream, 'GET', undefined, caller);
    await first.done;
    hand.streams.at(-1)?.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
    await until(() => second.events.length === 1);
    expect([first.events.length, first.failure]).toEqual([0, undefined]);
    second.exchange?.abort();
  });

  it('ends with the gateway: its stream ends and a call under way is broken', async () => {
    hand = await HandMadeServer.start(
      { onPost: (_, response) => void response.writeHead(202).end() },
      { callMs: 10_000 },
    );
    const caller = await hand.openSession();
    const listening = open(hand.upstream, 'GET', undefined, caller);
    const calling = request(hand.upstream, 1, 'tools/call', { name: 'x' }, caller);
    await until(() => hand.posts.some(({ method }) => method === 'tools/call'));
    await hand.upstream.close();
    expect((await calling.done).failure).toMatchObject({ kind: 'broken', reached: true });
    await listening.done;
    await until(() => hand.streams.every((stream) => stream.destroyed));
  });

  it('reads no further while its agent does not, and goes on when it does', async () => {
    hand = await HandMadeServer.start({}, { callMs: 20_000 });
    const caller = await hand.openSession();
    const listening = open(hand.upstream, 'GET', undefined, caller);
    await until(() => listening.head !== undefined);
    listening.exchange?.pause();
    const stream = hand.streams.at(-1);
    const params = { pad: 'x'.repeat(40_000) };
    const event = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`;
    // the sockets between two ends of one machine take some megabytes, not forty
    const written = 1_000;
    for (let i = 0; i < written; i++) stream?.write(event);
    // what goes on beside it gives the sockets every chance to carry more
    const other = await hand.openSession('other');
    for (let i = 0; i < 50; i++) expect((await call(hand.upstream, 'x', {}, other)).text).toBe('done');
    expect(stream?.writableLength).toBeGreaterThan(10_000_000);
    const before = listening.events.length;
    expect(before).toBeLessThan(50);
    listening.exchange?.resume();
    await until(() => listening.events.length === written);
    listening.exchange?.abort();
  });
});
