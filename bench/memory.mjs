// Resident memory of the gateway after 100,000 calls and after 400,000 more over as many connections: it must not grow with the calls.
// Then 400,000 more, by agents that connect anew: what a connection had is garbage when it is gone, of the kind that V8 collects last.
//
//   node bench/memory.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES, startCase } from './cases.mjs';
import { ManagedProcess, stopAll } from './managed-process.mjs';

const CHECKOUT = join(import.meta.dirname, '..');
const FIRST_CALLS = 100_000;
const MORE_CALLS = 400_000;
const CONNECTIONS = 8;
const MB = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'toolgate-memory-'));
try {
  const upstream = await new ManagedProcess('upstream', './upstream.mjs').start();
  const load = await new ManagedProcess('load generator', './load.mjs').start();
  const paths = { folder, checkout: CHECKOUT };
  const { process: gateway, order } = await startCase(
    CASES.find(({ id }) => id === 'c'),
    upstream.port,
    paths,
  );
  const call = async (order) => {
    const finished = load.reply('done');
    load.child.send({ ...order, concurrency: CONNECTIONS, warmupMs: 0 });
    const { sent, errors, firstError } = await finished;
    if (errors > 0) throw new Error(firstError);
    return sent;
  };
  const tell = async (what) => {
    const { rssBytes } = await gateway.usage();
    console.log(`${what}: ${(rssBytes / MB).toFixed(1)} MB`);
  };
  await tell('at the start');
  let calls = 0;
  for (const maxCalls of [FIRST_CALLS, MORE_CALLS]) {
    calls += await call({ ...order, maxCalls });
    await tell(`after ${calls.toLocaleString('en')} calls over ${CONNECTIONS} connections at a time`);
  }
  let connections = 0;
  for (const until = calls + MORE_CALLS; calls < until; connections += CONNECTIONS)
    calls += await call({ ...order, measureMs: 1_000 });
  await tell(`after ${calls.toLocaleString('en')} calls, the last over ${connections} connections`);
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
