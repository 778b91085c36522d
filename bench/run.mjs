// Measures the gateway against the raw upstream and two yardstick proxies, all on loopback and all in processes of
// their own. See docs/performance.md for what the figures say and what they do not.
//
// Rounds are many and short: a shared machine changes its speed from one second to the next, and stops for half a second now and then.
// All processes are started anew several times, so that no ratio is that of one process and its luck.
//
//   node bench/run.mjs [--quick] [--starts 5] [--rounds 20] [--seconds 0.25] [--concurrency 8] [--only b2,c] [--against CHECKOUT]
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
const FIRST_WARMUP_MS = 5_000;
const WARMUP_MS = 100;
/** At a fixed rate the slowest calls are compared, which takes more of them: windows are longer there, and half as many. */
const PACED_SECONDS = 0.8;
const PACED_WARMUP_MS = 300;
const COMPARED = ['callsPerSecond', 'cpuMicrosPerCall', 'p99'];
const PACED = ['b2', 'c', 'x'];
const CLOSED = 'closed loop';
const FIXED = 'fixed rate';
const MB = 1024 * 1024;

function optionsOf(argv) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      starts: text,
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
    starts: Math.ceil(number('starts', values.quick ? 1 : 5, 50)),
    rounds: Math.ceil(number('rounds', values.quick ? 4 : 20, 200)),
    seconds: number('seconds', 0.25, 60),
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
      one.windows[title].push(window);
      notes.push(`${one.id} ${window.callsPerSecond.toFixed(0)}`);
    }
    console.log(
      `${title}, round ${round + 1} of ${rounds}, load ${loadavg()[0].toFixed(1)}: ${notes.join('  ')}`,
    );
  }
}

/**
 * All processes anew, each warmed up, all rounds with both kinds of load, and all ended again. Resolves to the fixed rate, in calls/s, half
 * of what (c) did in this start (undefined without a case (c)), and to what does not add up.
 */
async function measureStart(cases, options, folder) {
  const { rounds, seconds, concurrency } = options;
  const upstream = await new ManagedProcess('upstream', './upstream.mjs').start();
  const load = await new ManagedProcess('load generator', './load.mjs').start();
  for (const one of cases) {
    const checkout = one.id === 'x' ? options.against : CHECKOUT;
    one.started = await startCase(one, upstream.port, { folder, checkout });
    one.sentBefore = sentOf(one);
    if (options.share !== undefined) limitAll(one, options.share);
  }
  await measureRounds(CLOSED, cases, rounds, (one, round) =>
    measure(load, one.started, { concurrency }, round === 0 ? FIRST_WARMUP_MS : WARMUP_MS, seconds),
  );
  const full = cases.find(({ id }) => id === 'c')?.windows[CLOSED].slice(-rounds);
  const rate = full && Math.round(summaryOf(full).callsPerSecond / 2);
  const paced = rate === undefined ? [] : cases.filter(({ id }) => PACED.includes(id));
  await measureRounds(FIXED, paced, paced.length === 0 ? 0 : Math.ceil(rounds / 2), (one) =>
    measure(load, one.started, { rate }, PACED_WARMUP_MS, PACED_SECONDS),
  );
  const faults = await reconcile(cases);
  await stopAll();
  return { rate, faults };
}

function comparisonsOf(cases) {
  const windowsAt = (title) => (id) => cases.find((one) => one.id === id)?.windows[title] ?? [];
  const windowsOf = windowsAt(CLOSED);
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
    [
      'p99 at half load of the gateway (c) to the dispatch proxy (b2)',
      compare(windowsAt(FIXED), 'c', 'b2', (a, b) => a.p99 / b.p99),
    ],
  ].filter(([, value]) => value !== undefined);
}

/** Calls that the load generator sent in this start, and decisions on disk, must agree. */
async function reconcile(cases) {
  const faults = [];
  const gateways = cases.filter(({ kind }) => ['gateway', 'serve', 'stdio'].includes(kind));
  for (const one of gateways) {
    await one.started.process.stop(); // what it still had to write is written then
    const records = countRecords(one.started.dataDirs);
    const sent = sentOf(one) - one.sentBefore;
    one.records = (one.records ?? 0) + records;
    if (records !== sent)
      faults.push(`(${one.id}) ${sent} calls were sent, ${records} decisions are on disk`);
  }
  return faults;
}

function sentOf({ windows }) {
  return Object.values(windows)
    .flat()
    .reduce((total, { sent }) => total + sent, 0);
}

/** What a table shows of one kind of load. */
function rowsOf(cases, title) {
  return cases
    .filter(({ windows }) => windows[title].length > 0)
    .map((one) => ({ id: one.id, title: one.title, summary: summaryOf(one.windows[title]) }));
}

function print({ closed, fixed, rates, concurrency, comparisons, faults }) {
  console.log(`\nClosed loop, ${concurrency} connections, medians\n${tableOf(closed)}`);
  if (fixed.length > 0)
    console.log(`\nFixed rate, ${rates.join(', ')} calls/s, half of what (c) can do\n${tableOf(fixed)}`);
  console.log('\nMedian of the comparisons inside each round, and their range');
  for (const [what, { median, least, greatest }] of Object.entries(comparisons))
    console.log(`  ${median.toFixed(2)}  (${least.toFixed(2)}–${greatest.toFixed(2)})  ${what}`);
  for (const { id, summary } of [...closed, ...fixed])
    if (summary.errors > 0) console.log(`  (${id}) first error: ${summary.firstError}`);
  for (const fault of faults) console.log(`  ${fault}`);
  console.log('CPU and memory are those of the process under test; the direct case has none.');
}

async function main() {
  const options = optionsOf(process.argv.slice(2));
  if (!existsSync(join(CHECKOUT, 'dist/node/main.js'))) throw new Error('Build first: npm run build');
  const folder = mkdtempSync(join(tmpdir(), 'toolgate-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const known = options.against === undefined ? CASES : [...CASES, CASE_OF_OTHER];
  const cases = known
    .filter(({ id }) => options.only === undefined || options.only.includes(id))
    .map((one) => ({ ...one, windows: { [CLOSED]: [], [FIXED]: [] } }));
  try {
    const machine = machineOf();
    const about = { toolgate: versionOf(CHECKOUT), at: new Date().toISOString(), ...options, machine };
    const { starts, rounds, seconds, concurrency } = options;
    console.log(
      `Toolgate ${about.toolgate}, Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.system}`,
    );
    console.log(
      `${starts} starts with ${rounds} rounds of ${seconds} s, ${concurrency} connections, load ${loadavg()[0].toFixed(1)} at the start`,
    );
    const rates = [];
    const faults = [];
    for (let start = 0; start < starts; start++) {
      console.log(`\nStart ${start + 1} of ${starts}`);
      const inside = join(folder, String(start));
      mkdirSync(inside);
      const done = await measureStart(cases, options, inside);
      if (done.rate !== undefined) rates.push(done.rate);
      faults.push(...done.faults);
    }
    const closed = rowsOf(cases, CLOSED);
    const fixed = rowsOf(cases, FIXED);
    const comparisons = Object.fromEntries(comparisonsOf(cases));
    print({ closed, fixed, rates, concurrency, comparisons, faults });
    const records = cases.flatMap(({ id, records: count }) => (count === undefined ? [] : [[id, count]]));
    keep(options, {
      ...about,
      rates,
      closed,
      fixed,
      comparisons,
      records: Object.fromEntries(records),
      faults,
      windows: Object.fromEntries(cases.map(({ id, windows }) => [id, kept(windows)])),
    });
    const hasErrors = [...closed, ...fixed].some(({ summary }) => summary.errors > 0);
    process.exitCode = hasErrors || faults.length > 0 ? 1 : 0;
  } finally {
    await stopEverything();
  }
}

/** Of every window what the comparisons are made of, in the order of the rounds. */
function kept(windows) {
  const rounded = (window, name) => window[name] && Math.round(window[name] * 100) / 100;
  const columns = (all) => COMPARED.map((name) => [name, all.map((window) => rounded(window, name))]);
  return Object.fromEntries(
    Object.entries(windows).map(([title, all]) => [title, Object.fromEntries(columns(all))]),
  );
}

function keep({ share }, result) {
  mkdirSync(RESULTS, { recursive: true });
  const file = share === undefined ? 'latest.json' : 'shares.json';
  writeFileSync(join(RESULTS, file), `${JSON.stringify(result, null, 2)}\n`);
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
