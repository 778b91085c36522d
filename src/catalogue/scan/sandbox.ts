import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ToolgateError } from '#platform';

/** The home of a sandboxed program, as it sees it. Elsewhere in this room it stands for that home, wherever it really lies. */
export const SANDBOX_HOME = '/home/agent';

export type SandboxKind = 'bubblewrap' | 'unshare';

/** What a sandboxed program may use. */
export interface SandboxLimits {
  /** Old-space heap of Node.js, MiB. */
  readonly heapMiB: number;
  /** Files of the throw-away home and temporary folder, MiB each. */
  readonly filesMiB: number;
  /** Processor time of each process, seconds. */
  readonly cpuSeconds: number;
}

export const SANDBOX_LIMITS: SandboxLimits = { heapMiB: 768, filesMiB: 128, cpuSeconds: 60 };

export interface SandboxedProgram {
  /** Folder that holds the program; it is seen as it is, and cannot be written to. */
  readonly folder: string;
  /** Path of what runs it, mostly of Node.js. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the program, besides what the sandbox itself sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** A command line that runs a program in a sandbox. */
export interface SandboxedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The sandbox this system offers: bubblewrap, else a network namespace of its own. Throws `scan.no_sandbox` where there is
 * neither: a program nobody knows does not run without one.
 */
export function findSandbox(): SandboxKind {
  const tries: readonly (readonly [SandboxKind, string, readonly string[]])[] = [
    ['bubblewrap', 'bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']],
    ['unshare', 'unshare', ['--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child', 'true']],
  ];
  for (const [kind, command, args] of tries) {
    try {
      execFileSync(command, args, { stdio: 'ignore', timeout: 10_000 });
      return kind;
    } catch {
      // not there, or not allowed here
    }
  }
  throw new ToolgateError('scan.no_sandbox', 'This system has no sandbox for a program nobody knows.', {
    hint: 'Install bubblewrap, or scan the server with -- COMMAND if you trust it.',
  });
}

/**
 * The command line that runs a program without a network, with a home that is thrown away, and with limits. With
 * bubblewrap the program sees the system's programs and its own folder, and nothing else of the disk.
 */
export function sandboxed(
  program: SandboxedProgram,
  kind: SandboxKind,
  limits: SandboxLimits = SANDBOX_LIMITS,
): SandboxedCommand {
  const home = kind === 'bubblewrap' ? SANDBOX_HOME : join(program.folder, '.home');
  const atHome = (text: string): string => text.replaceAll(SANDBOX_HOME, home);
  const env = {
    PATH: [dirname(program.command), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    LANG: 'C.UTF-8',
    ...Object.fromEntries(Object.entries(program.env).map(([name, value]) => [name, atHome(value)])),
    HOME: home,
    TMPDIR: kind === 'bubblewrap' ? '/tmp' : home,
    NODE_OPTIONS: `--max-old-space-size=${limits.heapMiB}`,
    NO_UPDATE_NOTIFIER: '1',
    CI: '1',
  };
  // the shell sets limits that hold for every process below, then becomes the program
  const limited = ['sh', '-c', `${ulimits(limits)} && exec "$@"`, 'sh', program.command, ...program.args];
  return kind === 'bubblewrap'
    ? { command: 'bwrap', args: [...bubblewrapArgs(program, limits), ...limited], env }
    : {
        command: 'unshare',
        args: [
          '--user',
          '--map-root-user',
          '--net',
          '--pid',
          '--mount',
          '--fork',
          '--kill-child',
          'sh',
          '-c',
          unshareScript(program, home, limits),
          'sh',
          ...limited,
        ],
        env,
      };
}

/** Each by a call of its own: not every shell takes several at once. */
function ulimits({ cpuSeconds, filesMiB }: SandboxLimits): string {
  return `ulimit -t ${cpuSeconds} && ulimit -f ${filesMiB * 2_048} && ulimit -n 4096 && ulimit -c 0`;
}

/** Hides the user's home behind an empty one, where the program itself does not lie in it; a runtime that does is put back. */
function unshareScript(
  { folder, command }: SandboxedProgram,
  home: string,
  { filesMiB }: SandboxLimits,
): string {
  const empty = `mount -t tmpfs -o size=${filesMiB}m tmpfs`;
  const isInHome = (path: string): boolean => path.startsWith(`${homedir()}/`);
  const runtime = dirname(command);
  const aside = join(folder, '.runtime');
  const [keep, giveBack] = isInHome(command)
    ? [
        [`mkdir -p ${quoted(aside)}`, `mount --bind ${quoted(runtime)} ${quoted(aside)}`],
        [
          `mkdir -p ${quoted(runtime)}`,
          `mount --bind ${quoted(aside)} ${quoted(runtime)}`,
          `mount -o remount,bind,ro ${quoted(runtime)}`,
        ],
      ]
    : [[], []];
  const hidden = isInHome(folder) ? [] : [...keep, `${empty} ${quoted(homedir())}`, ...giveBack];
  return [
    ...hidden,
    `mkdir -p ${quoted(home)}`,
    `${empty} ${quoted(home)}`,
    `cd ${quoted(home)}`,
    'exec "$@"',
  ].join(' && ');
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function bubblewrapArgs({ folder, command }: SandboxedProgram, limits: SandboxLimits): readonly string[] {
  const size = String(limits.filesMiB * 1024 * 1024);
  const system = [
    '/usr',
    '/bin',
    '/sbin',
    '/lib',
    '/lib32',
    '/lib64',
    '/etc/ld.so.cache',
    '/etc/alternatives',
    '/etc/ssl',
  ];
  // a runtime that does not belong to the system
  const runtime = dirname(command);
  return [
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    ...system.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--size',
    size,
    '--tmpfs',
    '/tmp',
    '--size',
    size,
    '--tmpfs',
    SANDBOX_HOME,
    // after the empty folders, which would hide one that lies in them
    ...(runtime.startsWith('/usr/') ? [] : ['--ro-bind', runtime, runtime]),
    '--ro-bind',
    folder,
    folder,
    '--chdir',
    SANDBOX_HOME,
    '--',
  ];
}
