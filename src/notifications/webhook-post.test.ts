import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering, openGuard, startReceiver, type Receiver } from './receiver.suite.ts';
import { createWebhookPost, type PostGuard, type WebhookPost } from './webhook-post.ts';

const never = new AbortController().signal;

describe('posting to a webhook', () => {
  let receiver: Receiver;
  let opened: WebhookPost[];
  beforeEach(async () => {
    receiver = await startReceiver();
    opened = [];
  });
  afterEach(async () => {
    for (const post of opened) await post.close();
    await receiver.close();
  });
  function posting(guard: PostGuard = openGuard, timeLimitMs?: number): WebhookPost['post'] {
    const post = createWebhookPost(guard, timeLimitMs);
    opened.push(post);
    return post.post;
  }

  it('sends body and headers as they are, and tells the status alone', async () => {
    receiver.answer = (_request, response) => response.writeHead(201).end('secret of the network');
    const posted = await posting()(
      `${receiver.origin}/in?a=1`,
      { 'webhook-id': 'dlv_1' },
      '{"a":"ä"}',
      never,
    );
    expect(posted).toEqual({ status: 201 });
    expect(receiver.received).toMatchObject([
      {
        url: '/in?a=1',
        body: '{"a":"ä"}',
        headers: { 'webhook-id': 'dlv_1', 'content-type': 'application/json', 'user-agent': 'Toolgate' },
      },
    ]);
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
    const other = await startReceiver();
    receiver.answer = answering(status, { location: `${other.origin}/` });
    expect(await posting()(receiver.origin, {}, '{}', never)).toEqual({ status });
    expect(other.received).toEqual([]);
    await other.close();
  });

  it('waits no longer than its time limit for an answer', async () => {
    receiver.answer = () => {};
    expect(await posting(openGuard, 50)(receiver.origin, {}, '{}', never)).toEqual({
      error: 'no answer within 0.05 s',
    });
  });

  it('waits no longer than its time limit for the end of an answer', async () => {
    receiver.answer = (_request, response) => void response.writeHead(200).write('x');
    expect(await posting(openGuard, 50)(receiver.origin, {}, '{}', never)).toHaveProperty('error');
  });

  it('reads little of an answer without end, and counts its status', async () => {
    let sent = 0;
    let isOver = false;
    receiver.answer = (_request, response) => {
      response.writeHead(200);
      response.on('close', () => (isOver = true));
      const more = (): void => {
        if (isOver) return;
        sent += 16_384;
        if (response.write('x'.repeat(16_384))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    expect(await posting()(receiver.origin, {}, '{}', never)).toEqual({ status: 200 });
    await vi.waitFor(() => expect(isOver).toBe(true));
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('ends when it is told to', async () => {
    receiver.answer = () => {};
    const ending = new AbortController();
    const posted = posting()(receiver.origin, {}, '{}', ending.signal);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
    ending.abort();
    expect(await posted).toHaveProperty('error');
  });

  it('says that nobody is there without naming the address', async () => {
    const { origin } = receiver;
    await receiver.close();
    expect(await posting()(`${origin}/key`, {}, '{}', never)).toEqual({
      error: 'no connection (ECONNREFUSED)',
    });
    receiver = await startReceiver();
  });

  it('connects to no address that the guard refuses: as it stands, or as a name resolves', async () => {
    const { port } = new URL(receiver.origin);
    const refusing: PostGuard = { ...openGuard, refusalOf: () => 'it is not public' };
    expect(await posting(refusing)(receiver.origin, {}, '{}', never)).toEqual({ error: 'it is not public' });
    const byNumber: PostGuard = { ...openGuard, permits: () => false };
    expect(await posting(byNumber)(receiver.origin, {}, '{}', never)).toEqual({ error: 'no connection' });
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(Object.assign(new Error('refused'), { code: 'ERR_ADDRESS_NOT_ALLOWED' }), []);
    const byName: PostGuard = { ...openGuard, lookup };
    expect(await posting(byName)(`http://rebound.example:${port}/`, {}, '{}', never)).toEqual({
      error: 'no connection (ERR_ADDRESS_NOT_ALLOWED)',
    });
    expect(receiver.received).toEqual([]);
  });
});
