import { connect } from 'node:net';
import type { GatewayRig } from '../../support/gateway-rig.ts';

/** One request byte for byte, as no HTTP client would send it. */
export function sendRaw(
  rig: GatewayRig,
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
