import { describe, expect, it } from 'vitest';
import { GatewayRig, modernMessage } from '../../support/gateway-rig.ts';
import { CALL, guardedRig } from './guarded-rig.ts';

const guard = guardedRig();

describe('the modern envelope', () => {
  it('passes when body and headers agree', async () => {
    const { status, message } = await guard.rig.modern('tools/call', { name: 'echo' });
    expect(status).toBe(200);
    expect(message.result).toMatchObject({ resultType: 'complete', content: [{ text: 'echo: {}' }] });
    expect(guard.rig.upstream.arrivals[0]?.headers).toMatchObject({
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
    const answer = await guard.rig.modern('tools/call', { name }, headers);
    expect({ status: answer.status, code: answer.message.error?.code, id: answer.message.id }).toEqual({
      status: 400,
      code: -32020,
      id: 1,
    });
    guard.expectNothingArrived();
  });

  it('a name encoded well is the name', async () => {
    expect(
      (await guard.rig.modern('tools/call', { name: 'echo' }, { 'mcp-name': '=?base64?ZWNobw==?=' })).status,
    ).toBe(200);
  });

  it('a revision nobody knows: 400 and -32022 with those on offer', async () => {
    const body = JSON.stringify(modernMessage('tools/call', { name: 'echo' })).replace(
      '2026-07-28',
      '2099-01-01',
    );
    const answer = await guard.rig.post(body, {
      'mcp-protocol-version': '2099-01-01',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
    expect(answer.status).toBe(400);
    expect(answer.message.error).toMatchObject({ code: -32022, data: { supported: ['2026-07-28'] } });
    guard.expectNothingArrived();
  });

  it('a modern header over a legacy body is not taken for legacy: 400 and -32602', async () => {
    const answer = await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'mcp-protocol-version': '2026-07-28',
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32602,
    });
    guard.expectNothingArrived();
  });

  const CLAIM = '"io.modelcontextprotocol/protocolVersion":"2026-07-28"';

  it.each([
    ['a claim that occurs twice', `${CLAIM},${CLAIM.replace('2026-07-28', '2025-11-25')}`, -32700],
    ['a claim that is no text', CLAIM.replace('"2026-07-28"', '["2026-07-28"]'), -32602],
    ['a claim in other letters', CLAIM.replace('protocolV', 'protocolv'), -32602],
    ['a claim of a legacy revision', CLAIM.replace('2026-07-28', '2025-11-25'), -32020],
  ])('%s: 400', async (_, claim, code) => {
    const body = JSON.stringify(modernMessage('tools/call', { name: 'echo' })).replace(CLAIM, claim);
    const answer = await guard.rig.post(body, {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({ status: 400, code });
    guard.expectNothingArrived();
  });

  it('a modern call that names a legacy session leaves without it', async () => {
    const opened = await guard.rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
    );
    const session = opened.headers.get('mcp-session-id') ?? '';
    expect(session).not.toBe('');
    await guard.rig.modern('tools/call', { name: 'echo' }, { 'mcp-session-id': session });
    expect(guard.rig.upstream.arrivals.at(-1)?.body).toContain('tools/call');
    expect(guard.rig.upstream.arrivals.at(-1)?.headers['mcp-session-id']).toBeUndefined();
  });

  it('a batch in modern traffic: 400', async () => {
    const answer = await guard.rig.post(JSON.stringify([modernMessage('tools/call', { name: 'echo' })]), {
      'mcp-protocol-version': '2026-07-28',
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 400,
      code: -32600,
    });
  });

  it('an unknown method: 404 and -32601', async () => {
    const answer = await guard.rig.modern('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    });
    expect({ status: answer.status, code: answer.message.error?.code }).toEqual({
      status: 404,
      code: -32601,
    });
    guard.expectNothingArrived();
  });

  it('GET and DELETE: 405', async () => {
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(guard.rig.url, {
        method,
        headers: {
          authorization: `Bearer ${guard.rig.token}`,
          accept: 'text/event-stream',
          'mcp-protocol-version': '2026-07-28',
        },
      });
      expect(response.status).toBe(405);
    }
  });

  it('a filtered list is private to its grant, whatever the server says', async () => {
    const { message } = await guard.rig.modern('tools/list');
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
    await guard.rig.post(JSON.stringify(message), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
    expect(guard.rig.upstream.arrivals[0]?.body).not.toContain('io.toolgate');
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
