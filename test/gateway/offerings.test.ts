import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig, type Answered } from '../support/gateway-rig.ts';
import { OFFERING_RULES, offers } from '../support/offerings.ts';

/** What a policy says of resources and prompts, in both eras of the protocol. */
let rig: GatewayRig;
beforeAll(async () => {
  rig = await GatewayRig.start({ policy: OFFERING_RULES, upstream: { answers: offers, sessions: true } });
});
beforeEach(() => {
  rig.setPolicy(OFFERING_RULES);
  rig.upstream.arrivals.length = 0;
});
afterAll(() => rig.close());

const ERAS = ['legacy', 'modern'] as const;
type Era = (typeof ERAS)[number];
const ask = (era: Era, method: string, params: Record<string, unknown> = {}): Promise<Answered> =>
  era === 'modern' ? rig.modern(method, params) : rig.legacy(method, params);
const arrived = (method: string): number =>
  rig.upstream.arrivals.filter(({ body }) => body.includes(`"method":"${method}"`)).length;
const lastRecord = async () => (await rig.records()).at(-1);
const notFound = (era: Era, uri: string): object => ({
  code: era === 'modern' ? -32602 : -32002,
  message: 'Resource not found',
  data: { uri },
});

describe.each(ERAS)('resources, %s', (era) => {
  it('an allowed one is read, with a record that has no more than its name', async () => {
    const uri = 'file:///project/README.md';
    const { status, message } = await ask(era, 'resources/read', { uri });
    expect({ status, contents: message.result?.['contents'] }).toEqual({
      status: 200,
      contents: [{ uri, text: 'contents' }],
    });
    await expect.poll(async () => (await lastRecord())?.ending?.result).toBe('ok');
    expect(await lastRecord()).toMatchObject({
      method: 'resources/read',
      tool: uri,
      outcome: 'allow',
      rule: '/resources/uris/file:~1~1~1project~1*',
      argumentKeys: [],
      policy: 'rules',
    });
  });

  it('one that is denied with a reason is refused with it, and with the decision', async () => {
    const { status, message } = await ask(era, 'resources/read', { uri: 'file:///project/drafts/plan.md' });
    const rule = '/resources/uris/file:~1~1~1project~1drafts~1*/action';
    expect({ status, error: message.error }).toEqual({
      status: 200,
      error: {
        code: -32602,
        message: '[POLICY DENIED] Drafts are private.',
        data: { 'io.toolgate/decision': { rule, policy: 'rules', version: 'v1' } },
      },
    });
    expect(await lastRecord()).toMatchObject({ outcome: 'deny', rule, message: 'Drafts are private.' });
    expect(arrived('resources/read')).toBe(0);
  });

  it.each([
    ['a hidden one', 'file:///project/secret/key', '(hidden)'],
    ['one that nothing allows', 'file:///etc/passwd', '(default deny)'],
    ['one that does not exist', 'file:///nowhere', '(default deny)'],
    ['a way up', 'file:///project/../etc/passwd', '(ambiguous uri)'],
    ['a way up behind %', 'file:///project/%2E%2E/etc/passwd', '(ambiguous uri)'],
    ['a way up behind %, in small letters', 'file:///project/%2e%2e/etc/passwd', '(ambiguous uri)'],
    ['a way up behind two %', 'file:///project/%252E%252E/etc/passwd', '(ambiguous uri)'],
    ['a slash behind %', 'file:///project/x%2F..%2Fsecret%2Fkey', '(ambiguous uri)'],
    ['a backslash', 'file:///project\\secret\\key', '(ambiguous uri)'],
    ['a hidden letter behind %', 'file:///project/%73ecret/key', '(ambiguous uri)'],
    ['a double slash', 'file:///project//secret/key', '(ambiguous uri)'],
    ['a scheme in capitals', 'FILE:///project/secret/key', '(ambiguous uri)'],
    ['a host', 'file://localhost/project/secret/key', '(ambiguous uri)'],
    ['a user', 'file://project@evil/x', '(ambiguous uri)'],
    ['a query', 'file:///project/README.md?/../secret', '(ambiguous uri)'],
    ['a fragment', 'file:///project/README.md#x', '(ambiguous uri)'],
    ['a line end', 'file:///project/\n../secret', '(ambiguous uri)'],
    ['a look-alike letter', 'file:///project/ѕecret/key', '(ambiguous uri)'],
    ['a NUL', 'file:///project/secret/key\u0000.md', '(hidden)'],
  ])('%s is answered as one that does not exist', async (_, uri, rule) => {
    for (const method of era === 'modern' ? ['resources/read'] : ['resources/read', 'resources/subscribe']) {
      const { status, message } = await ask(era, method, { uri });
      expect({ status, error: message.error }).toEqual({ status: 200, error: notFound(era, uri) });
      expect(await lastRecord()).toMatchObject({ method, outcome: 'deny', rule });
      expect(arrived(method)).toBe(0);
    }
  });

  it("the server's own not-found has the same words as a hidden one", async () => {
    const uri = 'file:///project/missing';
    const { message } = await ask(era, 'resources/read', { uri });
    expect(arrived('resources/read')).toBe(1);
    expect(message.error).toEqual(notFound(era, uri));
  });

  it('what is read may not be kept for others', async () => {
    const { message } = await ask(era, 'resources/read', { uri: 'file:///project/README.md' });
    const hints = { ttlMs: message.result?.['ttlMs'], cacheScope: message.result?.['cacheScope'] };
    expect(hints).toEqual(era === 'modern' ? { ttlMs: 60_000, cacheScope: 'private' } : {});
  });

  it.each([[{}], [{ uri: 7 }], [{ uri: null }], [{ uri: ['file:///project/README.md'] }]])(
    '%j names no resource',
    async (params) => {
      const { message } = await ask(era, 'resources/read', params);
      expect(message.error?.code).toBe(-32602);
      expect(arrived('resources/read')).toBe(0);
    },
  );

  it('the list shows what may be read, and what is denied with a reason', async () => {
    const { message } = await ask(era, 'resources/list');
    const resources = message.result?.['resources'] as { uri: string }[];
    expect(resources.map(({ uri }) => uri)).toEqual([
      'file:///project/README.md',
      'file:///project/drafts/plan.md',
    ]);
    expect(message.result?.['nextCursor']).toBe('');
    expect(message.result?.['cacheScope']).toBe(era === 'modern' ? 'private' : undefined);
  });

  it('templates are listed where a rule covers all that they make', async () => {
    const { message } = await ask(era, 'resources/templates/list');
    const templates = message.result?.['resourceTemplates'] as { uriTemplate: string }[];
    expect(templates.map(({ uriTemplate }) => uriTemplate)).toEqual(['file:///project/{+path}']);
  });
});

describe.each(ERAS)('prompts, %s', (era) => {
  it('an allowed one is given, and of its arguments only the names are on record', async () => {
    const params = { name: 'review', arguments: { code: 'secret text' } };
    const { message } = await ask(era, 'prompts/get', params);
    expect(message.result?.['messages']).toEqual([]);
    await expect.poll(async () => (await lastRecord())?.ending?.result).toBe('ok');
    const record = await lastRecord();
    expect(record).toMatchObject({ method: 'prompts/get', tool: 'review', argumentKeys: ['code'] });
    expect(JSON.stringify(record)).not.toContain('secret text');
  });

  it('one that is denied with a reason is refused with it', async () => {
    const { message } = await ask(era, 'prompts/get', { name: 'review_old' });
    expect(message.error).toMatchObject({ code: -32602, message: '[POLICY DENIED] Use review.' });
  });

  it.each(['admin_reset', 'admin_unheard_of', 'other', 'Review', 'review ', '__proto__', 'constructor', ''])(
    '%j is answered as one that does not exist',
    async (name) => {
      const { status, message } = await ask(era, 'prompts/get', { name });
      expect({ status, error: message.error }).toEqual({
        status: 200,
        error: { code: -32602, message: `Unknown prompt: ${name}` },
      });
      expect(arrived('prompts/get')).toBe(0);
    },
  );

  it("the server's own not-found has the same words", async () => {
    rig.setPolicy({ version: '1', default: 'deny', prompts: { default: 'allow', hide: ['admin_*'] } });
    const { message } = await ask(era, 'prompts/get', { name: 'missing' });
    expect(arrived('prompts/get')).toBe(1);
    expect(message.error).toEqual({ code: -32602, message: 'Unknown prompt: missing' });
  });

  it('the list shows what may be used, and what is denied with a reason', async () => {
    const { message } = await ask(era, 'prompts/list');
    const prompts = message.result?.['prompts'] as { name: string }[];
    expect(prompts.map(({ name }) => name)).toEqual(['review', 'review_old']);
  });
});

describe.each(ERAS)('completion, %s', (era) => {
  const argument = { name: 'path', value: '' };

  it.each([
    ['an allowed prompt', { type: 'ref/prompt', name: 'review' }],
    ['an allowed template', { type: 'ref/resource', uri: 'file:///project/{+path}' }],
    ['an allowed resource', { type: 'ref/resource', uri: 'file:///project/README.md' }],
  ])('%s is completed', async (_, ref) => {
    const { message } = await ask(era, 'completion/complete', { ref, argument });
    expect(message.result?.['completion']).toBeDefined();
    expect(await lastRecord()).toMatchObject({ method: 'completion/complete', outcome: 'allow' });
  });

  it('of a template tells only of what may be seen', async () => {
    const ref = { type: 'ref/resource', uri: 'file:///project/{+path}' };
    const { message } = await ask(era, 'completion/complete', { ref, argument });
    expect(message.result?.['completion']).toEqual({ values: ['README.md', 'drafts/plan.md'] });
  });

  it.each([
    ['a hidden prompt', { type: 'ref/prompt', name: 'admin_reset' }],
    ['an unknown prompt', { type: 'ref/prompt', name: 'x' }],
    ['a hidden template', { type: 'ref/resource', uri: 'file:///project/secret/{name}' }],
    ['a template that reaches further', { type: 'ref/resource', uri: 'file:///{+path}' }],
    ['a template with a way up', { type: 'ref/resource', uri: 'file:///project/../{+path}' }],
    ['a template of the own making', { type: 'ref/resource', uri: 'file:///project/{a}/../../{b}' }],
    ['both at once', { type: 'ref/prompt', name: 'review', uri: 'file:///{+path}' }],
    ['an unknown kind', { type: 'ref/tool', name: 'review' }],
    ['a kind in capitals', { type: 'REF/PROMPT', name: 'review' }],
    ['no kind', { name: 'review' }],
    ['a text', 'review'],
    ['nothing', undefined],
  ])('%s is not', async (_, ref) => {
    const { message } = await ask(era, 'completion/complete', { ref, argument });
    expect(message.error).toBeDefined();
    expect(arrived('completion/complete')).toBe(0);
  });
});

describe('a policy', () => {
  it('without these sections says nothing of them: all pass, on record', async () => {
    rig.setPolicy({ version: '1', default: 'deny' });
    for (const era of ERAS) {
      const read = await ask(era, 'resources/read', { uri: 'FILE:///project/../secret' });
      expect(read.message.result?.['contents']).toHaveLength(1);
      expect(await lastRecord()).toMatchObject({ outcome: 'allow', rule: '(not governed)' });
      expect((await ask(era, 'resources/list')).message.result?.['resources']).toHaveLength(4);
      expect((await ask(era, 'prompts/list')).message.result?.['prompts']).toHaveLength(4);
      const missing = await ask(era, 'resources/read', { uri: 'missing' });
      expect(missing.message.error?.message).toBe('Resource missing not found');
    }
    const listed = await rig.legacy('resources/list');
    expect(listed.text).toContain('"nextCursor":""');
  });

  it('that observes decides and records, and blocks and hides nothing', async () => {
    rig.setPolicy({ ...OFFERING_RULES, mode: 'observe' });
    const { message } = await rig.legacy('resources/read', { uri: 'file:///etc/passwd' });
    expect(message.result?.['contents']).toHaveLength(1);
    expect(await lastRecord()).toMatchObject({ outcome: 'deny', enforced: false, rule: '(default deny)' });
    expect((await rig.legacy('prompts/list')).message.result?.['prompts']).toHaveLength(4);
  });

  it('counts from the next request on', async () => {
    const uri = 'file:///project/README.md';
    expect((await rig.legacy('resources/read', { uri })).message.error).toBeUndefined();
    rig.setPolicy({ version: '1', default: 'allow', resources: {} });
    expect((await rig.legacy('resources/read', { uri })).message.error?.code).toBe(-32002);
  });

  it('that is missing refuses all', async () => {
    const bare = await GatewayRig.start({ upstream: { answers: offers } });
    const read = await bare.legacy('resources/read', { uri: 'file:///project/README.md' });
    expect(read.message.error?.message).toContain('[POLICY DENIED] This grant has no policy');
    expect((await bare.modern('prompts/list')).message.result?.['prompts']).toEqual([]);
    await bare.close();
  });

  it('keeps what a URI may give away out of the log', async () => {
    rig.setPolicy({ version: '1', default: 'deny' });
    await rig.legacy('resources/read', { uri: 'https://user:pw@example.com/a?token=secret#x' });
    expect(await lastRecord()).toMatchObject({ tool: 'https://…@example.com/a?…' });
  });
});

describe('lists are filtered by their shape', () => {
  it('as an event', async () => {
    const streaming = await GatewayRig.start({
      policy: OFFERING_RULES,
      upstream: { answers: offers, framing: 'sse' },
    });
    for (const [method, secret] of [
      ['resources/list', 'passwd'],
      ['resources/templates/list', '///{+path}'],
      ['prompts/list', 'admin_reset'],
    ] as const) {
      for (const answer of [await streaming.legacy(method), await streaming.modern(method)]) {
        expect(answer.headers.get('content-type')).toContain('text/event-stream');
        expect(answer.text).toContain('e');
        expect(answer.text).not.toContain(secret);
      }
    }
    await streaming.close();
  });

  it('on the GET stream, in an array, and in an answer to something else', async () => {
    const session = (
      await rig.legacy('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      })
    ).headers.get('mcp-session-id');
    const abort = new AbortController();
    const response = await fetch(rig.url, {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${rig.token}`,
        'mcp-session-id': session ?? '',
      },
      signal: abort.signal,
    });
    await expect.poll(() => rig.upstream.openStreams).toBe(1);
    const resources = [{ uri: 'file:///project/README.md' }, { uri: 'file:///etc/passwd' }];
    rig.upstream.push({ jsonrpc: '2.0', id: 1, result: { resources } });
    rig.upstream.push([{ jsonrpc: '2.0', id: 2, result: { prompts: [{ name: 'admin_reset' }] } }] as never);
    rig.upstream.push({
      jsonrpc: '2.0',
      id: 3,
      result: {
        content: [],
        tools: [{ name: 'delete_all' }],
        resourceTemplates: [{ uriTemplate: 'file:///{+path}' }],
      },
    });
    rig.upstream.push({ jsonrpc: '2.0', id: 4, result: { completion: { values: ['secret/key'] } } });
    rig.upstream.push({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'file:///etc/passwd' },
    });
    rig.upstream.push({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'file:///project/last' },
    });
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('project/last')) break;
    }
    abort.abort();
    expect(text).toContain('README.md');
    for (const secret of ['passwd', 'admin_reset', 'delete_all', '{+path}', 'secret/key'])
      expect(text).not.toContain(secret);
  });
});
