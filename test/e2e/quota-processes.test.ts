import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counterName } from '#quota';
import { openStore } from '#store';

const WORKER = fileURLToPath(new URL('quota-worker.mjs', import.meta.url));
const ONE = 1_000_000;
const WINDOW_START = 1_699_999_980_000;
const COUNTER = counterName(
  {
    rule: '',
    counter: 'rate',
    scope: 'grant',
    windowSeconds: 60,
    maxMicros: 0,
    amountMicros: 0,
    message: '',
    onUnavailable: 'deny',
  },
  { organisation: 'default', server: 'fluentcrm', grant: 'grant_1', session: undefined },
);

describe('processes that share a data folder', () => {
  let dataDir: string;
  let workers: ChildProcessWithoutNullStreams[];
  beforeEach(() => {
    // The folder is new: the workers also race to make the database and its schema.
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-processes-')), 'data');
    workers = [];
  });
  afterEach(() => {
    for (const worker of workers) worker.kill('SIGKILL');
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  function start(...words: string[]): {
    process: ChildProcessWithoutNullStreams;
    lines: AsyncIterator<string>;
  } {
    const child = spawn(process.execPath, [WORKER, dataDir, ...words]);
    child.stderr.pipe(process.stderr);
    workers.push(child);
    return { process: child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  }

  async function used(): Promise<number> {
    const store = openStore({ dataDir, access: 'existing' });
    const micros = await store.counters.used(COUNTER, WINDOW_START);
    await store.close();
    return micros / ONE;
  }

  it('let exactly 100 of 1000 calls through when four of them ask 250 times each, at the same time', async () => {
    const all = Array.from({ length: 4 }, () => start('burst', '250', '100'));
    for (const worker of all) expect((await worker.lines.next()).value).toBe('ready');
    for (const worker of all) worker.process.stdin.write('go\n');
    const granted = await Promise.all(all.map(async (worker) => Number((await worker.lines.next()).value)));
    expect(granted.reduce((sum, one) => sum + one, 0)).toBe(100);
    expect(await used()).toBe(100);
  });

  it('lose nothing that was confirmed when one is killed with SIGKILL, and go on from there', async () => {
    const { process: child, lines } = start('steady');
    let confirmed = 0;
    while (confirmed < 50) confirmed = Number((await lines.next()).value);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // What was written before the kill but not read yet counts as confirmed too.
    for (let line = await lines.next(); !line.done; line = await lines.next()) confirmed = Number(line.value);

    const taken = await used();
    expect(taken).toBeGreaterThanOrEqual(confirmed);
    expect(taken).toBeLessThanOrEqual(confirmed + 1); // the call that the kill interrupted
    const store = openStore({ dataDir, access: 'existing' });
    const records = await store.records.query({ limit: 1_000_000 });
    await store.close();
    expect(records.length).toBeGreaterThanOrEqual(confirmed);
    expect(records.length).toBeLessThanOrEqual(taken);

    const next = start('burst', '10', String(taken + 3));
    expect((await next.lines.next()).value).toBe('ready');
    next.process.stdin.write('go\n');
    expect((await next.lines.next()).value).toBe('3');
  });
});
