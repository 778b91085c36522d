import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { modernMessage } from '../../support/gateway-rig.ts';
import { CALL, guardedRig } from './guarded-rig.ts';
import { sendRaw } from './send-raw.ts';

const guard = guardedRig();
const LINE = 'POST /mcp/shop/ HTTP/1.1';
const ECHO = `{${CALL},"params":{"name":"echo"}}`;
const DELETE = `{${CALL},"params":{"name":"delete_all"}}`;

/** Bytes on one connection, and all that came back until the gateway closed it. */
function sendBytes(bytes: string): Promise<string> {
  const { port } = new URL(guard.rig.url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

describe('bytes that two readers of HTTP could read differently', () => {
  it.each([
    ['a space before the colon of a header', ['mcp-session-id : x']],
    ['a header without a name', [': x']],
    ['a NUL in a header', ['mcp-session-id: a\0b']],
    ['a length and chunks', ['transfer-encoding: chunked']],
    ['two lengths', ['content-length: 1']],
    ['a transfer coding nobody knows', ['transfer-encoding: chunked, gzip']],
  ])('%s: 400', async (_, lines) => {
    expect((await sendRaw(guard.rig, LINE, lines, ECHO)).status).toBe(400);
    guard.expectNothingArrived();
  });

  it('a header folded over two lines is one value or none, never two', async () => {
    const body = JSON.stringify(modernMessage('tools/call', { name: 'delete_all' }));
    const headers = ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/call'];
    const { status } = await sendRaw(guard.rig, LINE, [...headers, 'mcp-name: echo\r\n delete_all'], body);
    expect(status).toBe(400);
    guard.expectNothingArrived();
  });

  it('a header that Connection names does not count: 400 where it is needed', async () => {
    const body = JSON.stringify(modernMessage('tools/call', { name: 'echo' }));
    const headers = ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/call', 'mcp-name: echo'];
    const { status, text } = await sendRaw(
      guard.rig,
      LINE,
      [...headers, 'connection: close, Mcp-Name'],
      body,
    );
    expect(status).toBe(400);
    expect(text).toContain('-32020');
    guard.expectNothingArrived();
  });

  it('a header behind the body is not read', async () => {
    const body = JSON.stringify(modernMessage('tools/call', { name: 'echo' }));
    const head = [
      LINE,
      `host: ${new URL(guard.rig.url).host}`,
      `authorization: Bearer ${guard.rig.token}`,
      'content-type: application/json',
      'mcp-protocol-version: 2026-07-28',
      'mcp-method: tools/call',
      'transfer-encoding: chunked',
      'trailer: mcp-name',
      'connection: close',
    ].join('\r\n');
    const chunk = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
    const answer = await sendBytes(`${head}\r\n\r\n${chunk}0\r\nmcp-name: echo\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    guard.expectNothingArrived();
  });

  it('a call behind the end of a body is a request of its own, without a credential', async () => {
    const { host } = new URL(guard.rig.url);
    const first = [
      LINE,
      `host: ${host}`,
      `authorization: Bearer ${guard.rig.token}`,
      'content-type: application/json',
      `content-length: ${ECHO.length}`,
    ].join('\r\n');
    const second = `${LINE}\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${DELETE.length}`;
    const answer = await sendBytes(`${first}\r\n\r\n${ECHO}${second}\r\n\r\n${DELETE}`);
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '401']);
    expect(guard.rig.upstream.calls.map(({ name }) => name)).toEqual(['echo']);
  });
});
