import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { guardedLaunch } from './guard.ts';

interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

async function run(command: string, args: readonly string[]): Promise<Run> {
  const plan = guardedLaunch(command, args);
  const child = spawn(plan.file, [...plan.args], {
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    detached: true,
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  child.stdin?.on('error', () => {}).end('hello');
  const stdout = child.stdout === null ? '' : await text(child.stdout);
  const [status, signal] = await exited;
  child.stdio[3]?.destroy(); // ends the watcher
  return { status, signal, stdout };
}

describe.skipIf(process.platform === 'win32')('guardedLaunch', () => {
  it('hands every argument over as it is', async () => {
    const args = ['a b', '', '$HOME', '"; rm -rf x', "it's", '`id`', '\\', 'ą\n🦆', '-n', '--'];
    const { stdout } = await run(process.execPath, [
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
      ...args,
    ]);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  it('leaves the command its input and its way of ending', async () => {
    expect((await run('cat', [])).stdout).toBe('hello');
    expect((await run('sh', ['-c', 'exit 42'])).status).toBe(42);
    expect((await run('sh', ['-c', 'kill -KILL $$'])).signal).toBe('SIGKILL');
  });

  it('does not show the command the pipe that guards it', async () => {
    expect(
      (await run('sh', ['-c', 'if (: <&3) 2>/dev/null; then echo open; else echo closed; fi'])).stdout,
    ).toBe('closed\n');
  });
});

it('starts the command itself on Windows', () => {
  expect(guardedLaunch('server.exe', ['a'], 'win32')).toEqual({
    file: 'server.exe',
    args: ['a'],
    isGuarded: false,
  });
});
