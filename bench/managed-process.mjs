// Processes of the benchmark: started, asked, and ended by nobody else.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const USAGE = new URL('usage.mjs', import.meta.url).href;
const READY = /ready(?: on http:\/\/[^\s:]+:(\d+))?/;
const START_MS = 30_000;
const REPLY_MS = 120_000;
const STOP_MS = 5_000;

/** Options for every Node process, for profiling: BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=/some/folder". */
const NODE_OPTIONS = process.env['BENCH_NODE_OPTIONS']?.split(' ') ?? [];

const running = new Set();

/** Ends what is still running; called before this process goes, however it goes. */
export async function stopAll() {
  await Promise.all([...running].map((one) => one.stop()));
}

process.once('exit', () => {
  for (const one of running) one.child.kill('SIGKILL');
});

export class ManagedProcess {
  /** Starts a Node program; `start` resolves when it says that it is ready. */
  constructor(name, file, args = [], environment = {}) {
    this.name = name;
    this.port = undefined;
    this.output = '';
    this.child = spawn(process.execPath, [...NODE_OPTIONS, '--import', USAGE, fileOf(file), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const keep = (chunk) => {
      this.output = `${this.output}${chunk}`;
      const ready = this.port === undefined ? READY.exec(this.output) : undefined;
      if (ready) this.port = Number(ready[1] ?? 0);
      this.output = this.output.slice(-4_000);
    };
    this.child.stdout.on('data', keep);
    this.child.stderr.on('data', keep);
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    running.add(this);
    this.ended.then(() => running.delete(this));
  }

  async start() {
    const deadline = Date.now() + START_MS;
    for (;;) {
      if (this.port !== undefined) return this;
      if (this.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`${this.name} did not start (exit ${this.child.exitCode})\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends a message and resolves to the first reply that has the member `key`. */
  ask(message, key) {
    const reply = this.reply(key);
    this.child.send(message);
    return reply;
  }

  /** Resolves to the member `key` of the next message that has one. */
  reply(key) {
    return new Promise((resolve, reject) => {
      const { child, name } = this;
      const finish = (settle, value) => {
        clearTimeout(timer);
        child.off('message', take);
        child.off('exit', gone);
        settle(value);
      };
      const take = (message) => {
        if (message?.[key] !== undefined) finish(resolve, message[key]);
      };
      const gone = (code) => finish(reject, new Error(`${name} ended (exit ${code})\n${this.output}`));
      const timer = setTimeout(() => finish(reject, new Error(`${name} says no "${key}"`)), REPLY_MS);
      child.on('message', take);
      child.once('exit', gone);
    });
  }

  /** CPU time in microseconds and memory in bytes of the process and of its workers, where it has some. */
  async usage() {
    const { cpu, rssBytes, peakRssBytes } = await this.ask('usage', 'usage');
    const workers = workersOf(this.child.pid);
    const sum = (name) => workers.reduce((total, worker) => total + worker[name], 0);
    return {
      cpuMicros: cpu.user + cpu.system + sum('userMicros') + sum('systemMicros'),
      userMicros: cpu.user + sum('userMicros'),
      rssBytes: rssBytes + sum('rssBytes'),
      peakRssBytes: peakRssBytes + sum('rssBytes'),
    };
  }

  get pids() {
    return [this.child.pid];
  }

  get workerPids() {
    return childrenOf(this.child.pid);
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

/** Processes that are measured as one. */
export class ManagedGroup {
  constructor(members) {
    this.members = members;
  }

  async usage() {
    const all = await Promise.all(this.members.map((one) => one.usage()));
    return all.reduce((sum, one) =>
      Object.fromEntries(Object.entries(one).map(([name, value]) => [name, sum[name] + value])),
    );
  }

  get pids() {
    return this.members.flatMap(({ pids }) => pids);
  }

  async stop() {
    await Promise.all(this.members.map((one) => one.stop()));
  }
}

function fileOf(file) {
  return file.startsWith('/') ? file : fileURLToPath(new URL(file, import.meta.url));
}

const TICK_MICROS = 10_000;
const PAGE_BYTES = 4_096;

function childrenOf(pid) {
  const children = readOrNothing(`/proc/${pid}/task/${pid}/children`).trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

/** What the system says of the children of a process; nothing where there is no /proc. */
function workersOf(pid) {
  return childrenOf(pid).map((child) => {
    const fields = readOrNothing(`/proc/${child}/stat`).split(') ').at(-1).split(' ');
    return {
      userMicros: Number(fields[11]) * TICK_MICROS,
      systemMicros: Number(fields[12]) * TICK_MICROS,
      rssBytes: Number(fields[21]) * PAGE_BYTES,
    };
  });
}

function readOrNothing(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
