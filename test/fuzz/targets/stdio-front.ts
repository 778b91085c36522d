import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { serveStdio } from '#gateway';
import { silentLog } from '#platform';
import { GatewayRig } from '../../support/gateway-rig.ts';
import { asBytes, bytesOf, cut, MESSAGES, mutated, noise, places } from '../generators.ts';
import { defineTarget } from '../target.ts';

const PATIENCE_MS = 5_000;
const GOOD =
  '{"jsonrpc":"2.0","id":"afterwards","method":"tools/call","params":{"name":"echo","arguments":{}}}\n';

let rig: GatewayRig | undefined;

export const stdioFront = defineTarget({
  name: 'stdio-front',
  promise:
    'whatever lines come on standard input, only the allowed tool is called, every line written is a message, and the next call is served',
  input: fc.record({
    lines: fc.array(fc.oneof({ weight: 5, arbitrary: asBytes(mutated(MESSAGES)) }, noise), { maxLength: 4 }),
    places,
  }),
  isAsync: true,
  async start() {
    rig = await GatewayRig.start({
      policy: { version: '1', default: 'deny', tools: { echo: {} } },
      upstream: { sessions: true },
    });
    await rig.call('echo');
  },
  stop: async () => rig?.close(),
  async check({ lines, places }) {
    if (!rig) throw new Error('the gateway is not started');
    rig.upstream.arrivals.length = 0;
    const [input, output] = [new PassThrough(), new PassThrough()];
    let text = '';
    output.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const served = serveStdio({ ...rig.front, input, output, log: silentLog });
    for (const chunk of cut(bytesOf([...lines, GOOD].join('\n')), places)) input.write(chunk);
    await answered(() => text);
    input.end();
    await endsInTime(served);
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const message = JSON.parse(line) as { jsonrpc?: unknown };
      if (message.jsonrpc !== '2.0') throw new Error(`no message: ${line}`);
    }
    const other = rig.upstream.calls.find(({ name }) => name !== 'echo');
    if (other) throw new Error(`${other.name} arrived at the server`);
  },
});

/** Waits for the answer to the good call. */
async function answered(text: () => string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!/"id":"afterwards"/.test(text())) {
    if (performance.now() > deadline) throw new Error(`the next call is not served; so far: ${text()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function endsInTime(served: Promise<void>): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the agent has left, and is still served')), PATIENCE_MS).unref();
  });
  await Promise.race([served, late]);
}
