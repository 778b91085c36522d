// Measures the public pages over a synthetic catalogue: import, memory, latency at a fixed rate, and whether pages repeat.
//
//   npm run bench:catalogue                              43,000 servers, 515,000 tools, 200 requests a second
//   node bench/catalogue.mjs --servers 2000 --tools 24000 --seconds 5
//
// Requests fall due at even distances; a request's time counts from when it was due. Server and generator are two processes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openCatalogueIndex } from '#store';
import { ManagedProcess, stopAll } from './managed-process.mjs';

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '43000' },
    tools: { type: 'string', default: '515000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    index: { type: 'string' },
  },
});
const rate = Number(values.rate);
const seconds = Math.min(Number(values.seconds), 120);
const ROOT = resolve(import.meta.dirname, '..');
const WARM_UP_SECONDS = 3;
const REPEATS = 300;
const MB = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'toolgate-bench-catalogue-'));
const agent = new Agent({ keepAlive: true, maxSockets: 128 });
let port = 0;

function request(path) {
  return new Promise((done, failed) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => done({ status: response.statusCode, body: Buffer.concat(chunks) }));
      response.on('error', failed);
    }).on('error', failed);
  });
}

/** Sends paths at a fixed rate; the times of answers in milliseconds, sorted, and how many were no 200. */
async function load(pathOf, forSeconds) {
  const times = [];
  let errors = 0;
  const open = new Set();
  const count = Math.round(rate * forSeconds);
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const due = start + (i * 1_000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const one = request(pathOf(i))
      .then(({ status }) => {
        if (status !== 200) errors++;
        times.push(performance.now() - due);
      })
      .catch(() => errors++)
      .finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
  return { times: times.toSorted((a, b) => a - b), errors };
}

const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const hash = (body) => createHash('sha256').update(body).digest('hex');

/** Paths of tools and servers from all over the index, and what people search for. */
async function workload(file) {
  const index = openCatalogueIndex(file);
  const tools = [];
  const servers = [];
  const words = [];
  let cursor;
  for (let page = 0; page < 40; page++) {
    const found = await index.listTools({ limit: 50, ...(cursor !== undefined && { cursor }) });
    for (const { server, tool } of found.items) {
      tools.push(`/tools/${server.slug}/${tool.slug}`);
      servers.push(`/tools/${server.slug}`);
      words.push(tool.name.replaceAll(/[_-]/g, ' '), tool.name.slice(0, 4), tool.name.split(/[_-]/)[0]);
    }
    if (found.next === undefined) break;
    cursor = found.next;
  }
  for (let page = 0, next; page < 60; page++) {
    const found = await index.listServers({
      order: 'slug',
      limit: 100,
      ...(next !== undefined && { cursor: next }),
    });
    for (const { facts, toolCount } of found.items) {
      if (toolCount === 0) continue;
      const own = await index.toolsOf(facts.slug);
      const { tool } = own[own.length >> 1];
      tools.push(`/tools/${facts.slug}/${tool.slug}`);
      servers.push(`/tools/${facts.slug}`);
      words.push(tool.name.replaceAll(/[_-]/g, ' '), facts.name);
    }
    next = found.next;
    if (next === undefined) break;
  }
  const totals = await index.totals();
  await index.close();
  return { tools, servers, searches: words.map((word) => `/search?q=${encodeURIComponent(word)}`), totals };
}

async function measure() {
  const file = values.index ?? join(folder, 'index.db');
  const rows = [];
  const note = (what, value, wanted) => rows.push({ what, value, wanted });
  console.log(
    `machine: ${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`,
  );
  if (values.index === undefined) {
    const started = performance.now();
    const said = execFileSync(
      process.execPath,
      ['scripts/synthetic-catalogue.mjs', values.servers, values.tools, file],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    console.log(said.trim());
    note('import, seconds', ((performance.now() - started) / 1_000).toFixed(0), 'minutes');
  }
  const { tools, servers, searches, totals } = await workload(file);
  note('servers', totals.servers, values.servers);
  note('tools', totals.tools, values.tools);
  note('index, MB', (statSync(file).size / MB).toFixed(0), '');
  const server = new ManagedProcess('site', 'catalogue-server.mjs', [file]);
  await server.start();
  port = server.port;
  // neighbours in the list are far apart in the run
  const from = (paths) => (i) => paths[(i * 7_919) % paths.length];
  for (const [name, paths, wanted] of [
    ['tool page', tools, 'p99 < 20'],
    ['search', searches, 'p99 < 60'],
    ['server page', servers, ''],
  ]) {
    await load(from(paths), WARM_UP_SECONDS);
    const { times, errors } = await load(from(paths), seconds);
    const shown = [0.5, 0.95, 0.99, 1].map((share) => at(times, share).toFixed(1)).join(' / ');
    note(`${name} at ${rate}/s: p50 / p95 / p99 / most, ms`, shown, wanted);
    note(`${name}: answers that were no 200`, errors, 0);
  }
  const sample = Array.from({ length: REPEATS }, (_, i) => [tools, servers, searches][i % 3].at(i * 13));
  const first = [];
  for (const path of sample) first.push(hash((await request(path)).body));
  let different = 0;
  for (const [i, path] of sample.entries()) if (hash((await request(path)).body) !== first[i]) different++;
  note(`of ${REPEATS} pages asked for twice, different`, different, 0);
  const usage = await server.usage();
  note('peak resident memory of the server, MB', (usage.peakRssBytes / MB).toFixed(0), '< 400');
  await server.stop();
  console.table(rows);
  if (values.index === undefined && Number(values.servers) >= 43_000) {
    mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
    writeFileSync(
      join(import.meta.dirname, 'results', 'catalogue.json'),
      `${JSON.stringify(rows, null, 2)}\n`,
    );
  }
}

try {
  await measure();
} finally {
  agent.destroy();
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
