import { silentLog } from '#platform';
import { knowTool } from '#policy';
import { createHttpUpstream, protectUpstream, type ProtectionLimits } from '#upstream';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig } from '../support/gateway-rig.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

let rig: GatewayRig;
let server: RecordingUpstream;
let now = Date.UTC(2026, 0, 1);
afterEach(async () => {
  await rig.close();
  await server.stop();
});

const LIMIT = { counter: 'all', window: 'day', max: 1_000, scope: 'grant' };
const POLICY = { version: '1', default: 'allow', all_tools: { limits: [LIMIT] } };

async function start(limits: Partial<ProtectionLimits>): Promise<void> {
  server = new RecordingUpstream();
  const clock = { now: () => now };
  const http = createHttpUpstream({
    serverId: 'shop',
    url: await server.start(),
    headers: {},
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock,
    limits: { connectMs: 2_000, firstByteMs: 5_000, callMs: 5_000, answerBytes: 1_000_000 },
  });
  const link = protectUpstream(http, {
    limits: { concurrentCalls: 10, openStreams: 10, breaker: { failures: 3 }, ...limits },
    clock,
    log: silentLog,
    random: () => 0.5,
  });
  rig = await GatewayRig.start({ policy: POLICY, link, clock });
}

/** What the agent is told. */
async function told(name: string, args: object = {}): Promise<string> {
  now += 1; // records are ordered by their time
  return (await rig.call(name, args)).message.result?.content?.[0]?.text ?? '';
}

describe('a server that fails again and again', () => {
  it('is left alone, tells agents so at once and in-band, and serves again after one success', async () => {
    await start({});
    for (let i = 0; i < 3; i++) expect(await told('hang_up')).toMatch(/^\[UPSTREAM FAILED\]/);
    expect(await told('echo', { text: 'a' })).toMatch(
      /^\[UPSTREAM UNAVAILABLE\].*left alone.*try again in about 1 s\. The call did not run; it is safe/,
    );
    expect(server.calls).toHaveLength(3);
    now += 1_000;
    expect(await told('echo', { text: 'b' })).toContain('"b"');
    expect(await told('echo', { text: 'c' })).toContain('"c"');
    await expect
      .poll(async () => (await rig.records()).map(({ ending }) => [ending?.result, ending?.quotaReturned]))
      .toEqual([
        ['broken', false],
        ['broken', false],
        ['broken', false],
        ['unreachable', true],
        ['ok', false],
        ['ok', false],
      ]);
  });

  it('is not one whose tools, answers or credentials fail', async () => {
    await start({});
    for (let i = 0; i < 4; i++) {
      expect(await told('fail')).toBe('it failed');
      await rig.call('rpc_error', { code: -32000 });
      for (const status of [401, 403, 404, 429, 500, 503]) await told('status', { status });
    }
    expect(await told('echo', { text: 'still here' })).toContain('still here');
  });
});

describe('a server that is slow', () => {
  it('has only so many calls under way; more are refused in-band and cost no quota', async () => {
    await start({ concurrentCalls: 1, waitMs: 30 });
    await told('echo', { text: 'warm' });
    const slow = told('slow', { ms: 500 });
    await expect.poll(() => server.calls.length).toBe(2);
    const [first, second] = await Promise.all([told('echo', { text: '1' }), told('echo', { text: '2' })]);
    for (const text of [first, second])
      expect(text).toMatch(/^\[UPSTREAM UNAVAILABLE\].*it is busy.*The call did not run/);
    expect(await slow).toContain('slow');
    expect(await told('echo', { text: 'again' })).toContain('again');
    expect(server.calls.map(({ name }) => name)).toEqual(['echo', 'slow', 'echo']);
    const returned = (await rig.records()).map(({ ending }) => ending?.quotaReturned);
    expect(returned.filter(Boolean)).toHaveLength(2);
  });
});
