// Measures the gateway against the raw upstream and two yardstick proxies, all on loopback and all in processes of
// their own. See docs/performance.md for what the figures say and what they do not.
//
// Rounds are many and short: a shared machine changes its speed from one second to the next, and stops for half a second now and then.
//
//   node bench/run.mjs [--quick] [--rounds 15] [--seconds 1] [--concurrency 8] [--only b2,c] [--against CHECKOUT]
//                     [--share 0.5]   each serving process has so much of a core; the file of results is another one then
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CASE_OF_OTHER, CASES, countRecords, startCase } from './cases.mjs';
import { limitToShare, removeGroups } from './core-share.mjs';
import { compare, summaryOf, tableOf } from './figures.mjs';
import { ManagedProcess, stopAll } from './managed-process.mjs';

const CHECKOUT = resolve(import.meta.dirname, '..');
const RESULTS = join(import.meta.dirname, 'results');
const FIRST_WARMUP_MS = 6_000;
const WARMUP_MS = 300;
/** At a fixed rate only two are compared, by their slowest calls: one halt of the machine decides a round, so there are more of them. */
const PACED_ROUNDS_A_ROUND = 2;
const MB = 1024 * 1024;

function optionsOf(argv) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: text,
      seconds: text,
      concurrency: text,
      only: text,
      against: text,
      share: text,
    },
  });
  const number = (name, fallback, most) => {
    const value = Number(values[name] ?? fallback);
    if (value > 0 && value <= most) return value;
    throw new RangeError(`--${name} must be a number above 0 and at most ${most}`);
  };
  return {
    rounds: Math.ceil(number('rounds', values.quick ? 2 : 15, 50)),
    seconds: number('seconds', 1, 60),
    concurrency: Math.ceil(number('concurrency', 8, 256)),
    share: values.share === undefined ? undefined : number('share', 1, 1),
    only: values.only?.split(','),
    against: values.against === undefined ? undefined : resolve(values.against),
  };
}

function machineOf() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / MB),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

function versionOf(checkout) {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  try {
    const git = (...args) => execFileSync('git', args, { cwd: checkout, stdio: 'pipe' }).toString().trim();
    return `${version} (${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', 'src') && ', edited'})`;
  } catch {
    return version;
  }
}

/** Each process that answers calls gets its share: the workers where a case has some, but not the child of a stdio server. */
function limitAll({ started, workers }, share) {
  const pids = workers === undefined ? started.process?.pids : started.process.workerPids;
  for (const pid of pids ?? []) limitToShare(pid, share);
}

/** One window of load on one case; what happens before the window opens does not count. */
async function measure(load, started, order, warmupMs, seconds) {
  const finished = load.reply('done');
  finished.catch(() => {}); // it is awaited below, also when something before it fails
  await load.ask({ ...started.order, ...order, warmupMs, measureMs: seconds * 1000 }, 'measuring');
  const before = await started.process?.usage();
  await load.reply('measured');
  const after = await started.process?.usage();
  const { max, ...window } = await finished;
  return {
    ...window,
    max,
    load1: loadavg()[0],
    cpuMicrosPerCall: after && (after.cpuMicros - before.cpuMicros) / Math.max(window.calls, 1),
    userMicrosPerCall: after && (after.userMicros - before.userMicros) / Math.max(window.calls, 1),
    rssMb: after && after.rssBytes / MB,
    peakRssMb: after && after.peakRssBytes / MB,
  };
}

/** Every case once a round; every second round goes backwards, so that a drift of the machine hits all alike. */
async function measureRounds(title, cases, rounds, measureOne) {
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? cases : cases.toReversed();
    const notes = [];
    for (const one of order) {
      const window = await measureOne(one, round);
      one.windows[title] ??= [];
      one.windows[title].push(window);
      notes.push(`${one.id} ${window.callsPerSecond.toFixed(0)}`);
    }
    console.log(
      `${title}, round ${round + 1} of ${rounds}, load ${loadavg()[0].toFixed(1)}: ${notes.join('  ')}`,
    );
  }
}

function comparisonsOf(windowsOf) {
  const times = (left, right) =>
    compare(windowsOf, left, right, (a, b) => a.callsPerSecond / b.callsPerSecond);
  const above = (left, right) =>
    compare(windowsOf, left, right, (a, b) => a.cpuMicrosPerCall - b.cpuMicrosPerCall);
  return [
    ['calls/s of the gateway (c) to the dispatch proxy (b2)', times('c', 'b2')],
    ['calls/s of the gateway (c) to the http.Agent proxy (b1)', times('c', 'b1')],
    ['calls/s with 1,000 rules and 10,000 grants (d) to one rule (c)', times('d', 'c')],
    ['the same where each connection is one of those agents (d1)', times('d1', 'c')],
    ['the same where one of them calls one tool, as in (c) (d0)', times('d0', 'c')],
    ['calls/s of `serve` (s) to `proxy` (c), both with one rule', times('s', 'c')],
    ['calls/s of one of 10,000 grants and 1,000 rules (d0) to the only one (s)', times('d0', 's')],
    ['calls/s with 2 workers (h) to one process (c)', times('h', 'c')],
    ['calls/s with 2 workers (h) to two gateways that share nothing (h0)', times('h', 'h0')],
    ['CPU µs per call with 2 workers (h) above one process (c)', above('h', 'c')],
    ['CPU µs per call with 2 workers (h) above two gateways that share nothing (h0)', above('h', 'h0')],
    ['calls/s of event streams (e) to the dispatch proxy (e0)', times('e', 'e0')],
    ['calls/s of 1 MiB answers (f) to the dispatch proxy (f0)', times('f', 'f0')],
    ['CPU µs per call of the gateway (c) above the dispatch proxy (b2)', above('c', 'b2')],
    ['calls/s of the other checkout (x) to this one (c)', times('x', 'c')],
    ['CPU µs per call of the other checkout (x) above this one (c)', above('x', 'c')],
  ].filter(([, value]) => value !== undefined);
}

/** Calls that the load generator sent, calls that arrived at the upstream, and decisions on disk must agree. */
async function reconcile(cases) {
  const faults = [];
  const gateways = cases.filter(({ kind }) => ['gateway', 'serve', 'stdio'].includes(kind));
  for (const one of gateways) {
    await one.started.process.stop(); // what it still had to write is written then
    const records = countRecords(one.started.dataDirs);
    const sent = Object.values(one.windows)
      .flat()
      .reduce((total, window) => total + window.sent, 0);
    one.records = records;
    if (records !== sent)
      faults.push(`(${one.id}) ${sent} calls were sent, ${records} decisions are on disk`);
  }
  return faults;
}

async function main() {
  const options = optionsOf(process.argv.slice(2));
  if (!existsSync(join(CHECKOUT, 'dist/node/main.js'))) throw new Error('Build first: npm run build');
  const folder = mkdtempSync(join(tmpdir(), 'toolgate-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const known = options.against === undefined ? CASES : [...CASES, CASE_OF_OTHER];
  const cases = known
    .filter(({ id }) => options.only === undefined || options.only.includes(id))
    .map((one) => ({ ...one, windows: {} }));
  try {
    const machine = machineOf();
    const about = { toolgate: versionOf(CHECKOUT), at: new Date().toISOString(), ...options, machine };
    const { rounds, seconds, concurrency } = options;
    console.log(
      `Toolgate ${about.toolgate}, Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.system}`,
    );
    console.log(
      `${rounds} rounds of ${seconds} s, ${concurrency} connections, load ${loadavg()[0].toFixed(1)} at the start\n`,
    );

    const upstream = await new ManagedProcess('upstream', './upstream.mjs').start();
    const load = await new ManagedProcess('load generator', './load.mjs').start();
    for (const one of cases) {
      const checkout = one.id === 'x' ? options.against : CHECKOUT;
      one.started = await startCase(one, upstream.port, { folder, checkout });
      if (options.share !== undefined) limitAll(one, options.share);
    }
    await measureRounds('closed loop', cases, rounds, (one, round) =>
      measure(load, one.started, { concurrency }, round === 0 ? FIRST_WARMUP_MS : WARMUP_MS, seconds),
    );
    const windowsOf = (id, title = 'closed loop') => cases.find((one) => one.id === id)?.windows[title] ?? [];
    const closed = cases.map((one) => ({
      id: one.id,
      title: one.title,
      summary: summaryOf(windowsOf(one.id)),
    }));

    const full = closed.find(({ id }) => id === 'c')?.summary.callsPerSecond;
    const rate = full === undefined ? undefined : Math.round(full / 2);
    const paced = rate === undefined ? [] : cases.filter(({ id }) => id === 'b2' || id === 'c' || id === 'x');
    const pacedRounds = paced.length === 0 ? 0 : rounds * PACED_ROUNDS_A_ROUND;
    await measureRounds('fixed rate', paced, pacedRounds, (one) =>
      measure(load, one.started, { rate }, WARMUP_MS, seconds),
    );
    const fixed = paced.map((one) => ({
      id: one.id,
      title: one.title,
      summary: summaryOf(windowsOf(one.id, 'fixed rate')),
    }));

    const comparisons = comparisonsOf((id) => windowsOf(id));
    const p99 = compare(
      (id) => windowsOf(id, 'fixed rate'),
      'c',
      'b2',
      (a, b) => a.p99 / b.p99,
    );
    if (p99) comparisons.push(['p99 at half load of the gateway (c) to the dispatch proxy (b2)', p99]);
    const faults = await reconcile(cases);

    console.log(`\nClosed loop, ${concurrency} connections, medians\n${tableOf(closed)}`);
    if (fixed.length > 0)
      console.log(`\nFixed rate, ${rate} calls/s, half of what (c) can do\n${tableOf(fixed)}`);
    console.log('\nMedian of the comparisons inside each round, and their range');
    for (const [what, { median, least, greatest }] of comparisons)
      console.log(`  ${median.toFixed(2)}  (${least.toFixed(2)}–${greatest.toFixed(2)})  ${what}`);
    const errors = [...closed, ...fixed].filter(({ summary }) => summary.errors > 0);
    for (const { id, summary } of errors) console.log(`  (${id}) first error: ${summary.firstError}`);
    for (const fault of faults) console.log(`  ${fault}`);
    console.log('CPU and memory are those of the process under test; the direct case has none.');

    mkdirSync(RESULTS, { recursive: true });
    const windows = Object.fromEntries(cases.map((one) => [one.id, one.windows]));
    const result = {
      ...about,
      rate,
      closed,
      fixed,
      comparisons: Object.fromEntries(comparisons),
      records: Object.fromEntries(
        cases.flatMap(({ id, records }) => (records === undefined ? [] : [[id, records]])),
      ),
      faults,
      windows,
    };
    const file = options.share === undefined ? 'latest.json' : 'shares.json';
    writeFileSync(join(RESULTS, file), `${JSON.stringify(result, null, 2)}\n`);
    process.exitCode = errors.length > 0 || faults.length > 0 ? 1 : 0;
  } finally {
    await stopEverything();
  }
}

async function stopEverything() {
  await stopAll();
  removeGroups();
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    stopEverything().finally(() => process.exit(130));
  });
}
await main();
