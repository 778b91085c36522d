// One of several processes that share a data folder, on the built product.
//   node retention-worker.mjs DIR write CALLS MAX   prints "ready", waits for a line, then takes room for CALLS calls under a limit of
//                                                   MAX in a year, the first half decided ten days ago, the other half today;
//                                                   prints how many were granted, and how many of those today
//   node retention-worker.mjs DIR forget            prints "ready", waits for a line, then forgets what is older than a day, again and
//                                                   again until the next line; prints how many parts of the log went
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { newId } from '#platform';
import { createQuota } from '#quota';
import { openStore } from '#store';

const DAY = 86_400_000;
const NOW = 1_700_000_000_000;
const clock = { now: () => NOW };
const [dataDir, mode, calls, max] = process.argv.slice(2);
const store = openStore({ dataDir, clock });
const quota = createQuota({ counters: store.counters, clock });

const record = (at) => ({
  id: newId('dec', at),
  at,
  requestId: '',
  server: 'fluentcrm',
  grantId: 'grant_1',
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
const limit = {
  rule: '/all_tools/limits/budget',
  counter: 'budget',
  scope: 'grant',
  windowSeconds: 366 * 86_400,
  maxMicros: Number(max) * 1_000_000,
  amountMicros: 1_000_000,
  message: '',
  onUnavailable: 'deny',
};
const owner = { organisation: 'default', server: 'fluentcrm', grant: 'grant_1', session: undefined };

console.log('ready');
await once(process.stdin, 'data');
if (mode === 'write') {
  let granted = 0;
  let today = 0;
  for (let i = 0; i < Number(calls); i++) {
    const isToday = i >= Number(calls) / 2;
    const outcome = await quota.reserve([limit], owner, record(isToday ? NOW : NOW - 10 * DAY));
    if (outcome.unavailable) throw new Error('a reservation found no store');
    if (!outcome.granted) continue;
    granted++;
    if (isToday) today++;
    if (i % 10 === 0) await nextTurn();
  }
  console.log(JSON.stringify({ granted, today }));
} else {
  const over = new AbortController();
  let removed = 0;
  process.stdin.once('data', () => over.abort());
  while (!over.signal.aborted) {
    removed += await store.records.prune(NOW - DAY);
    await nextTurn();
  }
  console.log(JSON.stringify({ removed }));
}
await store.close();
process.exit(0);
