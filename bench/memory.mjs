// Resident memory of the gateway after 100,000 calls and after 400,000 more: it must not grow with the calls.
//
//   node bench/memory.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES, startCase } from './cases.mjs';
import { ManagedProcess, stopAll } from './managed-process.mjs';

const CHECKOUT = join(import.meta.dirname, '..');
const FIRST_CALLS = 100_000;
const ALL_CALLS = 500_000;
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
  const rss = async () => (await gateway.usage()).rssBytes / MB;
  console.log(`at the start: ${(await rss()).toFixed(0)} MB`);
  let calls = 0;
  for (const until of [FIRST_CALLS, ALL_CALLS]) {
    while (calls < until) {
      const finished = load.reply('done');
      load.child.send({ ...order, concurrency: 8, warmupMs: 0, measureMs: 1_000 });
      const { sent, errors, firstError } = await finished;
      if (errors > 0) throw new Error(firstError);
      calls += sent;
    }
    console.log(`after ${calls.toLocaleString('en')} calls: ${(await rss()).toFixed(0)} MB`);
  }
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
