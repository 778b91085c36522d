// From the start of `serve` to its first answer from /readyz, with 100 servers, 1,000 policies in files and 10,000 grants.
//
//   node bench/start.mjs
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './figures.mjs';
import { ManagedProcess, stopAll } from './managed-process.mjs';
import { tokenOf } from './workload.mjs';

const SERVERS = 100;
const POLICIES_EACH = 10;
const GRANTS = 10_000;
const TOOLS = 20;
const ROUNDS = Number(process.argv[2] ?? 5);

function policyOf(index) {
  const tools = Array.from({ length: TOOLS }, (_, i) => [
    `tool_${index}_${i}`,
    { limits: [{ counter: `c${i}`, window: 'minute', max: 30 }] },
  ]);
  return { version: '1', default: 'deny', tools: Object.fromEntries(tools) };
}

function writeAll(folder) {
  const servers = Object.fromEntries(
    Array.from({ length: SERVERS }, (_, s) => {
      const policies = Array.from({ length: POLICIES_EACH }, (_, p) => {
        const file = join(folder, `policy-${s}-${p}.json`);
        writeFileSync(file, JSON.stringify(policyOf(s * POLICIES_EACH + p), null, 2));
        return [`policy-${p}`, file];
      });
      return [`server-${s}`, { url: 'http://127.0.0.1:9/mcp', policies: Object.fromEntries(policies) }];
    }),
  );
  const grants = Array.from({ length: GRANTS }, (_, i) => ({
    label: `agent-${i}`,
    server: `server-${i % SERVERS}`,
    policy: `policy-${i % POLICIES_EACH}`,
    token: { sha256: createHash('sha256').update(tokenOf(i)).digest('hex') },
  }));
  const config = join(folder, 'toolgate.json');
  writeFileSync(config, JSON.stringify({ servers, grants }));
  return config;
}

const folder = mkdtempSync(join(tmpdir(), 'toolgate-start-'));
const toolgate = join(import.meta.dirname, '..', 'bin', 'toolgate');
try {
  const config = writeAll(folder);
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.now();
    const environment = { TOOLGATE_DATA: join(folder, `data-${round}`), TOOLGATE_LOG: 'silent' };
    const gateway = new ManagedProcess(
      'serve',
      toolgate,
      ['serve', '--config', config, '--port', '0'],
      environment,
    );
    await gateway.start();
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/readyz`);
    if (!answer.ok) throw new Error(`/readyz answered ${answer.status}`);
    times.push(performance.now() - before);
    await gateway.stop();
  }
  const text = times.map((ms) => ms.toFixed(0)).join(', ');
  console.log(
    `${SERVERS} servers, ${SERVERS * POLICIES_EACH} policies, ${GRANTS} grants: ready after ${median(times).toFixed(0)} ms (${text})`,
  );
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
