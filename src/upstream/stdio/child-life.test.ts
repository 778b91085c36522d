import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { UpstreamUnavailable } from '#upstream';
import type { Log } from '#platform';
import {
  call,
  fixture,
  fixtureUpstream,
  open,
  report,
  request,
  until,
} from '../../../test/fixtures/stdio/probe.ts';
import { guardedLaunch } from './guard.ts';

const folder = mkdtempSync(join(tmpdir(), 'stdio-upstream-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = (): string => join(folder, `file-${files++}`);

/** Whether a process runs: one that is dead but not collected yet does not. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

/** The running processes of a group. */
function membersOf(group: number): string[] {
  const lines = execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => new RegExp(`^\\s*${group}\\s+[^Z]`).test(line));
}

function recordingLog(): {
  log: Log;
  lines: { readonly level: string; readonly [field: string]: unknown }[];
} {
  const lines: { readonly level: string; readonly [field: string]: unknown }[] = [];
  const at =
    (level: string) =>
    (fields: object | string, message?: string): void => {
      lines.push(typeof fields === 'string' ? { level, message: fields } : { level, message, ...fields });
    };
  const log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  } as unknown as Log;
  return { log: Object.assign(log, { child: () => log }), lines };
}

describe('a child that dies', () => {
  it('fails the calls that it had, and serves again after a pause', async () => {
    const starts = newFile();
    const server = fixtureUpstream('server.mjs', ['--start-log', starts]);
    let changes = 0;
    server.onToolsChanged(() => changes++);
    const { pid } = await report(server);
    const get = open(server, 'GET', undefined);
    const waiting = request(server, 1, 'tools/call', { name: 'never' }, { grantId: 'other' });
    const streaming = request(server, 2, 'tools/call', { name: 'never', _meta: { progressToken: 1 } });
    await report(server);

    const crashed = await call(server, 'crash');
    const failure = { kind: 'broken', reached: true, message: 'the server exited with code 7' };
    expect(crashed.failure).toEqual(failure);
    expect((await waiting.done).failure).toEqual(failure);
    expect((await streaming.done).failure).toEqual(failure);
    expect(membersOf(pid)).toEqual([]);

    expect((await call(server, 'echo', { text: 'again' })).text).toBe('again');
    expect((await report(server)).pid).not.toBe(pid);
    expect(changes).toBe(1);
    expect(get.events).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
    await server.close();
  });

  it('is never one of two', async () => {
    const starts = newFile();
    const server = fixtureUpstream('server.mjs', ['--start-log', starts], {
      backoff: { firstMs: 1, maxMs: 1 },
    });
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 10 }, (_, i) => call(server, i === 5 ? 'crash' : 'echo_later', { text: 'x' })),
      );
    }
    await server.close();
    const log = readFileSync(starts, 'utf8');
    expect(log.match(/start/g)?.length).toBeGreaterThanOrEqual(4);
    expect(log).not.toContain('overlap');
  });

  it('is never one of two, even when it is given up while it starts', async () => {
    const starts = newFile();
    const server = fixtureUpstream(
      'server.mjs',
      ['--start-log', starts, '--slow', '60000', '--linger', '400'],
      {
        limits: { startMs: 250 },
        backoff: { firstMs: 1, maxMs: 1 },
      },
    );
    for (let round = 0; round < 3; round++) {
      expect((await call(server, 'echo')).failure?.kind).toBe('unreachable');
    }
    await server.close();
    const log = readFileSync(starts, 'utf8');
    expect(log.match(/start/g)?.length).toBeGreaterThanOrEqual(2);
    expect(log).not.toContain('overlap');
  });

  it('takes along what it left behind', async () => {
    const server = fixtureUpstream('server.mjs');
    const grandchild = Number((await call(server, 'leave_grandchild')).text);
    expect(isRunning(grandchild)).toBe(true);
    await call(server, 'crash');
    expect(isRunning(grandchild)).toBe(false);
    await server.close();
  });

  it('again and again is refused at once between its starts', async () => {
    const starts = newFile();
    const server = fixtureUpstream('server.mjs', ['--start-log', starts, '--crash-at-start'], {
      backoff: { firstMs: 60_000, maxMs: 60_000 },
    });
    const answers = await Promise.all([
      call(server, 'echo'),
      call(server, 'echo'),
      server.tools().catch((error: unknown) => error),
    ]);
    const failure = { kind: 'unreachable', reached: false, message: 'the server exited with code 3' };
    expect(answers[0].failure).toEqual(failure);
    expect(answers[1].failure).toEqual(failure);
    expect(answers[2]).toBeInstanceOf(UpstreamUnavailable);
    expect((await call(server, 'echo')).failure).toEqual(failure);
    expect(readFileSync(starts, 'utf8').match(/start/g)).toHaveLength(1);
    await server.close();
  });
});

describe('a command that cannot be used', () => {
  it.each([
    ['is not there', { command: 'no-such-command-here' }, 'the command "no-such-command-here" was not found'],
    [
      'is no program',
      { command: fixture('server.mjs') },
      `the command "${fixture('server.mjs')}" cannot be run`,
    ],
    [
      'has no working folder',
      { cwd: '/no/such/folder' },
      /^the working folder of the command .* does not exist$/,
    ],
    ['holds a NUL', { args: ['a\0b'] }, /^the command .* cannot be started: /],
  ])('because it %s is named', async (_, options, message) => {
    const server = fixtureUpstream('server.mjs', [], options);
    const answer = await call(server, 'echo');
    expect(answer.failure).toMatchObject({ kind: 'unreachable', reached: false });
    expect(answer.failure?.message).toMatch(message);
    await server.close();
  });

  it('is tried again when somebody asks', async () => {
    const starts = newFile();
    const server = fixtureUpstream('server.mjs', ['--start-log', starts, '--crash-at-start'], {
      backoff: { firstMs: 5, maxMs: 5 },
    });
    for (let i = 0; i < 3; i++) await call(server, 'echo');
    expect(readFileSync(starts, 'utf8').match(/start/g)).toHaveLength(3);
    await server.close();
  });
});

describe('time limits', () => {
  it('end a start that takes too long, the child included', async () => {
    const server = fixtureUpstream('mute.mjs', [], { limits: { startMs: 150 } });
    const answers = await Promise.all([call(server, 'echo'), call(server, 'echo', {}, { era: 'modern' })]);
    for (const { failure } of answers) {
      expect(failure).toEqual({
        kind: 'unreachable',
        reached: false,
        message: 'the server did not start within 0.15 s',
      });
    }
    await server.close();
  });

  it('let callers wait for a slow start', async () => {
    const server = fixtureUpstream('server.mjs', ['--slow', '300']);
    expect((await call(server, 'echo', { text: 'worth it' })).text).toBe('worth it');
    await server.close();
  });

  it('end a call that takes too long, tell the server, and harm no other', async () => {
    const server = fixtureUpstream('server.mjs', [], { limits: { callMs: 200 } });
    await report(server);
    const [silent, streaming, fine] = await Promise.all([
      call(server, 'never'),
      request(server, 'p', 'tools/call', { name: 'never', _meta: { progressToken: 'p' } }).done,
      call(server, 'echo', { text: 'fine' }),
    ]);
    expect(silent.failure).toEqual({
      kind: 'timeout',
      reached: true,
      message: 'the server did not answer within 0.2 s',
    });
    expect(streaming.failure?.kind).toBe('timeout');
    expect(fine.text).toBe('fine');
    expect((await report(server)).cancelled).toHaveLength(2);
    await server.close();
  });
});

describe('a noisy child', () => {
  it('has an endless line cut off: that call fails, others go on', async () => {
    const server = fixtureUpstream('server.mjs', [], { limits: { lineBytes: 50_000 } });
    const [huge, fine] = await Promise.all([
      call(server, 'huge', { bytes: 5_000_000 }),
      call(server, 'echo_later', { text: 'fine' }),
    ]);
    expect(huge.failure).toEqual({
      kind: 'too_large',
      reached: true,
      message: 'the answer of the server is too large',
    });
    expect(fine.text).toBe('fine');
    expect((await call(server, 'huge', { bytes: 40_000 })).text).toHaveLength(40_000);
    await server.close();
  });

  it('that reads nothing has only so much kept for it, and what it never got is said not to have reached it', async () => {
    const server = fixtureUpstream('server.mjs', [], {
      limits: { lineBytes: 100_000, callMs: 300, stopMs: 50 },
    });
    await call(server, 'stop_reading');
    const text = 'x'.repeat(50_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(server, 'echo', { text })));
    const kinds = answers.map(({ failure }) => `${failure?.kind} ${failure?.reached}`);
    expect(new Set(kinds)).toEqual(new Set(['timeout true', 'unreachable false']));
    await server.close();
  });

  it('fills neither the log nor the agent’s answers with its complaints', async () => {
    const { log, lines } = recordingLog();
    const server = fixtureUpstream('server.mjs', [], { log });
    const answer = await call(server, 'complain', { lines: 5_000 });
    expect(answer.text).toBe('complained');
    await server.close();
    const complaints = lines.filter((line) => 'stderr' in line);
    expect(complaints[0]?.['stderr']).toBe('complaint 0 \\u001b[31mred\\u001b[0m');
    expect(complaints.length).toBeGreaterThanOrEqual(200);
    expect(complaints.length).toBeLessThan(1_000);
    const dropped = lines.filter((line) => line.level === 'warn').map((line) => Number(line['lines'] ?? 0));
    expect(dropped.reduce((sum, count) => sum + count, 0) + complaints.length).toBe(5_000);
  });
});

describe('the child’s environment', () => {
  it('holds what was configured and nothing secret of ours', async () => {
    vi.stubEnv('TOOLGATE_KEY', 'a secret of the gateway');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another');
    const server = fixtureUpstream('server.mjs', [], { env: { API_TOKEN: 'its own', LANG: 'pl_PL.UTF-8' } });
    const environment = JSON.parse((await call(server, 'environment')).text) as Record<string, string>;
    vi.unstubAllEnvs();
    expect(environment).toMatchObject({
      API_TOKEN: 'its own',
      LANG: 'pl_PL.UTF-8',
      PATH: process.env['PATH'],
    });
    expect(JSON.stringify(environment)).not.toMatch(/secret|another/);
    await server.close();
  });
});

describe.skipIf(process.platform === 'win32')('no process is left', () => {
  it('after a stop, of a child that ends with its input', async () => {
    const server = fixtureUpstream('server.mjs');
    const { pid } = await report(server);
    await server.close();
    expect(membersOf(pid)).toEqual([]);
  });

  it('after a stop, of a child and a grandchild that ignore everything polite', async () => {
    const pids = newFile();
    const server = fixtureUpstream('stubborn.mjs', [pids], { limits: { stopMs: 100 } });
    expect((await call(server, 'anything')).text).toBe('still here');
    await until(() => existsSync(pids));
    const [child, grandchild] = JSON.parse(readFileSync(pids, 'utf8')) as [number, number];
    expect([isRunning(child), isRunning(grandchild)]).toEqual([true, true]);
    await server.close();
    expect([isRunning(child), isRunning(grandchild)]).toEqual([false, false]);
    expect(membersOf(child)).toEqual([]);
  });

  it('after a stop while it starts', async () => {
    const starts = newFile();
    const server = fixtureUpstream('server.mjs', ['--start-log', starts, '--slow', '60000']);
    const pending = call(server, 'echo');
    await until(() => existsSync(starts));
    await server.close();
    expect((await pending).failure).toMatchObject({ kind: 'unreachable', reached: false });
    const pid = Number(/start (\d+)/.exec(readFileSync(starts, 'utf8'))?.[1]);
    expect(membersOf(pid)).toEqual([]);
  });

  it('after a stop in the pause before a restart, and nothing starts any more', async () => {
    const starts = newFile();
    const server = fixtureUpstream('server.mjs', ['--start-log', starts], {
      backoff: { firstMs: 60_000, maxMs: 60_000 },
    });
    await report(server);
    await call(server, 'crash');
    await server.close();
    expect((await call(server, 'echo')).failure?.kind).toBe('unreachable');
    expect(readFileSync(starts, 'utf8').match(/start/g)).toHaveLength(1);
  });

  it.each([
    ['a child that ends with its input', ['server.mjs']],
    ['a child and a grandchild that ignore everything polite', ['stubborn.mjs', 'PIDS']],
  ])('after SIGKILL of the gateway, of %s', async (_, [script, ...args]) => {
    const pids = newFile();
    const plan = guardedLaunch(process.execPath, [
      fixture(script ?? ''),
      ...args.map((arg) => (arg === 'PIDS' ? pids : arg)),
    ]);
    const gateway = spawn(process.execPath, [fixture('parent.mjs'), JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const group = await new Promise<number>((resolve) =>
      gateway.stdout.once('data', (data: Buffer) => resolve(Number(data))),
    );
    try {
      if (args.length > 0) await until(() => existsSync(pids));
      else await until(() => membersOf(group).some((line) => line.includes('server.mjs')));
    } finally {
      gateway.kill('SIGKILL');
    }
    await until(() => membersOf(group).length === 0);
    if (args.length > 0) {
      const [child, grandchild] = JSON.parse(readFileSync(pids, 'utf8')) as [number, number];
      expect([isRunning(child), isRunning(grandchild)]).toEqual([false, false]);
    }
  });
});
