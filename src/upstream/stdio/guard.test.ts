import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { guardedLaunch } from './guard.ts';

function run(
  command: string,
  args: readonly string[],
): { status: number | null; signal: string | null; stdout: string } {
  const plan = guardedLaunch(command, args);
  const { status, signal, stdout } = spawnSync(plan.file, [...plan.args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
    encoding: 'utf8',
    input: 'hello',
  } as object) as { status: number | null; signal: string | null; stdout: string };
  return { status, signal, stdout };
}

describe.skipIf(process.platform === 'win32')('guardedLaunch', () => {
  it('hands every argument over as it is', () => {
    const args = ['a b', '', '$HOME', '"; rm -rf x', "it's", '`id`', '\\', 'ą\n🦆', '-n', '--'];
    const { stdout } = run(process.execPath, [
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
      ...args,
    ]);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  it('leaves the command its input and its way of ending', () => {
    expect(run('cat', []).stdout).toBe('hello');
    expect(run('sh', ['-c', 'exit 42']).status).toBe(42);
    expect(run('sh', ['-c', 'kill -KILL $$']).signal).toBe('SIGKILL');
  });

  it('does not show the command the pipe that guards it', () => {
    expect(run('sh', ['-c', 'if (: <&3) 2>/dev/null; then echo open; else echo closed; fi']).stdout).toBe(
      'closed\n',
    );
  });
});

it('starts the command itself on Windows', () => {
  expect(guardedLaunch('server.exe', ['a'], 'win32')).toEqual({
    file: 'server.exe',
    args: ['a'],
    isGuarded: false,
  });
});
