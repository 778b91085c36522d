import { afterEach, describe, expect, it } from 'vitest';
import { GatewayRig, JSON_HEADERS, modernMessage, type RigOptions } from '../support/gateway-rig.ts';
import { OFFERING_RULES, offers } from '../support/offerings.ts';

/** What an agent is told of without asking again, and only when it may. */
let rig: GatewayRig;
const start = async (options: Partial<RigOptions> = {}): Promise<GatewayRig> =>
  (rig = await GatewayRig.start({
    policy: OFFERING_RULES,
    upstream: { answers: offers, sessions: true },
    ...options,
  }));
const open: AbortController[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) one.abort();
  await rig.close();
});

interface Listening {
  text: string;
}

function follow(response: Promise<Response>): Listening {
  const stream = { text: '' };
  void (async () => {
    try {
      const { body } = await response;
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>)
        stream.text += new TextDecoder().decode(chunk);
    } catch {
      // ended by the test
    }
  })();
  return stream;
}

function request(init: RequestInit): Promise<Response> {
  const abort = new AbortController();
  open.push(abort);
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${rig.token}`, ...(init.headers as object) };
  return fetch(rig.url, { ...init, headers, signal: abort.signal });
}

async function listen(notifications: object): Promise<Listening> {
  const stream = follow(
    request({
      method: 'POST',
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
      body: JSON.stringify(modernMessage('subscriptions/listen', { notifications }, 'sub-1')),
    }),
  );
  await expect.poll(() => stream.text).toContain('acknowledged');
  return stream;
}

const sent = (): Record<string, unknown> => {
  const body = rig.upstream.arrivals.findLast((one) => one.body.includes('subscriptions/listen'))?.body;
  return (JSON.parse(body ?? '{}') as { params: { notifications: Record<string, unknown> } }).params
    .notifications;
};
const acknowledged = (text: string): unknown =>
  (
    JSON.parse(/^data: (.*acknowledged.*)$/m.exec(text)?.[1] ?? '{}') as {
      params: { notifications: unknown };
    }
  ).params.notifications;
const updated = (uri: unknown): object => ({
  jsonrpc: '2.0',
  method: 'notifications/resources/updated',
  params: { uri },
});

describe('subscriptions/listen', () => {
  it('goes up with the resources alone that may be read, and says which', async () => {
    await start();
    const readable = 'file:///project/README.md';
    const stream = await listen({
      toolsListChanged: true,
      resourceSubscriptions: [
        readable,
        'file:///project/drafts/plan.md',
        'file:///project/secret/key',
        'file:///etc/../x',
      ],
    });
    expect(sent()).toEqual({ toolsListChanged: true, resourceSubscriptions: [readable] });
    expect(acknowledged(stream.text)).toEqual({ toolsListChanged: true, resourceSubscriptions: [readable] });
    const records = await rig.records();
    expect(records.map(({ outcome, tool, rule, method }) => ({ outcome, tool, rule, method }))).toEqual([
      {
        outcome: 'deny',
        tool: 'file:///project/drafts/plan.md',
        rule: '/resources/uris/file:~1~1~1project~1drafts~1*/action',
        method: 'subscriptions/listen',
      },
      {
        outcome: 'allow',
        tool: readable,
        rule: '/resources/uris/file:~1~1~1project~1*',
        method: 'subscriptions/listen',
      },
    ]);
    expect(records[0]?.message).toContain('3 of 4 resources');
  });

  it('goes up as it came when nothing is taken out', async () => {
    await start();
    const notifications = { resourceSubscriptions: ['file:///project/a'], promptsListChanged: true };
    await listen(notifications);
    const body = rig.upstream.arrivals.at(-1)?.body;
    expect(body).toBe(JSON.stringify(modernMessage('subscriptions/listen', { notifications }, 'sub-1')));
  });

  it('is told of updates of readable resources only, also after the policy changed', async () => {
    await start();
    const stream = await listen({ resourceSubscriptions: ['file:///project/a'] });
    rig.upstream.push(updated('file:///project/a'));
    rig.upstream.push(updated('file:///etc/passwd'));
    rig.upstream.push(updated('FILE:///project/b'));
    rig.upstream.push(updated(undefined));
    rig.upstream.push(updated('file:///project/a/part'));
    await expect.poll(() => stream.text).toContain('file:///project/a/part');
    rig.setPolicy({ ...OFFERING_RULES, resources: { uris: { 'file:///project/z': {} } } });
    rig.upstream.push(updated('file:///project/c'));
    rig.upstream.push(updated('file:///project/z'));
    await expect.poll(() => stream.text).toContain('file:///project/z');
    const uris = [...stream.text.matchAll(/"uri":"([^"]*)"/g)].map(([, uri]) => uri);
    expect(uris).toEqual(['file:///project/a', 'file:///project/a/part', 'file:///project/z']);
  });

  it('is told of changes of the policy by the kinds that it asked for', async () => {
    await start();
    const stream = await listen({ promptsListChanged: true, toolsListChanged: false });
    rig.setPolicy({ version: '1', default: 'allow' });
    await expect.poll(() => stream.text).toContain('notifications/prompts/list_changed');
    expect(stream.text).not.toContain('notifications/tools/list_changed');
    expect(stream.text).not.toContain('notifications/resources/list_changed');
  });

  it.each([
    ['a text', 'resourceSubscriptions', 'file:///project/a'],
    ['numbers', 'resourceSubscriptions', [1]],
    ['nothing', 'resourceSubscriptions', null],
    ['too many', 'resourceSubscriptions', Array.from({ length: 1001 }, () => 'file:///project/a')],
    ['a look-alike', 'ResourceSubscriptions', ['file:///etc/passwd']],
  ])('with %s in place of a list of URIs is refused', async (_, member, value) => {
    await start();
    const answer = await rig.modern('subscriptions/listen', { notifications: { [member]: value } });
    expect(answer.message.error?.code).toBe(-32602);
    expect(rig.upstream.arrivals).toEqual([]);
  });

  it('asks for nothing of families that are off', async () => {
    await start({ methods: { resources: false, prompts: false } });
    await listen({
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: ['file:///project/README.md'],
    });
    expect(sent()).toEqual({ toolsListChanged: true });
  });
});

describe('the GET stream of a session', () => {
  async function openSession(): Promise<Listening> {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const session = (await rig.legacy('initialize', params)).headers.get('mcp-session-id') ?? '';
    const stream = follow(request({ method: 'GET', headers: { 'mcp-session-id': session } }));
    await expect.poll(() => rig.upstream.openStreams).toBe(1);
    return stream;
  }

  it('tells of readable resources only', async () => {
    await start();
    const stream = await openSession();
    rig.upstream.push(updated('file:///etc/passwd'));
    rig.upstream.push(updated('file:///project/drafts/plan.md'));
    rig.upstream.push(updated('file:///project/a'));
    await expect.poll(() => stream.text).toContain('file:///project/a');
    expect(stream.text).not.toMatch(/passwd|drafts/);
  });

  it('tells of changes of the policy for everything that it governs', async () => {
    await start();
    const stream = await openSession();
    rig.setPolicy({ version: '1', default: 'allow', prompts: {} });
    await expect.poll(() => stream.text).toContain('notifications/resources/list_changed');
    expect(stream.text).toContain('notifications/tools/list_changed');
    expect(stream.text).toContain('notifications/prompts/list_changed');
  });

  it('tells nothing of families that are off', async () => {
    await start({
      policy: { version: '1', default: 'allow' },
      methods: { resources: false, prompts: false, logging: false },
    });
    const stream = await openSession();
    rig.upstream.push(updated('file:///a'));
    rig.upstream.push({ jsonrpc: '2.0', method: 'notifications/resources/list_changed' });
    rig.upstream.push({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' });
    rig.upstream.push({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: 'x' },
    });
    rig.upstream.push({ jsonrpc: '2.0', id: 4, result: { resources: [{ uri: 'file:///a' }] } });
    rig.upstream.push({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await expect.poll(() => stream.text).toContain('tools/list_changed');
    expect(stream.text).not.toMatch(/updated|resources\/list|prompts|notifications\/message|file:/);
  });
});
