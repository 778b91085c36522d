import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig, type RigOptions } from '../support/gateway-rig.ts';
import { offers } from '../support/offerings.ts';
import type { Message } from '../support/recording-upstream.ts';

/** What a server may ask of the agent (sampling, elicitation, roots), and the families that a server's settings switch off. */
let rig: GatewayRig;
const start = async (options: Partial<RigOptions> = {}): Promise<GatewayRig> =>
  (rig = await GatewayRig.start({
    policy: { version: '1', default: 'allow' },
    ...options,
    upstream: { sessions: true, ...options.upstream },
  }));
const open: AbortController[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) one.abort();
  await rig.close();
});

const ALL = {
  sampling: {},
  elicitation: { form: {} },
  roots: { listChanged: true },
  experimental: { x: {} },
};
const sent = (): { params: Record<string, unknown> } =>
  JSON.parse(rig.upstream.arrivals.at(-1)?.body ?? '{}') as { params: Record<string, unknown> };

async function openSession(capabilities: object = ALL): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 't', version: '1' } };
  return (await rig.legacy('initialize', params)).headers.get('mcp-session-id') ?? '';
}

async function openStream(session: string): Promise<{ text: string }> {
  const abort = new AbortController();
  open.push(abort);
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${rig.token}`,
    'mcp-session-id': session,
  };
  const { body } = await fetch(rig.url, { headers, signal: abort.signal });
  const stream = { text: '' };
  void (async () => {
    try {
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>)
        stream.text += new TextDecoder().decode(chunk);
    } catch {
      // ended by the test
    }
  })();
  await expect.poll(() => rig.upstream.openStreams).toBe(1);
  return stream;
}

/** A modern request with capabilities of the client. */
function modernWith(
  capabilities: object,
  method: string,
  params: Record<string, unknown>,
  meta: object = {},
) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...meta,
  };
  const name = params['name'] ?? params['uri'];
  return rig.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }), {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    'mcp-name': name as string,
  });
}

describe('what the agent offers', () => {
  it('goes up whole when nothing is off', async () => {
    await start();
    await openSession();
    expect(sent().params['capabilities']).toEqual(ALL);
    await modernWith(ALL, 'tools/call', { name: 'echo' });
    expect(sent().params['_meta']).toMatchObject({ 'io.modelcontextprotocol/clientCapabilities': ALL });
  });

  it.each(['sampling', 'elicitation', 'roots'] as const)(
    'goes up without %s where that is off',
    async (feature) => {
      await start({ methods: { [feature]: false } });
      const { [feature]: _, ...rest } = ALL;
      await openSession();
      expect(sent().params['capabilities']).toEqual(rest);
      await modernWith(ALL, 'tools/call', { name: 'echo' });
      const meta = sent().params['_meta'] as Record<string, unknown>;
      expect(meta['io.modelcontextprotocol/clientCapabilities']).toEqual(rest);
    },
  );

  it('a level of logging goes up only where logging is on', async () => {
    const level = { 'io.modelcontextprotocol/logLevel': 'debug' };
    await start();
    await modernWith({}, 'tools/call', { name: 'echo' }, level);
    expect(sent().params['_meta']).toMatchObject(level);
    await rig.close();
    await start({ methods: { logging: false } });
    await modernWith({}, 'tools/call', { name: 'echo' }, level);
    expect(sent().params['_meta']).not.toHaveProperty(['io.modelcontextprotocol/logLevel']);
  });
});

describe('a request of the server, in a session', () => {
  it.each([
    ['sampling/createMessage', 'sampling'],
    ['elicitation/create', 'elicitation'],
    ['roots/list', 'roots'],
  ] as const)('%s is refused in the place of the agent where it is off', async (method, feature) => {
    await start({ methods: { [feature]: false } });
    const session = await openSession();
    const stream = await openStream(session);
    rig.upstream.arrivals.length = 0;
    rig.upstream.push({ jsonrpc: '2.0', id: 'ask-1', method, params: {} });
    await expect.poll(() => rig.upstream.arrivals.length).toBe(1);
    const [arrival] = rig.upstream.arrivals;
    expect(JSON.parse(arrival?.body ?? '')).toEqual({
      jsonrpc: '2.0',
      id: 'ask-1',
      error: { code: -32601, message: 'Method not found' },
    });
    expect(arrival?.headers).toMatchObject({
      'mcp-session-id': 'upstream-session-1',
      authorization: 'Bearer upstream-credential',
    });
    rig.upstream.push({ jsonrpc: '2.0', id: 2, method: 'ping' });
    await expect.poll(() => stream.text).toContain('"ping"');
    expect(stream.text).not.toContain(method);
  });

  it('that no server may make is refused too, and the others pass', async () => {
    await start();
    const stream = await openStream(await openSession());
    rig.upstream.arrivals.length = 0;
    rig.upstream.push({ jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'x' } });
    await expect.poll(() => rig.upstream.arrivals.at(-1)?.body ?? '').toContain('-32601');
    for (const method of ['sampling/createMessage', 'elicitation/create', 'roots/list'])
      rig.upstream.push({ jsonrpc: '2.0', id: method, method, params: {} });
    await expect.poll(() => stream.text).toContain('roots/list');
    expect(stream.text).toContain('sampling/createMessage');
    expect(stream.text).toContain('elicitation/create');
  });

  it('is withdrawn under the id that the agent knows it by', async () => {
    await start();
    const stream = await openStream(await openSession());
    rig.upstream.push({ jsonrpc: '2.0', id: 7, method: 'roots/list' });
    rig.upstream.push({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 7, reason: 'late' },
    });
    await expect.poll(() => stream.text).toContain('late');
    const id = /"id":"(tgr1\.[^"]+)"/.exec(stream.text)?.[1];
    expect(id).toBeDefined();
    expect(stream.text).toContain(`"requestId":"${id}"`);
  });
});

describe('what the agent tells the server', () => {
  it('reaches it inside the session of the agent alone', async () => {
    await start();
    const session = await openSession();
    rig.upstream.arrivals.length = 0;
    for (const [method, params] of [
      ['notifications/initialized', undefined],
      ['notifications/progress', { progressToken: 1, progress: 1 }],
      ['notifications/cancelled', { requestId: 1 }],
      ['notifications/roots/list_changed', undefined],
    ] as const) {
      const body = JSON.stringify({ jsonrpc: '2.0', method, params });
      expect((await rig.post(body, { 'mcp-session-id': session })).status).toBe(202);
      const arrival = rig.upstream.arrivals.at(-1);
      expect(arrival?.body).toBe(body);
      expect(arrival?.headers['mcp-session-id']).toBe('upstream-session-1');
      const foreign = { authorization: `Bearer ${rig.strangerToken}`, 'mcp-session-id': session };
      expect((await rig.post(body, foreign)).status).toBeGreaterThanOrEqual(400);
    }
    expect(rig.upstream.arrivals).toHaveLength(4);
  });

  it('of its roots goes no further where roots are off', async () => {
    await start({ methods: { roots: false } });
    const session = await openSession();
    rig.upstream.arrivals.length = 0;
    const body = '{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}';
    expect((await rig.post(body, { 'mcp-session-id': session })).status).toBe(202);
    expect(rig.upstream.arrivals).toEqual([]);
  });

  it.each([
    'skills/list',
    'resources/directory/read',
    'vendor/run',
    'tools/callx',
    'sampling/createMessage',
    'roots/list',
  ])('%s is no method of an agent', async (method) => {
    await start();
    const legacy = await rig.legacy(method, { name: 'echo' });
    expect({ status: legacy.status, code: legacy.message.error?.code }).toEqual({
      status: 200,
      code: -32601,
    });
    const modern = await rig.modern(method);
    expect({ status: modern.status, code: modern.message.error?.code }).toEqual({
      status: 404,
      code: -32601,
    });
    expect(rig.upstream.arrivals).toEqual([]);
  });

  it('logging/setLevel passes where logging is on', async () => {
    await start({ upstream: { answers: offers } });
    expect((await rig.legacy('logging/setLevel', { level: 'debug' })).message.result).toEqual({});
  });
});

describe('a server that asks for input where that is off, modern', () => {
  const asking =
    (method: string) =>
    ({ method: asked }: Message): object | undefined =>
      asked === 'tools/list'
        ? undefined
        : { result: { resultType: 'input_required', inputRequests: { a: { method, params: {} } } } };

  it.each([
    ['sampling/createMessage', 'sampling', { sampling: false }],
    ['elicitation/create', 'elicitation', { elicitation: false }],
    ['roots/list', 'roots', { roots: false }],
    ['tools/call', 'something that servers may not ask for', {}],
  ] as const)('%s: the model reads why, and the agent is not asked', async (method, what, methods) => {
    await start({ methods, upstream: { answers: asking(method) } });
    const call = await modernWith(ALL, 'tools/call', { name: 'echo' });
    expect(call.message.result).toMatchObject({ resultType: 'complete', isError: true });
    expect(call.message.result?.content?.[0]?.text).toBe(
      `[POLICY DENIED] The server needs ${what} for this, which this gateway does not allow it to ask for.`,
    );
    const read = await modernWith(ALL, 'resources/read', { uri: 'x://a' });
    expect(read.message.error?.message).toContain(what);
    expect(call.text + read.text).not.toContain('inputRequests');
  });

  it('asks where it is on', async () => {
    await start({ methods: { sampling: false }, upstream: { answers: asking('elicitation/create') } });
    const call = await modernWith(ALL, 'tools/call', { name: 'echo' });
    expect(call.message.result).toMatchObject({ resultType: 'input_required' });
  });
});

describe('a server that cannot do without what is off', () => {
  const missing = ({ method }: Message): object | undefined =>
    method === 'tools/list'
      ? undefined
      : {
          status: 400,
          error: { code: -32021, message: 'Missing', data: { requiredCapabilities: { sampling: {} } } },
        };

  it('is not heard with its own words, which are about the gateway', async () => {
    await start({ methods: { sampling: false }, upstream: { answers: missing } });
    const call = await modernWith(ALL, 'tools/call', { name: 'echo' });
    expect({ status: call.status, isError: call.message.result?.isError }).toEqual({
      status: 200,
      isError: true,
    });
    expect(call.message.result?.content?.[0]?.text).toContain('The server needs sampling for this');
    const read = await modernWith(ALL, 'resources/read', { uri: 'x://a' });
    expect(read.message.error?.message).toContain('The server needs sampling for this');
  });

  it('is heard when it is the agent that lacks it', async () => {
    await start({ upstream: { answers: missing } });
    const call = await modernWith({}, 'tools/call', { name: 'echo' });
    expect(call.message.error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { sampling: {} } },
    });
  });

  it('cannot send the user to an address either', async () => {
    const url = ({ method }: Message): object | undefined =>
      method === 'tools/list'
        ? undefined
        : {
            error: {
              code: -32042,
              message: 'Open',
              data: { elicitations: [{ url: 'https://evil.example' }] },
            },
          };
    await start({ methods: { elicitation: false }, upstream: { answers: url } });
    const { message, text } = await rig.call('echo');
    expect(message.result).toMatchObject({ isError: true });
    expect(text).not.toContain('evil.example');
  });
});

describe('what the server can do, as the agent is told', () => {
  const CAN = {
    tools: {},
    resources: { subscribe: true },
    prompts: {},
    completions: {},
    logging: {},
    experimental: { y: {} },
  };
  const can = ({ method, params }: Message, isModern: boolean): object | undefined => {
    const serverInfo = { name: 's', version: '1' };
    if (method === 'initialize')
      return { result: { protocolVersion: params?.['protocolVersion'], capabilities: CAN, serverInfo } };
    return method === 'server/discover' && isModern
      ? { result: { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: CAN } }
      : undefined;
  };
  const told = async (): Promise<unknown[]> => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const answers = [await rig.legacy('initialize', params), await rig.modern('server/discover')];
    return answers.map(({ message }) => message.result?.['capabilities']);
  };

  it('is all of it, with the promise to tell of changes, when nothing is off', async () => {
    await start({ upstream: { answers: can } });
    const all = {
      ...CAN,
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
    };
    expect(await told()).toEqual([all, all]);
  });

  it.each([
    ['resources', 'resources'],
    ['prompts', 'prompts'],
    ['completion', 'completions'],
    ['logging', 'logging'],
  ] as const)('lacks %s where that is off', async (family, capability) => {
    await start({ methods: { [family]: false }, upstream: { answers: can } });
    for (const capabilities of await told()) {
      expect(capabilities).not.toHaveProperty(capability);
      expect(capabilities).toHaveProperty('experimental');
    }
  });

  it('promises to tell of nothing where nobody can listen', async () => {
    await start({ methods: { subscriptions: false }, upstream: { answers: can } });
    const [legacy, modern] = await told();
    expect(legacy).toMatchObject({ resources: { subscribe: true, listChanged: true } });
    expect(modern).toMatchObject({ tools: {}, resources: {}, prompts: {} });
    expect(JSON.stringify(modern)).not.toMatch(/listChanged|subscribe/);
  });
});

it('a completion does not lead into a family that is off', async () => {
  await start({ methods: { prompts: false }, upstream: { answers: offers } });
  const ref = { type: 'ref/prompt', name: 'review' };
  const answer = await rig.legacy('completion/complete', { ref, argument: { name: 'a', value: '' } });
  expect(answer.message.error).toEqual({ code: -32602, message: 'Unknown prompt: review' });
  expect((await rig.records()).at(-1)).toMatchObject({ outcome: 'deny', rule: '(switched off)' });
});

it('a use that cannot be recorded is not made', async () => {
  await start({ upstream: { answers: offers } });
  await rig.call('echo');
  await rig.store.close();
  rig.upstream.arrivals.length = 0;
  const answer = await rig.legacy('resources/read', { uri: 'file:///project/README.md' });
  expect(answer.message.error?.code).toBe(-32603);
  expect(rig.upstream.arrivals).toEqual([]);
});
