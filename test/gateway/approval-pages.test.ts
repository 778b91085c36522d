import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import { ApprovalRig, HOLDING, pageOf, type ApprovalRigOptions } from '../support/approval-rig.ts';
import type { Answered } from '../support/gateway-rig.ts';

let held: ApprovalRig;
const closing: (() => Promise<void>)[] = [];
const start = async (options: ApprovalRigOptions = {}): Promise<ApprovalRig> =>
  (held = await ApprovalRig.start(options));
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await held.close();
});

const URLS = { elicitation: { url: {} } };
const CALL = { name: 'echo', arguments: { text: 'hi' } };
const KEY = 'io.toolgate/approval';
const APPROVE = /^\[APPROVAL REQUIRED\] Echoes carry far\./;
const textOf = ({ message }: Answered): string => message.result?.content?.[0]?.text ?? '';

function modern(capabilities: object, more: object = {}): Promise<Answered> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...CALL, ...more, _meta } };
  return held.rig.post(JSON.stringify(message), {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': CALL.name,
  });
}

describe('a client of 2026-07-28 that can open pages', () => {
  it('is asked to open the page of the approval, by nothing but the protocol', async () => {
    await start();
    const { message, status } = await modern(URLS);
    const { id } = await held.waiting();
    expect(status).toBe(200);
    const text = expect.stringMatching(APPROVE);
    expect(message).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        resultType: 'input_required',
        inputRequests: {
          [KEY]: { method: 'elicitation/create', params: { mode: 'url', message: text, url: pageOf(id) } },
        },
        _meta: {
          'io.toolgate/decision': { rule: '/tools/echo/action', policy: 'rules', version: 'v1' },
          [KEY]: { id, url: pageOf(id), expiresAt: expect.any(String) },
        },
      },
    });
  });

  it('passes when it comes back after a person agreed, and the server never hears of the question', async () => {
    await start();
    await modern(URLS);
    await held.approve((await held.waiting()).id);
    const answer = await modern(URLS, { inputResponses: { [KEY]: { action: 'accept' } } });
    expect(textOf(answer)).toBe('echo: {"text":"hi"}');
    expect(held.rig.upstream.calls).toHaveLength(1);
    expect(held.rig.upstream.arrivals.at(-1)?.body).not.toMatch(/io.toolgate|inputResponses/);
  });

  it('is not asked again when it comes back too early: it would ask its user again and again', async () => {
    await start();
    await modern(URLS);
    const early = await modern(URLS, { inputResponses: { [KEY]: { action: 'accept' } } });
    expect(textOf(early)).toMatch(APPROVE);
    expect(early.message.result?.['resultType']).toBe('complete');
    expect((await held.waiting()).asked).toBe(2);
  });

  it.each([
    ['that its user accepted', { [KEY]: { action: 'accept' } }],
    ['nonsense', { [KEY]: 'yes' }],
  ])('lets nothing through by saying %s', async (_, inputResponses) => {
    await start();
    const answer = await modern(URLS, { inputResponses });
    expect(answer.message.result?.isError).toBe(true);
    expect(held.rig.upstream.calls).toEqual([]);
  });

  it.each([
    ['cannot', {}, {}, {}],
    ['fills in forms only', { elicitation: { form: {} } }, {}, {}],
    ['meets a server where pages are off', URLS, { elicitation: false }, {}],
    ['meets a server where users are never asked', URLS, {}, { elicitation: false }],
  ])('and one that %s gets a tool result', async (_, capabilities, settings, methods) => {
    await start({ settings, methods });
    const answer = await modern(capabilities);
    expect(textOf(answer)).toMatch(APPROVE);
    expect(answer.message.result?.['resultType']).toBe('complete');
  });
});

describe.each([true, false])('a client of 2025-11-25 at a server that keeps sessions: %s', (sessions) => {
  async function opened(capabilities: object, protocolVersion = '2025-11-25'): Promise<string | undefined> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'test', version: '1' } };
    const message = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
    const { headers } = await held.rig.post(JSON.stringify(message));
    return headers.get('mcp-session-id') ?? undefined;
  }

  const called = (session: string | undefined): Promise<Answered> =>
    held.rig.post(JSON.stringify({ jsonrpc: '2.0', id: 'c', method: 'tools/call', params: CALL }), {
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-11-25',
    });

  it('that can open pages is told to open one by the error -32042', async () => {
    await start({ upstream: { sessions } });
    const session = await opened(URLS);
    const { message, status } = await called(session);
    const { id } = await held.waiting();
    expect(status).toBe(200);
    const text = expect.stringMatching(APPROVE);
    expect(message).toEqual({
      jsonrpc: '2.0',
      id: 'c',
      error: {
        code: -32042,
        message: text,
        data: {
          elicitations: [{ mode: 'url', elicitationId: id, url: pageOf(id), message: text }],
          'io.toolgate/decision': { rule: '/tools/echo/action', policy: 'rules', version: 'v1' },
          [KEY]: { id, url: pageOf(id), expiresAt: expect.any(String) },
        },
      },
    });
    await held.approve(id);
    expect(textOf(await called(session))).toBe('echo: {"text":"hi"}');
  });

  it('that cannot gets a tool result', async () => {
    await start({ upstream: { sessions } });
    const session = await opened({ elicitation: {} });
    expect(session !== undefined).toBe(sessions);
    expect(textOf(await called(session))).toMatch(APPROVE);
  });

  it('gets a tool result in a revision that knows no pages', async () => {
    await start({ upstream: { sessions } });
    const session = await opened(URLS, '2025-06-18');
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL });
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-06-18' };
    expect(textOf(await held.rig.post(message, headers))).toMatch(APPROVE);
  });

  it('is not asked where pages are off', async () => {
    await start({ upstream: { sessions }, settings: { elicitation: false } });
    expect(textOf(await called(await opened(URLS)))).toMatch(APPROVE);
  });
});

it('a session that the gateway alone keeps opens no new room in the limits of a session', async () => {
  const limit = { counter: 'c', window: 'day', max: 1, scope: 'session' };
  await start({ policy: { version: '1', default: 'allow', tools: { echo: { limits: [limit] } } } });
  const call = async (): Promise<boolean> => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: URLS,
      clientInfo: { name: 't', version: '1' },
    };
    const opened = await held.rig.post(
      JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
    );
    const session = opened.headers.get('mcp-session-id') ?? undefined;
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL });
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
    return (await held.rig.post(message, headers)).message.result?.isError !== true;
  };
  expect([await call(), await call()]).toEqual([true, false]);
});

describe('the official clients', () => {
  const requestInit = (): RequestInit => ({ headers: { authorization: `Bearer ${held.rig.token}` } });

  async function connected(mode: 'auto' | 'legacy'): Promise<ModernClient> {
    const client = new ModernClient(
      { name: 'test', version: '1' },
      { capabilities: URLS, versionNegotiation: { mode } },
    );
    await client.connect(new ModernHttp(new URL(held.rig.url), { requestInit: requestInit() }));
    closing.push(() => client.close());
    return client;
  }

  it('SDK 2, modern: opens the page, and its call comes back and passes', async () => {
    await start();
    const client = await connected('auto');
    const asked: unknown[] = [];
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params);
      await held.approve((await held.waiting()).id);
      return { action: 'accept' };
    });
    const result = await client.callTool(CALL);
    expect(result.content).toEqual([{ type: 'text', text: 'echo: {"text":"hi"}' }]);
    expect(asked).toMatchObject([{ mode: 'url', url: expect.stringContaining('https://gate.example/') }]);
    expect(held.rig.upstream.calls).toHaveLength(1);
  });

  it('SDK 2, modern: whose user does not decide at once gets the answer to tell', async () => {
    await start();
    const client = await connected('auto');
    let asked = 0;
    client.setRequestHandler('elicitation/create', async () => {
      asked++;
      return { action: 'accept' };
    });
    const result = await client.callTool(CALL);
    expect(result.isError).toBe(true);
    expect(asked).toBe(1);
  });

  it('SDK 2, legacy: is told what to open', async () => {
    await start();
    const client = await connected('legacy');
    const refused: unknown = await client.callTool(CALL).catch((error: unknown) => error);
    const { id } = await held.waiting();
    expect(refused).toMatchObject({ code: -32042, data: { elicitations: [{ url: pageOf(id) }] } });
    await held.approve(id);
    expect((await client.callTool(CALL)).content).toEqual([{ type: 'text', text: 'echo: {"text":"hi"}' }]);
  });

  it('SDK 1: is told what to open', async () => {
    await start({ policy: HOLDING });
    const client = new OldClient({ name: 'test', version: '1' }, { capabilities: URLS });
    await client.connect(new OldHttp(new URL(held.rig.url), { requestInit: requestInit() }));
    closing.push(() => client.close());
    const refused: unknown = await client.callTool(CALL).catch((error: unknown) => error);
    const { id } = await held.waiting();
    expect(refused).toBeInstanceOf(UrlElicitationRequiredError);
    expect((refused as UrlElicitationRequiredError).elicitations).toMatchObject([
      { mode: 'url', elicitationId: id, url: pageOf(id) },
    ]);
    await held.approve(id);
    expect((await client.callTool(CALL)).content).toEqual([{ type: 'text', text: 'echo: {"text":"hi"}' }]);
  });
});
