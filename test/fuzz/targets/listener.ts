import fc from 'fast-check';
import { connect } from 'node:net';
import { GatewayRig } from '../../support/gateway-rig.ts';
import { asBytes, bytesOf, cut, MESSAGES, mutated, noise, places } from '../generators.ts';
import { defineTarget } from '../target.ts';

const PATIENCE_MS = 10_000;
const SILENCE_MS = 20;

const requestLine = fc.constantFrom(
  'POST /mcp/shop/ HTTP/1.1',
  'POST /mcp/shop HTTP/1.1',
  'GET /mcp/shop/ HTTP/1.1',
  'DELETE /mcp/shop/ HTTP/1.1',
  'POST /mcp/../mcp/shop/ HTTP/1.1',
  'POST http://a/mcp/shop/ HTTP/1.1',
  'POST * HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'PRI * HTTP/2.0',
  'post /mcp/shop/ HTTP/1.1',
  'POST /mcp/shop/ HTTP/1.0',
  'POST  /mcp/shop/ HTTP/1.1',
  'x',
);
const line = fc.constantFrom(
  'mcp-name: echo',
  'mcp-name: delete_all',
  'Mcp-Name : echo',
  'mcp-method: tools/call',
  'mcp-method:',
  ' folded',
  'mcp-protocol-version: 2026-07-28',
  'mcp-protocol-version: 2025-03-26',
  'mcp-session-id: tgs1.a.b',
  ':',
  'connection: close',
  'connection: keep-alive, mcp-name',
  'connection: upgrade',
  'upgrade: websocket',
  'upgrade: h2c',
  'content-encoding: gzip',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'content-length: 5',
  'expect: 100-continue',
  'expect: x',
  'host: evil.example.com',
  'origin: https://evil.example.com',
  'te: trailers',
  'authorization: Bearer x',
  'x-http-method-override: GET',
  'accept: text/html',
  'cookie: a=b',
  'a\0b: c',
  'é: é',
);
const request: fc.Arbitrary<Request> = fc.record({
  start: requestLine,
  lines: fc.array(line, { maxLength: 4 }),
  isPlain: fc.boolean(),
  body: asBytes(mutated(MESSAGES)),
});

let rig: GatewayRig | undefined;
function running(): GatewayRig {
  if (!rig) throw new Error('the gateway is not started');
  return rig;
}

interface Request {
  readonly start: string;
  readonly lines: readonly string[];
  readonly isPlain: boolean;
  readonly body: string;
}

function written({ start, lines, isPlain, body }: Request): string {
  const { port } = new URL(running().url);
  const usual = [
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${running().token}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return [isPlain ? 'POST /mcp/shop/ HTTP/1.1' : start, ...usual, ...lines, '', body].join('\r\n');
}

/**
 * Sends bytes in chunks, waits until nothing comes any more, and ends its side; resolves with all that came when the other
 * side has ended too. (Ended at once, requests under way would be given up.)
 */
function exchange(chunks: readonly Buffer[], resets: boolean): Promise<string> {
  const { port } = new URL(running().url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
      if (resets) socket.resetAndDestroy();
      else silence.refresh();
    });
    const silence = setTimeout(() => socket.end(), SILENCE_MS);
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection stays open; so far it said: ${text}`));
    }, PATIENCE_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      silence.refresh();
    });
    socket.on('error', () => {}); // a reset is an end
    socket.on('close', () => {
      clearTimeout(patience);
      clearTimeout(silence);
      resolve(text);
    });
  });
}

export const listener = defineTarget({
  name: 'listener',
  promise:
    'whatever bytes come, the gateway answers or hangs up, makes no call but the allowed one, and serves the next caller',
  input: fc.record({
    requests: fc.oneof(
      { weight: 6, arbitrary: fc.array(request, { minLength: 1, maxLength: 3 }) },
      fc.constant<Request[]>([]),
    ),
    noise,
    places,
    resets: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.boolean()),
  }),
  isAsync: true,
  async start() {
    rig = await GatewayRig.start({ policy: { version: '1', default: 'deny', tools: { echo: {} } } });
    await rig.call('echo');
  },
  stop: async () => rig?.close(),
  async check({ requests, noise, places, resets }) {
    const gateway = running();
    gateway.upstream.arrivals.length = 0;
    const bytes = bytesOf(requests.map(written).join('') + noise);
    const text = await exchange(cut(bytes, places), resets);
    if (text !== '' && !/^HTTP\/1\.1 \d{3} /.test(text)) throw new Error(`no HTTP answer: ${text}`);
    if (/^HTTP\/1\.1 5/m.test(text)) throw new Error(`the gateway failed: ${text}`);
    const good = await gateway.call('echo', undefined, 'afterwards');
    if (good.message.result?.content?.[0]?.text !== 'echo: {}')
      throw new Error('the next caller is not served');
    const other = gateway.upstream.calls.find(({ name }) => name !== 'echo');
    if (other) throw new Error(`${other.name} arrived at the server`);
    if (gateway.upstream.arrivals.some(({ path }) => path !== '/mcp'))
      throw new Error('another path was asked');
    if (gateway.upstream.arrivals.some(({ headers }) => JSON.stringify(headers).includes(gateway.token)))
      throw new Error('the token of the grant arrived at the server');
  },
});
