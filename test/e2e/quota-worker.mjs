// One of several processes that share a data folder, on the built product.
//   node quota-worker.mjs DIR burst CALLS MAX   prints "ready", waits for a line, asks CALLS times from ten agents
//                                               at once, prints how many were granted
//   node quota-worker.mjs DIR steady            takes and records one call after another, prints each count
import { once } from 'node:events';
import { createQuota } from '#quota';
import { openStore } from '#store';

const [dataDir, mode, calls, max] = process.argv.slice(2);
const store = openStore({ dataDir });
const quota = createQuota({ counters: store.counters, clock: { now: () => 1_700_000_000_000 } });
const owner = { organisation: 'default', server: 'fluentcrm', grant: 'grant_1', session: undefined };

const reserve = () =>
  quota.reserve(
    [
      {
        rule: '/tools/fluentcrm_pause_campaign/limits/rate',
        counter: 'rate',
        scope: 'grant',
        windowSeconds: 60,
        maxMicros: Number(max ?? 1_000_000) * 1_000_000,
        amountMicros: 1_000_000,
        message: '',
        onUnavailable: 'deny',
      },
    ],
    owner,
  );

const record = (id) =>
  store.records.insert({
    id,
    at: 0,
    requestId: '',
    server: owner.server,
    grantId: owner.grant,
    grantLabel: 'newsletter',
    method: 'tools/call',
    tool: 'fluentcrm_pause_campaign',
    revision: '2025-11-25',
    transport: 'http',
    policy: undefined,
    policyVersion: undefined,
    outcome: 'allow',
    enforced: true,
    rule: '(default allow)',
    message: '',
    argumentKeys: [],
  });

if (mode === 'burst') {
  console.log('ready');
  await once(process.stdin, 'data');
  const outcomes = [];
  // Ten agents, each with one call after another: the transactions of the processes interleave.
  const agent = async () => {
    for (let i = 0; i < Number(calls) / 10; i++) outcomes.push(await reserve());
  };
  await Promise.all(Array.from({ length: 10 }, agent));
  const failed = outcomes.filter((outcome) => outcome.unavailable);
  if (failed.length > 0) throw new Error(`${failed.length} reservations found no store`);
  console.log(outcomes.filter((outcome) => outcome.granted).length);
  await store.close();
  process.exit(0);
}

for (let taken = 1; ; taken++) {
  const outcome = await reserve();
  if (!outcome.granted) throw new Error('refused');
  await record(`r${String(taken).padStart(9, '0')}`);
  console.log(taken);
}
