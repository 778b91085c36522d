import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { guardedRig } from './guarded-rig.ts';
import { sendRaw } from './send-raw.ts';

const guard = guardedRig();

/** Sends bytes and resets the connection before the answer can be read. */
function sendAndReset(bytes: string): Promise<void> {
  const { port } = new URL(guard.rig.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(bytes, () => socket.resetAndDestroy()),
    );
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

describe('other protocols', () => {
  it('an upgrade: 400, and the connection is closed', async () => {
    const { status } = await sendRaw(guard.rig, 'GET /mcp/shop/ HTTP/1.1', [
      'connection: upgrade',
      'upgrade: websocket',
    ]);
    expect(status).toBe(400);
    guard.expectNothingArrived();
  });

  it('an upgrade to HTTP/2 with a call in its body: 400', async () => {
    const { status } = await sendRaw(
      guard.rig,
      'POST /mcp/shop/ HTTP/1.1',
      ['connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__'],
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}',
    );
    expect(status).toBe(400);
    guard.expectNothingArrived();
  });

  it('the preface of HTTP/2: 400', async () => {
    const { status } = await sendRaw(guard.rig, 'PRI * HTTP/2.0', [], 'SM\r\n\r\n');
    expect(status).toBe(400);
  });

  it('a tunnel: 405', async () => {
    const { status } = await sendRaw(guard.rig, 'CONNECT internal:80 HTTP/1.1', []);
    expect(status).toBe(405);
    guard.expectNothingArrived();
  });

  it('a client that resets the connection of an upgrade or a tunnel does not end the gateway', async () => {
    for (let i = 0; i < 20; i++) {
      await sendAndReset('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nmore');
      await sendAndReset('CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\nmore');
    }
    expect((await guard.rig.call('echo')).message.result?.content?.[0]?.text).toBe('echo: {}');
  });
});
