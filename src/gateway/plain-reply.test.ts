import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PlainReply } from './plain-reply.ts';
import { grant } from './made-grant.suite.ts';
import { silentTelemetry } from './telemetry.ts';

const open: { close?(): unknown; destroy?(): unknown }[] = [];
afterEach(() => open.splice(0).forEach((one) => (one.destroy ?? one.close)?.call(one)));

interface Pair {
  readonly reply: PlainReply;
  readonly onAnswered: ReturnType<typeof vi.fn>;
  /** What the agent has been sent, once the connection has ended. */
  readonly received: () => Promise<string>;
}

/** A reply on a real connection, and what arrives at its other end. */
async function opened(): Promise<Pair> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const agent = connect((server.address() as AddressInfo).port, '127.0.0.1');
  open.push(agent);
  const [socket] = await accepted;
  let text = '';
  agent.on('data', (chunk) => (text += chunk.toString()));
  const onAnswered = vi.fn();
  const reply = new PlainReply(socket, silentTelemetry.begin('req_1', 'http', 'shop', grant), onAnswered);
  const received = async (): Promise<string> => {
    const closed = once(agent, 'close');
    socket.end();
    await closed;
    return text.replace(/date: [^\r]*/, 'date: now');
  };
  return { reply, onAnswered, received };
}

const watcher = () => ({
  onAgentClosed: vi.fn<(completed: boolean) => void>(),
  onAgentDrained: vi.fn<() => void>(),
});

describe('the answer to a request in plain form', () => {
  it('is one message of HTTP', async () => {
    const { reply, onAnswered, received } = await opened();
    reply.answer(200, { 'content-type': 'application/json' }, '{"text":"é"}');
    expect(onAnswered).toHaveBeenCalledOnce();
    expect(await received()).toBe(
      [
        'HTTP/1.1 200 OK',
        'content-type: application/json',
        'x-request-id: req_1',
        'content-length: 13',
        'date: now',
        'connection: keep-alive',
        'keep-alive: timeout=5',
        '',
        '{"text":"é"}',
      ].join('\r\n'),
    );
  });

  it('has the bytes of the server, many of them too', async () => {
    const { reply, received } = await opened();
    const text = '€'.repeat(20_000);
    reply.answer(200, {}, Buffer.from(text));
    const answer = await received();
    expect(answer).toContain('content-length: 60000\r\n');
    expect(answer.endsWith(`\r\n\r\n${text}`)).toBe(true);
  });

  it('is made of chunks when it is a stream', async () => {
    const { reply, onAnswered, received } = await opened();
    reply.stream({ 'mcp-session-id': 's' });
    reply.event({ data: '"é"', hasData: true });
    expect(onAnswered).not.toHaveBeenCalled();
    reply.end();
    expect(onAnswered).toHaveBeenCalledOnce();
    const [head, body] = (await received()).split('\r\n\r\n', 2);
    expect(head).toContain('transfer-encoding: chunked');
    expect(head).toContain('mcp-session-id: s');
    expect(body).toBe('c\r\ndata: "é"\n\n\r\n0');
  });

  it('is given once: whatever comes afterwards is the next one’s connection', async () => {
    const { reply, onAnswered, received } = await opened();
    reply.answer(202, {}, undefined);
    reply.answer(200, {}, 'late');
    reply.stream({});
    expect(reply.event({ data: 'late', hasData: true })).toBe(true);
    reply.end();
    expect(onAnswered).toHaveBeenCalledOnce();
    expect(await received()).not.toContain('late');
  });

  it('cannot have a header that would begin another one', async () => {
    const { reply, received } = await opened();
    for (const value of ['a\r\nx: y', 'a\nb', 'a\0'])
      expect(() => reply.answer(200, { 'mcp-session-id': value }, '{}')).toThrow(/mcp-session-id/);
    reply.answer(500, {}, '{}');
    expect(await received()).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\nx-request-id: req_1\r\n/);
  });

  it('tells its watcher that it was given, or that nobody is there, also when that was before', async () => {
    const given = await opened();
    const first = watcher();
    given.reply.watch(first);
    given.reply.answer(200, {}, '{}');
    expect(first.onAgentClosed).toHaveBeenCalledExactlyOnceWith(true);
    const late = watcher();
    given.reply.watch(late);
    expect(late.onAgentClosed).toHaveBeenCalledExactlyOnceWith(true);

    const gone = await opened();
    gone.reply.onGone();
    const third = watcher();
    gone.reply.watch(third);
    expect(third.onAgentClosed).toHaveBeenCalledExactlyOnceWith(false);
    gone.reply.answer(200, {}, 'late');
    expect(await gone.received()).toBe('');
  });
});
