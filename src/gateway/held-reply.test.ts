import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonRpcRequest } from '#mcp';
import type { AgentReply, AgentRequest, ReplyWatcher } from './agent-request.ts';
import { HeldReply } from './held-reply.ts';
import { grant } from './made-grant.suite.ts';
import { silentTelemetry } from './telemetry.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const APPROVAL = { id: 'apr_1', url: 'https://gate.example/1', expiresAt: '2026-01-01T00:00:00.000Z' };

function setUp(progressToken?: string | number) {
  const sent: unknown[] = [];
  let agent: ReplyWatcher | undefined;
  const reply: AgentReply = {
    answer: (status, headers, body) => void sent.push(['answer', status, headers, body]),
    stream: () => void sent.push('stream'),
    event: ({ data }) => {
      sent.push(JSON.parse(data));
      return true;
    },
    end: () => void sent.push('end'),
    watch: (watcher) => void (agent = watcher),
  };
  const request = {
    transport: 'http',
    header: () => 'application/json, text/event-stream',
    observation: silentTelemetry.begin('req', 'http', 'shop', grant),
  } as unknown as AgentRequest;
  const message: JsonRpcRequest = {
    kind: 'request',
    id: 7,
    method: 'tools/call',
    params: progressToken === undefined ? {} : { _meta: { progressToken } },
  };
  const held = new HeldReply(reply, request, message);
  const leave = (completed: boolean): void => agent?.onAgentClosed(completed);
  return { held, sent, leave };
}

describe('the answer to a call that waits', () => {
  it('tells progress now and every ten seconds, always a little more, until the wait is over', () => {
    const { held, sent } = setUp(0);
    const quiet = held.tellWaiting(APPROVAL, () => {});
    vi.advanceTimersByTime(25_000);
    quiet();
    vi.advanceTimersByTime(60_000);
    const [first, ...told] = sent as { readonly params: { readonly progress: number } }[];
    expect(first).toBe('stream');
    const steps = told.map(({ params }) => params.progress);
    expect(steps).toHaveLength(3);
    expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
    expect(Math.max(...steps)).toBeLessThan(0.001);
  });

  it('makes an event of a whole answer once the stream is open', () => {
    const { held, sent } = setUp();
    held.tellWaiting(APPROVAL, () => {});
    held.answer(200, {}, '{"jsonrpc":"2.0","id":7,"result":{}}');
    expect(sent).toEqual(['stream', { jsonrpc: '2.0', id: 7, result: {} }, 'end']);
  });

  it('makes an error of a bare status, because the stream began with 200', () => {
    const { held, sent } = setUp();
    held.tellWaiting(APPROVAL, () => {});
    held.answer(404, {}, undefined);
    expect(sent).toMatchObject([
      'stream',
      { id: 7, error: { code: -32603, message: expect.stringContaining('404') } },
      'end',
    ]);
  });

  it('opens the stream once, whoever wants it', () => {
    const { held, sent } = setUp();
    held.tellWaiting(APPROVAL, () => {});
    held.stream({});
    expect(sent).toEqual(['stream']);
  });

  it('passes on as it is what nobody waited for', () => {
    const { held, sent } = setUp();
    held.answer(404, { a: 'b' }, undefined);
    expect(sent).toEqual([['answer', 404, { a: 'b' }, undefined]]);
  });
});

describe('an agent that goes away while its call waits', () => {
  it('ends the wait', () => {
    const { held, leave } = setUp();
    const whenGone = vi.fn();
    held.tellWaiting(APPROVAL, whenGone);
    leave(false);
    expect(whenGone).toHaveBeenCalledOnce();
    expect(held.isGone).toBe(true);
  });

  it('ends the wait at once when it was gone before', () => {
    const { held, leave } = setUp();
    leave(false);
    const whenGone = vi.fn();
    held.tellWaiting(APPROVAL, whenGone);
    expect(whenGone).toHaveBeenCalledOnce();
  });

  it('is told to whoever answers later', () => {
    const { held, leave } = setUp();
    leave(false);
    const watcher = { onAgentClosed: vi.fn(), onAgentDrained: vi.fn() };
    held.watch(watcher);
    expect(watcher.onAgentClosed).toHaveBeenCalledWith(false);
  });
});
