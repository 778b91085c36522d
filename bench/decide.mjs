// What one decision costs: a policy of 1,000 tools, 20 predicates on the called one (every operator twice), its arguments
// checked against the tool's schema, and one limit, whose counter is in memory.
//
//   node bench/decide.mjs
import { compilePolicy, decide, knowTool, readPolicy } from '#policy';
import { createQuota } from '#quota';
import { systemClock } from '#platform';
import { openStore } from '#store';
import { median } from './figures.mjs';
import { MANY_TOOLS, toolNameOf } from './workload.mjs';

const CALLS = 200_000;
const AT_ONCE = 64;
const ROUNDS = 7;
const called = toolNameOf(500);

const holding = [
  { path: 'args.currency', op: 'eq', value: 'EUR' },
  { path: 'args.currency', op: 'neq', value: 'USD' },
  { path: 'args.amount', op: 'lt', value: 500 },
  { path: 'args.amount', op: 'lte', value: 500 },
  { path: 'args.amount', op: 'gt', value: 1 },
  { path: 'args.amount', op: 'gte', value: 1 },
  { path: 'args.customer.country', op: 'in', value: ['DE', 'PL', 'FR'] },
  { path: 'args.customer.country', op: 'not_in', value: ['US', 'CN'] },
  { path: 'args.reason', op: 'exists', value: true },
  { path: 'args.reason', op: 'contains', value: 'broken' },
];
const failing = [
  { path: 'args.currency', op: 'eq', value: 'USD' },
  { path: 'args.currency', op: 'neq', value: 'EUR' },
  { path: 'args.amount', op: 'lt', value: 1 },
  { path: 'args.amount', op: 'lte', value: 1 },
  { path: 'args.amount', op: 'gt', value: 500 },
  { path: 'args.amount', op: 'gte', value: 500 },
  { path: 'args.customer.country', op: 'in', value: ['US', 'CN'] },
  { path: 'args.lines[0].sku', op: 'regex', value: '^FORBIDDEN-' },
  { path: 'args.override', op: 'exists', value: true },
  { path: 'args.reason', op: 'regex', value: '(?i)^test' },
];
const limits = [{ counter: 'refunds', window: 'minute', max: 1e9 }];
const tools = Object.fromEntries(Array.from({ length: MANY_TOOLS }, (_, i) => [toolNameOf(i), { limits }]));
tools[called] = {
  require: holding.map((condition) => ({ conditions: [condition] })),
  deny_if: failing.map((condition) => ({ conditions: [condition] })),
  limits,
};
const read = readPolicy(JSON.stringify({ version: '1', default: 'deny', tools }));
if (!read.ok) throw new Error(JSON.stringify(read.problems[0]));
const policy = compilePolicy(read.document, { name: 'p', version: '1' });
const tool = knowTool({
  name: called,
  inputSchema: {
    type: 'object',
    properties: {
      amount: { type: 'number' },
      currency: { type: 'string' },
      reason: { type: 'string' },
      override: { type: 'boolean' },
      customer: { type: 'object', properties: { id: { type: 'string' }, country: { type: 'string' } } },
      lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
    },
    required: ['amount'],
  },
});
const args = {
  amount: 42,
  currency: 'EUR',
  reason: 'arrived broken',
  customer: { id: 'c1', country: 'PL' },
  lines: [{ sku: 'A-1' }],
};
const call = { tool: called, arguments: args, hasLossyNumber: false };
const store = openStore({ dataDir: ':memory:' });
const quota = createQuota({ counters: store.counters, clock: systemClock });
const owner = { organisation: 'default', server: 's', grant: 'g', session: undefined };

async function measure(work) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.hrtime.bigint();
    for (let done = 0; done < CALLS; done += AT_ONCE) await work();
    times.push(Number(process.hrtime.bigint() - before) / 1_000 / CALLS);
  }
  return `${median(times).toFixed(2)} µs (${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)})`;
}

function decideMany() {
  for (let i = 0; i < AT_ONCE; i++) {
    const decision = decide(policy, call, tool);
    if (decision.outcome !== 'allow') throw new Error(decision.rule);
  }
}

async function decideAndReserveMany() {
  const outcomes = [];
  for (let i = 0; i < AT_ONCE; i++) outcomes.push(quota.reserve(decide(policy, call, tool).limits, owner));
  for (const outcome of await Promise.all(outcomes)) if (!outcome.granted) throw new Error('refused');
}

console.log(`the decision: ${await measure(decideMany)}`);
console.log(`the decision and its limit, ${AT_ONCE} at once: ${await measure(decideAndReserveMany)}`);
await store.close();
