import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const TOOLGATE = join(ROOT, 'bin/toolgate');
export const FLUENTCRM = join(ROOT, 'bin/fluentcrm-mcp');

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A built command that runs until it is stopped. */
export class Command {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;

  constructor(command: string, args: readonly string[], options: RunOptions = {}) {
    this.child = spawn(process.execPath, [command, ...args], {
      cwd: options.cwd ?? ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((done) => this.child.once('exit', (code) => done(code)));
  }

  /** Resolves with the match once the output shows the pattern; rejects when the command ends before. */
  async shows(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(`${this.stdout}\n${this.stderr}`);
      if (match) return match;
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(
          `no ${pattern} in the output (exit ${this.child.exitCode})\n${this.stdout}\n${this.stderr}`,
        );
      }
      await new Promise((next) => setTimeout(next, 20));
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = new Command(command, args, options);
  const code = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

const folders: string[] = [];
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A port that nothing listens on, for a server that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder that is removed at the end of the test run. */
export function throwAwayFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'toolgate-e2e-'));
  folders.push(folder);
  return folder;
}

export interface Served {
  readonly command: Command;
  readonly base: string;
  /** Tokens by the label of their grant, as printed. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** `toolgate serve` on a free port, ready. */
export async function serve(
  dataDir: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Served> {
  const command = new Command(TOOLGATE, ['serve', '--port', '0', '--data', dataDir, ...args], options);
  const [, base = ''] = await command.shows(/ready on (http:\S+)\n[^]*logs --follow/);
  const tokens = new Map(
    [...command.stdout.matchAll(/grant (\S+): (tg_\w+)/g)].map(([, label = '', token = '']) => [
      label,
      token,
    ]),
  );
  return { command, base, tokens };
}

/** `toolgate proxy` without a credential on a free port, ready. */
export async function proxy(
  policy: string,
  dataDir: string,
  target: readonly string[],
  options: RunOptions = {},
): Promise<{ command: Command; url: string }> {
  const args = ['proxy', '--policy', policy, '--port', '0', '--grant', 'none', '--data', dataDir, ...target];
  const command = new Command(TOOLGATE, args, options);
  const [, url = ''] = await command.shows(/ready on (http:\S+)/);
  return { command, url };
}

/** The paths of all files in a folder, those of folders inside it too. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
