import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counterName, windowStart } from '#quota';
import { openStore } from '#store';

const WORKER = fileURLToPath(new URL('retention-worker.mjs', import.meta.url));
const NOW = 1_700_000_000_000;
const YEAR_SECONDS = 366 * 86_400;
const BUDGET = counterName(
  {
    rule: '',
    counter: 'budget',
    scope: 'grant',
    windowSeconds: YEAR_SECONDS,
    maxMicros: 0,
    amountMicros: 0,
    message: '',
    onUnavailable: 'deny',
  },
  { organisation: 'default', server: 'fluentcrm', grant: 'grant_1', session: undefined },
);

interface Worker {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: AsyncIterator<string>;
}

describe('processes that forget old decisions while others decide', () => {
  let dataDir: string;
  let workers: Worker[];
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-retention-')), 'data');
    workers = [];
  });
  afterEach(() => {
    for (const worker of workers) worker.process.kill('SIGKILL');
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  async function start(...words: string[]): Promise<Worker> {
    const child = spawn(process.execPath, [WORKER, dataDir, ...words]);
    child.stderr.pipe(process.stderr);
    const worker = { process: child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
    workers.push(worker);
    expect((await worker.lines.next()).value).toBe('ready');
    return worker;
  }
  const go = ({ process: child }: Worker): boolean => child.stdin.write('go\n');
  const answerOf = async <T>({ lines }: Worker): Promise<T> =>
    JSON.parse(String((await lines.next()).value)) as T;

  async function left(): Promise<{ used: number; today: number; old: number }> {
    const clock = { now: () => NOW };
    const store = openStore({ dataDir, access: 'existing', clock });
    const used = await store.counters.used(BUDGET, windowStart(NOW, YEAR_SECONDS));
    const records = await store.records.query({ limit: 1_000_000 });
    await store.close();
    const today = records.filter(({ at }) => at === NOW).length;
    return { used: used / 1_000_000, today, old: records.length - today };
  }

  it('lets exactly 2000 of 2401 calls through, and keeps every decision of today', async () => {
    const first = await start('write', '1', '2000');
    go(first);
    expect(await answerOf(first)).toMatchObject({ granted: 1, today: 0 });
    const forgetting = [await start('forget'), await start('forget')];
    const writing = await Promise.all(Array.from({ length: 3 }, () => start('write', '800', '2000')));
    for (const worker of forgetting) go(worker);
    while ((await left()).old > 0); // they are at it
    for (const worker of writing) go(worker);
    const written = await Promise.all(
      writing.map((worker) => answerOf<{ granted: number; today: number }>(worker)),
    );
    for (const worker of forgetting) go(worker);
    const removed = await Promise.all(forgetting.map((worker) => answerOf<{ removed: number }>(worker)));

    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
    expect(sum(written.map(({ granted }) => granted))).toBe(1999);
    expect(await left()).toMatchObject({ used: 2000, today: sum(written.map(({ today }) => today)) });
    expect(sum(removed.map((one) => one.removed))).toBeGreaterThan(0);
  });

  it('stays whole when who decides and who forgets are killed with SIGKILL', async () => {
    for (let round = 0; round < 3; round++) {
      const [forgetting, writing] = [await start('forget'), await start('write', '100000', '1000000')];
      go(forgetting);
      go(writing);
      const before = (await left()).used;
      for (let now = await left(); now.used <= before + 100 || now.old >= now.used;) now = await left();
      forgetting.process.kill('SIGKILL');
      writing.process.kill('SIGKILL');
    }
    const { used, old } = await left();
    expect(used).toBeGreaterThan(300);
    expect(old).toBeLessThan(used); // some of them were forgotten, and still count
    const last = await start('write', '10', String(used + 4));
    go(last);
    expect(await answerOf<{ granted: number }>(last)).toMatchObject({ granted: 4 });
  });
});
