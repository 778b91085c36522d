import { Readable, Writable } from 'node:stream';
import { serveStdio } from '#gateway';
import { silentLog } from '#platform';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApprovalRig, HOLDING, pageOf, type ApprovalRigOptions } from '../support/approval-rig.ts';
import { JSON_HEADERS, modernMessage, type Answered } from '../support/gateway-rig.ts';

let held: ApprovalRig;
const start = async (options: ApprovalRigOptions = {}): Promise<ApprovalRig> =>
  (held = await ApprovalRig.start({ ...options, settings: { holdOpenMs: 20_000, ...options.settings } }));
afterEach(() => held.close());

const textOf = ({ message }: Answered): string => message.result?.content?.[0]?.text ?? '';
const PARAMS = { name: 'echo', arguments: { text: 'hi' } };
const bodyOf = (params: object = {}, id: string | number = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { ...PARAMS, ...params } });

/** Until the call waits: it is recorded as held, and has an approval. */
async function waits(asked = 1): Promise<string> {
  return vi.waitFor(async () => {
    const approval = await held.waiting();
    expect(approval.asked).toBe(asked);
    expect((await held.rig.records()).filter(({ outcome }) => outcome === 'hold')).toHaveLength(asked);
    return approval.id;
  });
}

const messagesOf = ({ text }: Answered): object[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as object);

describe.each(['json', 'sse'] as const)(
  'a held call that waits, at a server that answers as %s',
  (framing) => {
    it('goes on when a person agrees, and its answer comes on the stream that waited', async () => {
      await start({ upstream: { framing } });
      const answering = held.rig.post(bodyOf({ _meta: { progressToken: 'p' } }));
      const id = await waits();
      await held.approve(id);
      const answer = await answering;
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      expect(messagesOf(answer)).toEqual([
        {
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: {
            progressToken: 'p',
            progress: 0,
            message: `A person must agree to this call, at ${pageOf(id)} (approval ${id}).`,
          },
        },
        expect.objectContaining({
          id: 1,
          result: { content: [{ type: 'text', text: 'echo: {"text":"hi"}' }] },
        }),
      ]);
      expect((await held.rig.records()).map(({ outcome }) => outcome)).toEqual(['hold', 'allow']);
      expect(held.rig.upstream.calls).toHaveLength(1);
    });

    it('waits in the modern era too', async () => {
      await start({ upstream: { framing } });
      const answering = held.rig.modern('tools/call', PARAMS);
      await held.approve(await waits());
      expect(textOf(await answering)).toBe('echo: {"text":"hi"}');
    });
  },
);

describe('a held call that waits', () => {
  it('is told nothing of progress that it did not ask for', async () => {
    await start();
    const answering = held.rig.post(bodyOf());
    await held.approve(await waits());
    expect(messagesOf(await answering)).toHaveLength(1);
  });

  it('gets a plain answer when it takes no stream', async () => {
    await start();
    const answering = held.rig.post(bodyOf({ _meta: { progressToken: 1 } }), { accept: '*/*' });
    await held.approve(await waits());
    const answer = await answering;
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(textOf(answer)).toBe('echo: {"text":"hi"}');
  });

  it('ends at once when a person declines', async () => {
    await start();
    const answering = held.rig.post(bodyOf());
    await held.deny(await waits(), 'No.');
    expect(textOf(await answering)).toMatch(/^\[POLICY DENIED\] .*declined this call .* says: No\.$/);
    expect(held.rig.upstream.calls).toEqual([]);
  });

  it('is told to come again when nobody has decided in time', async () => {
    await start({ settings: { holdOpenMs: 100 } });
    const answer = await held.rig.post(bodyOf());
    expect(textOf(answer)).toMatch(/^\[APPROVAL REQUIRED\] .*make the very same call again/);
    expect(await held.waiting()).toMatchObject({ asked: 1 });
  });

  it('is not made when the agent has gone away, and the agreement waits for the next time', async () => {
    await start();
    const leaving = new AbortController();
    const headers = { ...JSON_HEADERS, authorization: `Bearer ${held.rig.token}` };
    const gone = fetch(held.rig.url, { method: 'POST', headers, body: bodyOf(), signal: leaving.signal })
      .then((response) => response.text())
      .catch(() => 'gone');
    const id = await waits();
    leaving.abort();
    expect(await gone).toBe('gone');
    await expect.poll(() => held.rig.gateway.waitingCalls).toBe(0);
    await held.approve(id);
    expect(held.rig.upstream.calls).toEqual([]);
    expect(textOf(await held.rig.post(bodyOf()))).toBe('echo: {"text":"hi"}');
  });

  it('is not made when the agent takes it back', async () => {
    await start();
    const answering = held.rig.post(bodyOf({}, 'r'));
    const id = await waits();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'r' } };
    expect((await held.rig.post(JSON.stringify(cancel))).status).toBe(202);
    expect(textOf(await answering)).toMatch(/^\[APPROVAL REQUIRED\]/);
    await held.approve(id);
    expect(held.rig.upstream.arrivals.some(({ body }) => body.includes('cancelled'))).toBe(false);
    expect(held.rig.upstream.calls).toEqual([]);
  });

  it('is not taken back by another grant', async () => {
    await start();
    const answering = held.rig.post(bodyOf({}, 'r'));
    const id = await waits();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'r' } };
    const authorization = `Bearer ${held.rig.neighbourToken}`;
    await held.rig.post(JSON.stringify(cancel), { authorization });
    await held.approve(id);
    expect(textOf(await answering)).toBe('echo: {"text":"hi"}');
  });

  it('is told to come again when the gateway stops, and so are those that come later', async () => {
    await start();
    const answering = held.rig.post(bodyOf());
    await waits();
    held.rig.gateway.endStreams();
    expect(textOf(await answering)).toMatch(/^\[APPROVAL REQUIRED\]/);
    expect(textOf(await held.rig.post(bodyOf()))).toMatch(/^\[APPROVAL REQUIRED\]/);
  });

  it('is judged by what holds when it goes on', async () => {
    await start();
    const answering = held.rig.post(bodyOf());
    const id = await waits();
    held.rig.setPolicy({ ...HOLDING, tools: { echo: { action: 'deny', reason: 'No more echoes.' } } }, 'v2');
    await held.approve(id);
    expect(textOf(await answering)).toBe('[POLICY DENIED] No more echoes.');
    expect(held.rig.upstream.calls).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['a grant that was taken away', () => held.rig.directory.setGrants(new Map())],
    ['a server that was removed', () => held.rig.directory.removeServer('shop')],
  ])('ends at once with %s, and is not made', async (_name, takeAway) => {
    await start();
    const answering = held.rig.post(bodyOf());
    const id = await waits();
    takeAway();
    // nobody has decided yet
    expect(textOf(await answering)).toMatch(/^\[APPROVAL REQUIRED\]/);
    await held.approve(id);
    expect(held.rig.upstream.calls).toEqual([]);
    expect((await held.approvals())[0]?.status).toBe('approved');
  });

  it('does not hold up the other messages of a batch', async () => {
    await start({ upstream: { sessions: true } });
    const params = {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const opened = await held.rig.legacy('initialize', params);
    const session = opened.headers.get('mcp-session-id') ?? undefined;
    const answer = await held.rig.post(`[${bodyOf({}, 1)},{"jsonrpc":"2.0","id":2,"method":"ping"}]`, {
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-03-26',
    });
    expect(messagesOf(answer)).toHaveLength(2);
  });

  it('shares one approval with its like, and one of them goes on', async () => {
    await start();
    const answering = [1, 2, 3].map((id) => held.rig.post(bodyOf({}, id)));
    await held.approve(await waits(3));
    const texts = (await Promise.all(answering)).map(textOf);
    expect(texts.filter((text) => text.startsWith('echo:'))).toHaveLength(1);
    expect(texts.filter((text) => text.startsWith('[APPROVAL REQUIRED]'))).toHaveLength(2);
    expect(held.rig.upstream.calls).toHaveLength(1);
  });

  it('waits on standard input and output too', async () => {
    await start();
    const lines: string[] = [];
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        lines.push(...chunk.toString().trimEnd().split('\n'));
        done();
      },
    });
    const input = new Readable({ read: () => {} });
    const served = serveStdio({ ...held.rig.front, input, output, log: silentLog });
    input.push(`${JSON.stringify(modernMessage('tools/call', PARAMS, 'line'))}\n`);
    await held.approve(await waits());
    await expect.poll(() => lines.length).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      id: 'line',
      result: { content: [{ text: 'echo: {"text":"hi"}' }] },
    });
    input.push(null);
    await served;
  });
});
