import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { call, open, request, until, type Probe } from '../../test/fixtures/stdio/probe.ts';
import { protectUpstream } from './protected-upstream.ts';
import {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Exchange,
  type ToolCatalogue,
  type Upstream,
  type UpstreamFailure,
} from './upstream.ts';

const BODY = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"done"}]}}');
const OK: AnswerHead = { status: 200 };
const DEAD: UpstreamFailure = { kind: 'unreachable', message: 'cannot connect', reached: false };

/** A server that does what the test says with the sinks it was given. */
class Scripted implements Upstream {
  readonly serverId = 'scripted';
  readonly sinks: AnswerSink[] = [];
  aborted = 0;
  listings = 0;
  listFailure: UpstreamFailure | undefined;
  /** What becomes of each exchange at once; undefined leaves it open. */
  behaviour: ((sink: AnswerSink) => void) | undefined = (sink) => sink.onAnswer(OK, BODY);

  exchange(_: unknown, sink: AnswerSink): Exchange {
    this.sinks.push(sink);
    const { behaviour } = this;
    if (behaviour) queueMicrotask(() => behaviour(sink));
    return { abort: () => void this.aborted++, pause: () => {}, resume: () => {} };
  }

  async tools(): Promise<ToolCatalogue> {
    this.listings++;
    if (this.listFailure) throw new UpstreamUnavailable(this.listFailure);
    return new Map();
  }

  knownTools(): undefined {}
  lastAsked(): undefined {}
  learn(): void {}
  refreshSoon(): void {}
  onToolsChanged(): void {}
  async close(): Promise<void> {}
}

let now: number;
let server: Scripted;
let upstream: Upstream;
beforeEach(() => {
  now = 1_000_000;
  server = new Scripted();
  upstream = protect();
});

function protect(limits: { concurrentCalls?: number; openStreams?: number; waitMs?: number } = {}): Upstream {
  return protectUpstream(server, {
    limits: { concurrentCalls: 100, openStreams: 2, breaker: { failures: 3 }, ...limits },
    clock: { now: () => now },
    log: silentLog,
    random: () => 0.5,
  });
}

/** Three exchanges that end in this way. */
async function three(behaviour: (sink: AnswerSink) => void): Promise<void> {
  server.behaviour = behaviour;
  for (let i = 0; i < 3; i++) await call(upstream, 'x');
}

/** Whether a call now reaches the server. */
async function arrives(): Promise<boolean> {
  const before = server.sinks.length;
  server.behaviour = (sink) => sink.onAnswer(OK, BODY);
  const { failure } = await call(upstream, 'x');
  expect(server.sinks.length > before).toBe(failure === undefined);
  return failure === undefined;
}

describe('a server that fails again and again', () => {
  it.each<[string, (sink: AnswerSink) => void]>([
    ['cannot be reached', (sink) => sink.onFailure(DEAD)],
    ['is too slow', (sink) => sink.onFailure({ kind: 'timeout', message: 'late', reached: true })],
    ['hangs up', (sink) => sink.onFailure({ kind: 'broken', message: 'gone', reached: true })],
  ])('because it %s is left alone, and callers are told when to come back', async (_, behaviour) => {
    await three(behaviour);
    const sent = server.sinks.length;
    const { failure, faults } = await call(upstream, 'x');
    expect(failure).toMatchObject({ kind: 'unreachable', reached: false });
    expect(failure?.message).toContain('try again in about 1 s');
    expect([server.sinks.length, faults]).toEqual([sent, []]);
    now += 1_000;
    expect(await arrives()).toBe(true);
    expect(await arrives()).toBe(true);
  });

  it.each<[string, (sink: AnswerSink) => void]>([
    [
      'tool errors',
      (sink) => sink.onAnswer(OK, Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"isError":true}}')),
    ],
    [
      'JSON-RPC errors',
      (sink) => sink.onAnswer(OK, Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":-32603}}')),
    ],
    ...[400, 401, 403, 404, 429, 500, 503].map((status): [string, (sink: AnswerSink) => void] => [
      `HTTP ${status}`,
      (sink) => sink.onAnswer({ status }, new Uint8Array()),
    ]),
    ['redirects', (sink) => sink.onFailure({ kind: 'redirect', message: '', reached: true, status: 307 })],
    ['answers too large', (sink) => sink.onFailure({ kind: 'too_large', message: '', reached: true })],
    [
      'refused credentials',
      (sink) => sink.onFailure({ kind: 'refused_credentials', message: '', reached: true }),
    ],
    [
      'cancelled calls',
      (sink) => sink.onFailure({ kind: 'broken', message: '', reached: true, isOwn: true }),
    ],
    [
      'streams that break after a while',
      (sink) => {
        sink.onStream(OK);
        sink.onFailure({ kind: 'broken', message: '', reached: true });
      },
    ],
  ])('%s are no failures of it', async (_, behaviour) => {
    await three(behaviour);
    await three(behaviour);
    expect(await arrives()).toBe(true);
  });

  it('is not judged by its GET streams', async () => {
    server.behaviour = (sink) => sink.onFailure(DEAD);
    for (let i = 0; i < 9; i++) await open(upstream, 'GET', undefined).done;
    expect(await arrives()).toBe(true);
  });

  it('gets no new streams and no listing while it is left alone', async () => {
    server.listFailure = DEAD;
    for (let i = 0; i < 3; i++) await expect(upstream.tools()).rejects.toThrow('cannot connect');
    await expect(upstream.tools()).rejects.toThrow('left alone');
    const stream = await open(upstream, 'GET', undefined).done;
    expect(stream.failure?.message).toContain('left alone');
    expect([server.listings, server.sinks.length]).toEqual([3, 0]);
    now += 1_000;
    server.listFailure = undefined;
    await upstream.tools();
    expect(await arrives()).toBe(true);
  });

  it('is tried again by the next call when the agent of the probe left', async () => {
    await three((sink) => sink.onFailure(DEAD));
    now += 1_000;
    server.behaviour = undefined;
    const probe = request(upstream, 1, 'tools/call', { name: 'x' });
    expect(await arrives()).toBe(false);
    probe.exchange?.abort();
    expect(await arrives()).toBe(true);
  });

  it('closes the circuit as soon as it begins to stream', async () => {
    await three((sink) => sink.onFailure(DEAD));
    now += 1_000;
    server.behaviour = (sink) => sink.onStream(OK);
    request(upstream, 1, 'tools/call', { name: 'x' });
    await until(() => server.sinks.length === 4);
    expect(await arrives()).toBe(true);
  });
});

describe('calls under way at once', () => {
  const start = (count: number): Probe[] =>
    Array.from({ length: count }, (_, i) => request(upstream, i, 'tools/call', { name: 'x' }));

  it('are so many, as many wait for their turn in order, and more are refused in-band', async () => {
    upstream = protect({ concurrentCalls: 2 });
    server.behaviour = undefined;
    const probes = start(5);
    const refused = await probes[4]?.done;
    expect(refused?.failure).toMatchObject({ kind: 'unreachable', reached: false });
    expect(refused?.failure?.message).toBe('it is busy: 2 calls are under way and as many wait');
    expect(server.sinks).toHaveLength(2);
    for (let i = 0; i < 4; i++) {
      server.sinks[i]?.onAnswer(OK, BODY);
      expect((await probes[i]?.done)?.text).toBe('done');
      expect(server.sinks).toHaveLength(Math.min(i + 3, 4));
    }
  });

  it('that fail, or whose agents leave, make room; a call that waits can be left too', async () => {
    upstream = protect({ concurrentCalls: 2 });
    server.behaviour = undefined;
    const probes = start(4);
    probes[2]?.exchange?.abort();
    probes[0]?.exchange?.abort();
    expect([server.sinks.length, server.aborted]).toEqual([3, 1]);
    server.sinks[1]?.onFailure(DEAD);
    server.sinks[2]?.onAnswer(OK, BODY);
    expect((await probes[3]?.done)?.text).toBe('done');
    server.behaviour = (sink) => sink.onAnswer(OK, BODY);
    for (const probe of start(4)) expect((await probe.done).text).toBe('done');
  });

  it('wait a while and no longer', async () => {
    upstream = protect({ concurrentCalls: 1, waitMs: 20 });
    server.behaviour = undefined;
    const [first, second] = start(2);
    expect((await second?.done)?.failure?.message).toBe('it is busy: 1 calls are under way');
    server.sinks[0]?.onAnswer(OK, BODY);
    expect((await first?.done)?.text).toBe('done');
    expect(server.sinks).toHaveLength(1);
  });

  it('are never more than allowed, however they end', async () => {
    upstream = protect({ concurrentCalls: 3 });
    let underWay = 0;
    let most = 0;
    server.behaviour = (sink) => {
      most = Math.max(most, ++underWay);
      setImmediate(() => {
        underWay--;
        if (server.sinks.length % 3 === 0) sink.onFailure({ ...DEAD, isOwn: true });
        else sink.onAnswer(OK, BODY);
      });
    };
    for (let round = 0; round < 20; round++) await Promise.all(start(6).map((probe) => probe.done));
    expect([most, server.sinks.length]).toEqual([3, 120]);
  });

  it('do not hold up streams, nor streams them', async () => {
    upstream = protect({ concurrentCalls: 1 });
    server.behaviour = (sink) => sink.onStream(OK);
    const [first] = start(1);
    const streams = [1, 2, 3].map(() => open(upstream, 'GET', undefined));
    expect((await streams[2]?.done)?.failure?.message).toBe('it is busy: 2 streams are open');
    expect(server.sinks).toHaveLength(3);
    streams[0]?.exchange?.abort();
    first?.exchange?.abort();
    open(upstream, 'GET', undefined);
    await until(() => server.sinks.length === 4);
  });

  it('that wait are refused when the gateway stops', async () => {
    upstream = protect({ concurrentCalls: 1 });
    server.behaviour = undefined;
    const [, waiting] = start(2);
    await upstream.close();
    expect((await waiting?.done)?.failure).toMatchObject({ reached: false });
  });
});
