import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayRig, JSON_HEADERS, modernMessage } from '../support/gateway-rig.ts';

/**
 * Ways round a policy that allows `echo` alone, each refused before anything reaches the server. One gateway serves
 * them all; after every attempt the server must have seen no call of `delete_all`.
 */
let rig: GatewayRig;

beforeAll(async () => {
  rig = await GatewayRig.start({
    policy: {
      version: '1',
      default: 'deny',
      tools: {
        echo: {},
        pay: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }] },
      },
    },
    upstream: { sessions: true },
  });
  await rig.call('echo');
});
beforeEach(() => {
  rig.upstream.arrivals.length = 0;
});
afterAll(() => rig.close());

function expectNothingArrived(): void {
  expect(rig.upstream.arrivals).toEqual([]);
}

const CALL = '"jsonrpc":"2.0","id":1,"method":"tools/call"';
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('bodies that two readers could read differently', () => {
  it.each([
    ['a name that occurs twice', `{${CALL},"params":{"name":"echo","name":"delete_all"}}`, 400, -32700],
    [
      'a name that occurs twice, once escaped',
      `{${CALL},"params":{"name":"echo","na\\u006de":"delete_all"}}`,
      400,
      -32700,
    ],
    [
      'a method that occurs twice',
      `{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"delete_all"}}`,
      400,
      -32700,
    ],
    [
      'params that occur twice',
      `{${CALL},"params":{"name":"echo"},"params":{"name":"delete_all"}}`,
      400,
      -32700,
    ],
    [
      'a member in other case',
      `{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"delete_all"}}`,
      400,
      -32600,
    ],
    [
      'a method with a NUL behind it',
      `{${CALL},"method\\u0000":"ping","params":{"name":"echo"}}`,
      400,
      -32600,
    ],
    ['params with a long s', `{${CALL},"param\\u017f":{"name":"delete_all"}}`, 400, -32600],
    ['a Name beside the name', `{${CALL},"params":{"name":"echo","Name":"delete_all"}}`, 400, -32602],
    [
      'a __proto__ in params',
      `{${CALL},"params":{"name":"echo","__proto__":{"name":"delete_all"}}}`,
      400,
      -32602,
    ],
    ['an array', `[{${CALL},"params":{"name":"delete_all"}}]`, 400, -32600],
    ['an empty array', '[]', 400, -32600],
    ['a text', '"tools/call"', 400, -32600],
    ['nothing', '', 400, -32700],
    ['no JSON', 'name=delete_all', 400, -32700],
    ['half a message', `{${CALL},"params":{"name":"delete_all"`, 400, -32700],
    ['a comment', `{${CALL},/* */"params":{"name":"delete_all"}}`, 400, -32700],
    [
      'a second message behind the first',
      `{${CALL},"params":{"name":"echo"}}{${CALL},"params":{"name":"delete_all"}}`,
      400,
      -32700,
    ],
    ['deep nesting', `{${CALL},"params":{"name":"echo","arguments":{"a":${nested(70)}}}}`, 400, -32700],
    [
      'very deep nesting',
      `{${CALL},"params":{"name":"echo","arguments":{"a":${nested(100_000)}}}}`,
      400,
      -32700,
    ],
    ['half a surrogate pair', `{${CALL},"params":{"name":"delete_all\\ud800"}}`, 400, -32700],
    ['request and answer at once', `{${CALL},"params":{"name":"delete_all"},"result":{}}`, 400, -32600],
    ['no version', '{"id":1,"method":"tools/call","params":{"name":"delete_all"}}', 400, -32600],
    [
      'another version',
      '{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    ['params as a list', `{${CALL},"params":["delete_all"]}`, 400, -32600],
    [
      'a null id',
      '{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'an object as id',
      '{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'a fraction as id',
      '{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'a huge id',
      '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    [
      'a call without id',
      '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_all"}}',
      400,
      -32600,
    ],
    ['a name that is no text', `{${CALL},"params":{"name":["delete_all"]}}`, 200, -32602],
    ['no name', `{${CALL},"params":{}}`, 200, -32602],
    ['no params', `{${CALL}}`, 200, -32602],
    ['arguments as a list', `{${CALL},"params":{"name":"echo","arguments":["x"]}}`, 200, -32602],
    [
      'a method nobody knows',
      '{"jsonrpc":"2.0","id":1,"method":"tools/invoke","params":{"name":"delete_all"}}',
      200,
      -32601,
    ],
    [
      'a method of an extension',
      '{"jsonrpc":"2.0","id":1,"method":"skills/get","params":{"name":"delete_all"}}',
      200,
      -32601,
    ],
    ['a task', '{"jsonrpc":"2.0","id":1,"method":"tasks/result","params":{"taskId":"t"}}', 200, -32601],
    ['an answer to a request that was never made', '{"jsonrpc":"2.0","id":1,"result":{}}', 400, -32600],
  ])('%s', async (_, body, status, code) => {
    const answer = await rig.post(body);
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({ status, code });
    expectNothingArrived();
  });

  it.each([
    [
      'a byte order mark',
      new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(`{${CALL},"params":{"name":"echo"}}`)]),
    ],
    [
      'bytes that are not UTF-8',
      new Uint8Array([...new TextEncoder().encode(`{${CALL},"params":{"name":"ec`), 0xff, 0x22, 0x7d, 0x7d]),
    ],
  ])('%s', async (_, body) => {
    const answer = await rig.post(body);
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32700,
    });
    expectNothingArrived();
  });

  it('an escaped method is judged as what it says', async () => {
    const answer = await rig.post(
      '{"jsonrpc":"2.0","id":1,"method":"tools\\u002fcall","params":{"name":"delete_all"}}',
    );
    expect(answer.message.result?.isError).toBe(true);
    expectNothingArrived();
  });

  it('a number that two readers round differently decides no rule', async () => {
    const answer = await rig.post(
      `{${CALL},"params":{"name":"pay","arguments":{"amount":100.00000000000000000001}}}`,
    );
    expect(answer.message.result?.isError).toBe(true);
    expectNothingArrived();
  });

  it('an answer carries the id of its request, as number or text', async () => {
    expect((await rig.call('delete_all', {}, 42)).message.id).toBe(42);
    expect((await rig.call('delete_all', {}, '42')).message.id).toBe('42');
  });

  it('a body over 4 MiB', async () => {
    const answer = await rig.post(
      `{${CALL},"params":{"name":"echo","arguments":{"text":"${'x'.repeat(4 * 1024 * 1024)}"}}}`,
    );
    expect(answer.status).toBe(413);
    expectNothingArrived();
  });
});

describe('bodies in another coding', () => {
  it.each([
    ['compressed', gzipSync(`{${CALL},"params":{"name":"delete_all"}}`), { 'content-encoding': 'gzip' }],
    [
      'in another charset',
      Buffer.from(`{${CALL},"params":{"name":"delete_all"}}`, 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16le' },
    ],
    ['as text', `{${CALL},"params":{"name":"delete_all"}}`, { 'content-type': 'text/plain' }],
    ['as a form', 'name=delete_all', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s: 415', async (_, body, headers) => {
    expect((await rig.post(body, headers)).status).toBe(415);
    expectNothingArrived();
  });

  it('a client that cannot read the answer: 406', async () => {
    expect((await rig.post(`{${CALL},"params":{"name":"echo"}}`, { accept: 'text/html' })).status).toBe(406);
    expectNothingArrived();
  });
});

describe('credentials', () => {
  it.each([
    ['none', undefined],
    ['an unknown token', 'Bearer tg_0000000000000000000000000000000000000000000000000'],
    ['a token of another kind', 'Bearer sk-live-1234'],
    ['another scheme', 'Basic dGVzdDp0ZXN0'],
    ['an empty token', 'Bearer '],
  ])('%s: 401 without a hint of an authorization server', async (_, authorization) => {
    const answer = await rig.post(`{${CALL},"params":{"name":"echo"}}`, { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="toolgate"/);
    expect(answer.headers.get('www-authenticate')).not.toContain('resource_metadata');
    expectNothingArrived();
  });

  it('a token in the address counts for nothing', async () => {
    const response = await fetch(`${rig.url}?token=${rig.token}`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: '{}',
    });
    expect(response.status).toBe(401);
  });

  it('the grant of another server: 403, and the same for a server that does not exist', async () => {
    for (const server of ['shop', 'no-such-server']) {
      const response = await fetch(rig.url.replace('shop', server), {
        method: 'POST',
        headers: { ...JSON_HEADERS, authorization: `Bearer ${rig.strangerToken}` },
        body: `{${CALL},"params":{"name":"echo"}}`,
      });
      expect(response.status).toBe(403);
    }
    expectNothingArrived();
  });

  it('where clients look for an authorization server there is none: 404', async () => {
    for (const path of ['oauth-protected-resource/mcp/shop', 'oauth-authorization-server']) {
      expect((await fetch(new URL(`/.well-known/${path}`, rig.url))).status).toBe(404);
    }
  });
});

describe('addresses and verbs', () => {
  it.each([
    '/mcp/shop/../other/',
    '/mcp/shop/admin',
    '/mcp/shop//',
    '/mcp/%73hop/',
    '/mcp/SHOP/',
    '//mcp/shop/',
  ])('%s leads nowhere', async (path) => {
    const { status } = await raw(`POST ${path} HTTP/1.1`, [], `{${CALL},"params":{"name":"delete_all"}}`);
    expect(status).toBe(404);
    expectNothingArrived();
  });

  it('the query is not passed on', async () => {
    await fetch(`${rig.url}?profile=admin`, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${rig.token}` },
      body: `{${CALL},"params":{"name":"echo"}}`,
    });
    expect(rig.upstream.arrivals.map(({ path }) => path)).toEqual(['/mcp']);
  });

  it.each(['PUT', 'PATCH', 'OPTIONS', 'HEAD'])('%s: 405', async (method) => {
    const response = await fetch(rig.url, { method, headers: { authorization: `Bearer ${rig.token}` } });
    expect(response.status).toBe(405);
  });

  it('a method override: 400', async () => {
    const answer = await rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'x-http-method-override': 'DELETE',
    });
    expect(answer.status).toBe(400);
    expectNothingArrived();
  });

  it('an upgrade: 400, and the connection is closed', async () => {
    const { status } = await raw('GET /mcp/shop/ HTTP/1.1', ['connection: upgrade', 'upgrade: websocket']);
    expect(status).toBe(400);
  });

  it('a tunnel: 405', async () => {
    const { status } = await raw('CONNECT internal:80 HTTP/1.1', []);
    expect(status).toBe(405);
  });
});

describe('headers', () => {
  const body = `{${CALL},"params":{"name":"echo"}}`;

  it.each([
    'authorization: Bearer x',
    'content-type: text/plain',
    'mcp-session-id: a',
    'mcp-protocol-version: 2025-06-18',
    'host: evil',
  ])('sent twice: 400 (%s)', async (line) => {
    const [name = ''] = line.split(':');
    const first =
      name === 'authorization' || name === 'content-type' || name === 'host' ? [] : [`${name}: b`];
    const { status } = await raw('POST /mcp/shop/ HTTP/1.1', [...first, line], body);
    expect(status).toBe(400);
    expectNothingArrived();
  });

  it.each([
    ['a foreign host name', 'host: evil.example.com', 403],
    ['a rebound name with the right port', 'host: 127.0.0.1.evil.example.com', 403],
  ])('%s', async (_, host, status) => {
    expect((await raw('POST /mcp/shop/ HTTP/1.1', [host], body, { host: false })).status).toBe(status);
    expectNothingArrived();
  });

  it.each(['https://evil.example.com', 'null', 'http://127.0.0.1.evil.example.com'])(
    'a foreign origin: 403 (%s)',
    async (origin) => {
      expect((await rig.post(body, { origin })).status).toBe(403);
      expectNothingArrived();
    },
  );

  it('mirror headers on legacy traffic are neither read nor passed on', async () => {
    await rig.post(body, { 'mcp-method': 'ping', 'mcp-name': 'delete_all', 'mcp-param-x': '1' });
    const arrived = Object.keys(rig.upstream.arrivals[0]?.headers ?? {});
    expect(arrived.filter((name) => name.startsWith('mcp-'))).toEqual([]);
  });

  it('a protocol header named by Connection is not passed on', async () => {
    await raw(
      'POST /mcp/shop/ HTTP/1.1',
      ['connection: close, mcp-protocol-version', 'mcp-protocol-version: 2025-06-18'],
      body,
    );
    expect(rig.upstream.arrivals[0]?.headers['mcp-protocol-version']).toBeUndefined();
  });
});

describe('the modern envelope', () => {
  it('passes when body and headers agree', async () => {
    const { status, message } = await rig.modern('tools/call', { name: 'echo' });
    expect(status).toBe(200);
    expect(message.result).toMatchObject({ resultType: 'complete', content: [{ text: 'echo: {}' }] });
    expect(rig.upstream.arrivals[0]?.headers).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
  });

  it.each([
    ['the name in the header is another', { 'mcp-name': 'echo' }, 'delete_all'],
    ['the name in the header is missing', { 'mcp-name': undefined }, 'echo'],
    ['the method in the header is another', { 'mcp-method': 'tools/list' }, 'echo'],
    ['the method in the header is missing', { 'mcp-method': undefined }, 'echo'],
    ['the version in the header is another', { 'mcp-protocol-version': '2025-11-25' }, 'echo'],
    ['the version in the header is missing', { 'mcp-protocol-version': undefined }, 'echo'],
    ['the name is encoded badly', { 'mcp-name': '=?base64?ZWNobw?=' }, 'echo'],
    ['the name has other case', { 'mcp-name': 'Echo' }, 'echo'],
  ])('%s: 400 and -32020', async (_, headers, name) => {
    const answer = await rig.modern('tools/call', { name }, headers);
    expect({ status: answer.status, code: answer.message.error?.code, id: answer.message.id }).toEqual({
      status: 400,
      code: -32020,
      id: 1,
    });
    expectNothingArrived();
  });

  it('a name encoded well is the name', async () => {
    expect(
      (await rig.modern('tools/call', { name: 'echo' }, { 'mcp-name': '=?base64?ZWNobw==?=' })).status,
    ).toBe(200);
  });

  it('a revision nobody knows: 400 and -32022 with those on offer', async () => {
    const body = JSON.stringify(modernMessage('tools/call', { name: 'echo' })).replace(
      '2026-07-28',
      '2099-01-01',
    );
    const answer = await rig.post(body, {
      'mcp-protocol-version': '2099-01-01',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
    expect(answer.status).toBe(400);
    expect(answer.message.error).toMatchObject({ code: -32022, data: { supported: ['2026-07-28'] } });
    expectNothingArrived();
  });

  it('a modern header over a legacy body is not taken for legacy: 400 and -32602', async () => {
    const answer = await rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'mcp-protocol-version': '2026-07-28',
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32602,
    });
    expectNothingArrived();
  });

  it('a batch in modern traffic: 400', async () => {
    const answer = await rig.post(JSON.stringify([modernMessage('tools/call', { name: 'echo' })]), {
      'mcp-protocol-version': '2026-07-28',
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32600,
    });
  });

  it('an unknown method: 404 and -32601', async () => {
    const answer = await rig.modern('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 404,
      code: -32601,
    });
    expectNothingArrived();
  });

  it('GET and DELETE: 405', async () => {
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(rig.url, {
        method,
        headers: {
          authorization: `Bearer ${rig.token}`,
          accept: 'text/event-stream',
          'mcp-protocol-version': '2026-07-28',
        },
      });
      expect(response.status).toBe(405);
    }
  });

  it('a filtered list is private to its grant, whatever the server says', async () => {
    const { message } = await rig.modern('tools/list');
    expect(message.result).toMatchObject({
      cacheScope: 'private',
      tools: [{ name: 'echo' }, { name: 'pay' }],
    });
  });

  it("the gateway's own notes from an agent are not believed and not passed on", async () => {
    const message = modernMessage('tools/call', { name: 'echo' }) as {
      params: { _meta: Record<string, unknown> };
    };
    message.params._meta['io.toolgate/decision'] = { rule: '/tools/delete_all' };
    await rig.post(JSON.stringify(message), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
    expect(rig.upstream.arrivals[0]?.body).not.toContain('io.toolgate');
  });
});

describe('arguments repeated in headers', () => {
  const TOOL = {
    name: 'report',
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
  };

  it('must agree, as the schema of the tool declares them', async () => {
    const other = await GatewayRig.start({
      policy: { version: '1', default: 'allow' },
      upstream: { tools: [TOOL] },
    });
    const report = (header: string | undefined) =>
      other.modern(
        'tools/call',
        { name: 'report', arguments: { region: 'eu' } },
        { 'mcp-param-region': header },
      );
    expect((await report('eu')).message.result).toMatchObject({ resultType: 'complete' });
    expect(other.upstream.arrivals.at(-1)?.headers['mcp-param-region']).toBe('eu');
    for (const wrong of ['us', 'EU', undefined]) {
      const answer = await report(wrong);
      expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
        status: 400,
        code: -32020,
      });
    }
    expect(other.upstream.calls).toHaveLength(1);
    await other.close();
  });
});

describe('sessions', () => {
  async function openSession(token = rig.token): Promise<string> {
    const answer = await rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
      { authorization: `Bearer ${token}` },
    );
    return answer.headers.get('mcp-session-id') ?? '';
  }

  it("carry the server's id signed, and the server sees its own", async () => {
    const session = await openSession();
    expect(session).toMatch(/^tgs1\./);
    expect(session).not.toContain('upstream-session-1');
    await rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-11-25',
    });
    expect(rig.upstream.arrivals.at(-1)?.headers['mcp-session-id']).toBe('upstream-session-1');
  });

  it.each([
    'upstream-session-1',
    'tgs1.abc.def',
    'tgs1..',
    'tgs1.eyJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'x'.repeat(5_000),
  ])('that were not handed out here: 404 (%s)', async (session) => {
    const answer = await rig.post(`{${CALL},"params":{"name":"echo"}}`, { 'mcp-session-id': session });
    expect(answer.status).toBe(404);
    expect(answer.message.id).toBe(1);
    expectNothingArrived();
  });

  it('of another grant: 404, for POST, GET and DELETE', async () => {
    const session = await openSession();
    rig.upstream.arrivals.length = 0;
    const headers = {
      ...JSON_HEADERS,
      authorization: `Bearer ${rig.strangerToken}`,
      'mcp-session-id': session,
    };
    const url = rig.url.replace('shop', 'other');
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? `{${CALL},"params":{"name":"echo"}}` : null;
      expect((await fetch(url, { method, headers, body })).status).toBe(404);
    }
    expectNothingArrived();
  });

  it('with another revision in the header: 400', async () => {
    const session = await openSession();
    const answer = await rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-06-18',
    });
    expect(answer.status).toBe(400);
  });

  it('a revision nobody knows is asked down to one the gateway can police', async () => {
    await rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2099-01-01","capabilities":{"tasks":{}},"clientInfo":{"name":"t","version":"1"}}}',
    );
    const sent = JSON.parse(rig.upstream.arrivals[0]?.body ?? '{}') as {
      params: { protocolVersion: string; capabilities: object };
    };
    expect(sent.params).toMatchObject({ protocolVersion: '2025-11-25', capabilities: {} });
  });

  it('tasks are offered by nobody', async () => {
    const answer = await rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
    );
    expect(answer.message.result?.['capabilities']).toEqual({ tools: { listChanged: true } });
    const call = await rig.post(`{${CALL},"params":{"name":"echo","task":{}}}`, {
      'mcp-protocol-version': '2025-11-25',
    });
    expect(call.message.error?.code).toBe(-32602);
  });

  it('a tool list on the GET stream is filtered like any other', async () => {
    const session = await openSession();
    const abort = new AbortController();
    const response = await fetch(rig.url, {
      headers: {
        authorization: `Bearer ${rig.token}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
        'last-event-id': '1',
      },
      signal: abort.signal,
    });
    await expect.poll(() => rig.upstream.openStreams).toBe(1);
    rig.upstream.push({ jsonrpc: '2.0', id: 7, result: { tools: rig.upstream.tools } });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('"id":7')) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toContain('"echo"');
    expect(text).not.toContain('delete_all');
    abort.abort();
    await expect.poll(() => rig.upstream.openStreams).toBe(0);
  });

  it("a server's own request reaches the agent under an id that only its session can answer", async () => {
    const session = await openSession();
    const abort = new AbortController();
    const response = await fetch(rig.url, {
      headers: {
        authorization: `Bearer ${rig.token}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
      },
      signal: abort.signal,
    });
    await expect.poll(() => rig.upstream.openStreams).toBe(1);
    rig.upstream.push({ jsonrpc: '2.0', id: 99, method: 'elicitation/create', params: { message: 'Sure?' } });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('elicitation')) text += new TextDecoder().decode((await reader?.read())?.value);
    const { id } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}') as { id: string };
    expect(id).toMatch(/^tgr1\./);
    rig.upstream.arrivals.length = 0;
    const answer = (answerId: unknown) =>
      rig.post(JSON.stringify({ jsonrpc: '2.0', id: answerId, result: { action: 'accept' } }), {
        'mcp-session-id': session,
      });
    expect((await answer(99)).status).toBe(400);
    expect((await answer('tgr1.OTk.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status).toBe(400);
    expectNothingArrived();
    expect((await answer(id)).status).toBe(202);
    expect(JSON.parse(rig.upstream.arrivals[0]?.body ?? '{}')).toMatchObject({
      id: 99,
      result: { action: 'accept' },
    });
    abort.abort();
  });
});

/** One request byte for byte, as no HTTP client would send it. */
function raw(
  requestLine: string,
  lines: readonly string[],
  body = '',
  options: { host?: boolean } = {},
): Promise<{ status: number; text: string }> {
  const { port } = new URL(rig.url);
  const head = [
    requestLine,
    ...(options.host === false ? [] : [`host: 127.0.0.1:${port}`]),
    `authorization: Bearer ${rig.token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(lines.some((line) => line.startsWith('connection')) ? [] : ['connection: close']),
    ...lines,
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`),
    );
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve({ status: Number(text.split(' ')[1]), text }));
  });
}
