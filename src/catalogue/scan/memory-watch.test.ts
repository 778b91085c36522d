import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { watchMemory } from './memory-watch.ts';

describe.runIf(process.platform === 'linux')('watchMemory', () => {
  const hold = (mebibytes: number, mark: string): ReturnType<typeof spawn> =>
    spawn(process.execPath, [
      '-e',
      `const held = Array.from({ length: ${mebibytes} }, () => Buffer.alloc(1 << 20, 1)); console.log('holds'); setTimeout(() => held, 60_000)`,
      mark,
    ]);

  it('ends what holds too much, and leaves alone what does not and what belongs to others', async () => {
    const greedyMark = `/scan/greedy-${process.pid}`;
    const modestMark = `/scan/modest-${process.pid}`;
    const modest = hold(1, modestMark);
    const other = hold(400, `/scan/other-${process.pid}`);
    await Promise.all([once(modest.stdout ?? modest, 'data'), once(other.stdout ?? other, 'data')]);
    const modestWatch = watchMemory(modestMark, 300 * 1024 * 1024);
    const greedyWatch = watchMemory(greedyMark, 100 * 1024 * 1024);
    const greedy = hold(200, greedyMark);
    const [, signal] = (await once(greedy, 'exit')) as [number | null, string | null];
    // the watch that ended the greedy one was started last: both have looked
    expect(signal).toBe('SIGKILL');
    expect(greedyWatch.exceeded()).toBe(true);
    expect(modestWatch.exceeded()).toBe(false);
    expect([modest.exitCode, other.exitCode]).toEqual([null, null]);
    for (const watch of [modestWatch, greedyWatch]) watch.stop();
    for (const child of [modest, other]) child.kill();
  });
});
