import { afterEach, describe, expect, it } from 'vitest';
import { readCounterName } from '#quota';
import type { ChargedRecord } from '#store';
import { GatewayRig, type RigOptions } from '../support/gateway-rig.ts';

let rig: GatewayRig;
const start = async (options: RigOptions): Promise<GatewayRig> => (rig = await GatewayRig.start(options));
afterEach(() => rig.close());

const ALLOW_ECHO = { version: '1', default: 'deny', tools: { echo: {} } };
const DECISION = 'io.toolgate/decision';

describe.each(['json', 'sse'] as const)('a call to a server that answers as %s', (framing) => {
  it('reaches the server when the policy allows it, and its answer comes back unchanged', async () => {
    await start({ policy: ALLOW_ECHO, upstream: { framing } });
    const { status, message } = await rig.call('echo', { text: 'hi' });
    expect(status).toBe(200);
    expect(message).toMatchObject({ id: 1, result: { content: [{ text: 'echo: {"text":"hi"}' }] } });
    expect(rig.upstream.calls).toEqual([{ name: 'echo', arguments: { text: 'hi' } }]);
  });

  it('never reaches the server when no rule allows it', async () => {
    await start({ policy: ALLOW_ECHO, upstream: { framing } });
    const { status, message } = await rig.call('delete_all');
    expect(status).toBe(200);
    expect(message.result?.isError).toBe(true);
    expect(message.result?.content?.[0]?.text).toMatch(/^\[POLICY DENIED\] /);
    expect(message.result?._meta?.[DECISION]).toEqual({
      rule: '(default deny)',
      policy: 'rules',
      version: 'v1',
    });
    expect(rig.upstream.calls).toEqual([]);
  });

  it('lists only what the grant may use', async () => {
    await start({ policy: ALLOW_ECHO, upstream: { framing } });
    const { message } = await rig.post('{"jsonrpc":"2.0","id":"a","method":"tools/list"}');
    expect(message.result?.tools?.map((tool) => tool.name)).toEqual(['echo']);
  });
});

describe('what is judged is what is sent', () => {
  it('forwards the very bytes of the agent, white space and unknown members included', async () => {
    await start({ policy: ALLOW_ECHO });
    const body =
      '{ "jsonrpc":"2.0",\n "id":7, "method":"tools/call","params":{"name":"\\u0065cho","arguments":{"text":"ż 1.0"},"extra":1.50} }';
    await rig.post(body);
    expect(rig.upstream.arrivals.at(-1)?.body).toBe(body);
  });

  it("sends its own credential up and never the agent's, and no cookie of the server down", async () => {
    await start({ policy: ALLOW_ECHO });
    const { headers } = await rig.post(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}',
      {
        cookie: 'agent=1',
        'x-forwarded-for': '10.0.0.1',
        referer: 'http://127.0.0.1/',
      },
    );
    const arrived = rig.upstream.arrivals.at(-1)?.headers ?? {};
    expect(arrived['authorization']).toBe('Bearer upstream-credential');
    expect(JSON.stringify(rig.upstream.arrivals)).not.toContain(rig.token);
    expect(Object.keys(arrived)).not.toContain('cookie');
    expect(Object.keys(arrived)).not.toContain('x-forwarded-for');
    expect(Object.keys(arrived)).not.toContain('referer');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });
});

describe('hidden and unknown tools', () => {
  const policy = { version: '1', default: 'allow', hide: ['delete_all'] };

  it('are answered alike, so that nobody learns which tools exist', async () => {
    await start({ policy });
    const hidden = await rig.call('delete_all');
    const unknown = await rig.call('no_such_tool');
    expect(hidden.message.error).toEqual({ code: -32602, message: 'Unknown tool: delete_all' });
    expect(unknown.message.error).toEqual({ code: -32602, message: 'Unknown tool: no_such_tool' });
    expect(hidden.status).toBe(unknown.status);
    expect(rig.upstream.calls).toEqual([]);
  });

  it.each(['Echo', 'echo ', 'echo\u200b', 'ECHO', '__proto__', 'constructor', 'toString'])(
    'a name that only looks like a known one is unknown: %j',
    async (name) => {
      await start({ policy });
      expect((await rig.call(name)).message.error?.code).toBe(-32602);
      expect(rig.upstream.calls).toEqual([]);
    },
  );

  it('become usable when the server adds them and says so', async () => {
    await start({ policy });
    await rig.call('echo');
    rig.upstream.tools = [...rig.upstream.tools, { name: 'new_tool', inputSchema: { type: 'object' } }];
    await rig.post('{"jsonrpc":"2.0","id":2,"method":"tools/list"}');
    expect((await rig.call('new_tool')).message.result?.isError).toBeUndefined();
  });
});

describe('limits', () => {
  const limited = (max: number, extra: object = {}) => ({
    version: '1',
    default: 'deny',
    tools: {
      '*': { limits: [{ counter: 'all', window: 'day', max, scope: 'grant', ...extra }] },
    },
  });

  it('let exactly as many calls through as they say, and tell when to come back', async () => {
    await start({ policy: limited(3) });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => rig.call('echo', {}, i)));
    const refused = answers.filter(({ message }) => message.result?.isError);
    expect(rig.upstream.calls).toHaveLength(3);
    expect(refused).toHaveLength(7);
    const decision = refused[0]?.message.result?._meta?.[DECISION];
    expect(decision?.rule).toBe('/tools/*/limits/all');
    expect(decision?.retryAfterMs).toBeGreaterThan(0);
    expect(decision?.retryAfterMs).toBeLessThanOrEqual(86_400_000);
  });

  it.each([
    ['the server answers 401', 'status', { status: 401 }, true],
    ['the server answers 403', 'status', { status: 403 }, true],
    ['the server answers 404', 'status', { status: 404 }, true],
    ['the server answers 429', 'status', { status: 429 }, true],
    ['the server says the parameters are invalid', 'rpc_error', { code: -32602 }, true],
    ['the server says the method is unknown', 'rpc_error', { code: -32601 }, true],
    ['the call succeeds', 'echo', {}, false],
    ['the tool reports an error', 'fail', {}, false],
    ['the server reports an internal error', 'rpc_error', { code: -32603 }, false],
    ['the server answers 500', 'status', { status: 500 }, false],
    ['the connection breaks', 'hang_up', {}, false],
  ])('when %s, quota is given back or stands as promised', async (_, name, args, isReturned) => {
    await start({ policy: limited(1) });
    await rig.call(name, args);
    await expect.poll(async () => (await rig.records())[0]?.ending?.quotaReturned).toBe(isReturned);
    const second = await rig.call('echo');
    expect(second.message.result?.isError ?? false).toBe(!isReturned);
  });

  it('charge what an argument says', async () => {
    await start({ policy: limited(1, { increment_from: 'args.amount' }) });
    expect((await rig.call('pay', { amount: 0.7 })).message.result?.isError).toBeUndefined();
    expect((await rig.call('pay', { amount: 0.4 })).message.result?.isError).toBe(true);
    expect((await rig.call('pay', { amount: 0.3 })).message.result?.isError).toBeUndefined();
    expect((await rig.call('pay', { amount: -5 })).message.result?.isError).toBe(true);
  });
});

describe('a server in trouble', () => {
  it('that is down is told in-band, gives the quota back and is recorded', async () => {
    const policy = {
      version: '1',
      default: 'deny',
      tools: { echo: { rate_limit: { max: 1, window: 'day' } } },
    };
    await start({ policy });
    expect((await rig.call('echo')).message.result?.isError).toBeUndefined();
    rig.setPolicy({
      version: '1',
      default: 'deny',
      tools: { echo: { limits: [{ counter: 'c', window: 'day', max: 1 }] } },
    });
    const { port } = rig.upstream;
    await rig.upstream.stop();
    const down = await rig.call('echo');
    expect(down.status).toBe(200);
    expect(down.message.result?.isError).toBe(true);
    expect(down.message.result?.content?.[0]?.text).toMatch(/^\[UPSTREAM UNAVAILABLE\] .*safe to try again/);
    await rig.upstream.start(port);
    expect((await rig.call('echo')).message.result?.isError).toBeUndefined();
    const [, second] = await rig.records();
    expect(second?.ending).toMatchObject({ result: 'unreachable', quotaReturned: true });
  });

  it('that is slow runs into the time limit of its server', async () => {
    await start({ policy: { version: '1', default: 'allow' }, limits: { callMs: 300 } });
    const { message } = await rig.call('slow', { ms: 5_000 });
    expect(message.result?.content?.[0]?.text).toMatch(/^\[UPSTREAM TIMEOUT\] /);
    await expect.poll(async () => (await rig.records())[0]?.ending?.result).toBe('timeout');
  });

  it('never has its challenge relayed', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const { status, headers, message } = await rig.call('status', { status: 401 });
    expect(status).toBe(200);
    expect(headers.get('www-authenticate')).toBeNull();
    expect(message.result?.content?.[0]?.text).toMatch(/^\[UPSTREAM UNAUTHORIZED\] /);
  });

  it('that redirects is not followed', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const { message } = await rig.call('status', { status: 302 });
    expect(message.result?.isError).toBe(true);
  });

  it('whose answer is too large is cut off', async () => {
    await start({ policy: { version: '1', default: 'allow' }, limits: { answerBytes: 4_096 } });
    const { message } = await rig.call('echo', { text: 'x'.repeat(5_000) });
    expect(message.result?.isError).toBe(true);
  });
});

describe('records', () => {
  it('hold every decision with its rule, and of the arguments only the keys', async () => {
    await start({ policy: ALLOW_ECHO });
    await rig.call('echo', { text: 'a secret value' });
    await rig.call('delete_all', { token: 'another secret' });
    await rig.post('{"jsonrpc":"2.0","id":1,"method":"tools/call"');
    await expect.poll(async () => (await rig.records())[0]?.ending?.result).toBe('ok');
    const records = await rig.records();
    expect(
      records.map(({ tool, outcome, rule, argumentKeys }) => ({ tool, outcome, rule, argumentKeys })),
    ).toEqual([
      { tool: 'echo', outcome: 'allow', rule: '/tools/echo', argumentKeys: ['text'] },
      { tool: 'delete_all', outcome: 'deny', rule: '(default deny)', argumentKeys: ['token'] },
      { tool: undefined, outcome: 'refused', rule: '(protocol)', argumentKeys: [] },
    ]);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it.each([
    // what was refused is not used up; under a policy that only observes it is
    ['enforce', ['tight']],
    ['observe', ['tight', 'wide']],
  ] as const)('tell under mode %s what limits counted, and which one had no room', async (mode, refused) => {
    const limits = [
      { counter: 'wide', window: 'day', max: 9 },
      { counter: 'tight', window: 'day', max: 1 },
    ] as const;
    await start({ policy: { version: '1', default: 'deny', mode, tools: { echo: { limits } } } });
    await rig.call('echo');
    await rig.call('echo');
    await rig.call('delete_all');
    const rows: ChargedRecord[] = [];
    for await (const batch of rig.store.records.scanCharged({})) rows.push(...batch);
    const counted = rows
      .toReversed()
      .map(({ rule, charges }) => [rule, charges.map(({ counter }) => readCounterName(counter)?.counter)]);
    expect(counted).toEqual([
      ['/tools/echo', ['wide', 'tight']],
      ['/tools/echo/limits/tight', refused],
      ['(default deny)', []],
    ]);
  });

  it('are there before the server sees the call', async () => {
    await start({ policy: { version: '1', default: 'allow' } });
    const pending = rig.call('slow', { ms: 300 });
    await expect.poll(() => rig.upstream.calls.length).toBe(1);
    const [record] = await rig.records();
    expect(record).toMatchObject({ tool: 'slow', outcome: 'allow', ending: undefined });
    await pending;
  });
});

describe('policies', () => {
  it('a grant without one is denied every call and sees no tool', async () => {
    await start({ policy: undefined });
    const { message } = await rig.call('echo');
    expect(message.result?._meta?.[DECISION]?.rule).toBe('(no policy)');
    const list = await rig.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    expect(list.message.result?.tools).toEqual([]);
  });

  it('take effect with the next request', async () => {
    await start({ policy: ALLOW_ECHO });
    expect((await rig.call('echo')).message.result?.isError).toBeUndefined();
    rig.setPolicy({ version: '1', default: 'deny' });
    expect((await rig.call('echo')).message.result?.isError).toBe(true);
  });

  it('that observe block nothing, count and record everything', async () => {
    await start({ policy: { ...ALLOW_ECHO, mode: 'observe', hide: ['fail'] } });
    expect((await rig.call('delete_all')).message.result?.isError).toBeUndefined();
    expect((await rig.call('fail')).message.result?.content?.[0]?.text).toBe('it failed');
    const list = await rig.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    expect(list.message.result?.tools).toHaveLength(rig.upstream.tools.length);
    const records = await rig.records();
    expect(records.map(({ outcome, enforced, rule }) => ({ outcome, enforced, rule }))).toEqual([
      { outcome: 'deny', enforced: false, rule: '(default deny)' },
      { outcome: 'deny', enforced: false, rule: '(hidden)' },
    ]);
  });

  it('hold what needs a person', async () => {
    await start({
      policy: {
        version: '1',
        default: 'allow',
        tools: { pay: { action: 'require_approval', reason: 'Money moves.' } },
      },
    });
    const { message } = await rig.call('pay', { amount: 1 });
    expect(message.result?.content?.[0]?.text).toMatch(/^\[APPROVAL REQUIRED\] Money moves\./);
    expect(rig.upstream.calls).toEqual([]);
    expect((await rig.records())[0]).toMatchObject({ outcome: 'hold', rule: '/tools/pay/action' });
  });
});
