import { describe, expect, it } from 'vitest';
import { JSON_HEADERS } from '../../support/gateway-rig.ts';
import { CALL, guardedRig } from './guarded-rig.ts';

const guard = guardedRig();

describe('sessions', () => {
  async function openSession(token = guard.rig.token): Promise<string> {
    const answer = await guard.rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
      { authorization: `Bearer ${token}` },
    );
    return answer.headers.get('mcp-session-id') ?? '';
  }

  it("carry the server's id signed, and the server sees its own", async () => {
    const session = await openSession();
    expect(session).toMatch(/^tgs1\./);
    expect(session).not.toContain('upstream-session-1');
    await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-11-25',
    });
    expect(guard.rig.upstream.arrivals.at(-1)?.headers['mcp-session-id']).toBe('upstream-session-1');
  });

  it.each([
    'upstream-session-1',
    'tgs1.abc.def',
    'tgs1..',
    'tgs1.eyJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'x'.repeat(5_000),
  ])('that were not handed out here: 404 (%s)', async (session) => {
    const answer = await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, { 'mcp-session-id': session });
    expect(answer.status).toBe(404);
    expect(answer.message.id).toBe(1);
    guard.expectNothingArrived();
  });

  it('of another grant: 404, for POST, GET and DELETE', async () => {
    const session = await openSession();
    guard.rig.upstream.arrivals.length = 0;
    const headers = {
      ...JSON_HEADERS,
      authorization: `Bearer ${guard.rig.strangerToken}`,
      'mcp-session-id': session,
    };
    const url = guard.rig.url.replace('shop', 'other');
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? `{${CALL},"params":{"name":"echo"}}` : null;
      expect((await fetch(url, { method, headers, body })).status).toBe(404);
    }
    guard.expectNothingArrived();
  });

  it('with another revision in the header: 400', async () => {
    const session = await openSession();
    const answer = await guard.rig.post(`{${CALL},"params":{"name":"echo"}}`, {
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-06-18',
    });
    expect(answer.status).toBe(400);
  });

  it('a revision nobody knows is asked down to one the gateway can police', async () => {
    await guard.rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2099-01-01","capabilities":{"tasks":{}},"clientInfo":{"name":"t","version":"1"}}}',
    );
    const sent = JSON.parse(guard.rig.upstream.arrivals[0]?.body ?? '{}') as {
      params: { protocolVersion: string; capabilities: object };
    };
    expect(sent.params).toMatchObject({ protocolVersion: '2025-11-25', capabilities: {} });
  });

  it('tasks are offered by nobody', async () => {
    const answer = await guard.rig.post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
    );
    expect(answer.message.result?.['capabilities']).toEqual({ tools: { listChanged: true } });
    const call = await guard.rig.post(`{${CALL},"params":{"name":"echo","task":{}}}`, {
      'mcp-protocol-version': '2025-11-25',
    });
    expect(call.message.error?.code).toBe(-32602);
  });

  it('a tool list on the GET stream is filtered like any other', async () => {
    const session = await openSession();
    const abort = new AbortController();
    const response = await fetch(guard.rig.url, {
      headers: {
        authorization: `Bearer ${guard.rig.token}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
      },
      signal: abort.signal,
    });
    await expect.poll(() => guard.rig.upstream.openStreams).toBe(1);
    guard.rig.upstream.push({ jsonrpc: '2.0', id: 7, result: { tools: guard.rig.upstream.tools } });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('"id":7')) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toContain('"echo"');
    expect(text).not.toContain('delete_all');
    abort.abort();
    await expect.poll(() => guard.rig.upstream.openStreams).toBe(0);
  });

  it("a server's own request reaches the agent under an id that only its session can answer", async () => {
    const session = await openSession();
    const abort = new AbortController();
    const response = await fetch(guard.rig.url, {
      headers: {
        authorization: `Bearer ${guard.rig.token}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
      },
      signal: abort.signal,
    });
    await expect.poll(() => guard.rig.upstream.openStreams).toBe(1);
    guard.rig.upstream.push({
      jsonrpc: '2.0',
      id: 99,
      method: 'elicitation/create',
      params: { message: 'Sure?' },
    });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('elicitation')) text += new TextDecoder().decode((await reader?.read())?.value);
    const { id } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}') as { id: string };
    expect(id).toMatch(/^tgr1\./);
    guard.rig.upstream.arrivals.length = 0;
    const answer = (answerId: unknown) =>
      guard.rig.post(JSON.stringify({ jsonrpc: '2.0', id: answerId, result: { action: 'accept' } }), {
        'mcp-session-id': session,
      });
    expect((await answer(99)).status).toBe(400);
    expect((await answer('tgr1.OTk.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status).toBe(400);
    guard.expectNothingArrived();
    expect((await answer(id)).status).toBe(202);
    expect(JSON.parse(guard.rig.upstream.arrivals[0]?.body ?? '{}')).toMatchObject({
      id: 99,
      result: { action: 'accept' },
    });
    abort.abort();
  });
});
