import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { messageOf, type Clock, type Log } from '#platform';
import { guardedLaunch } from './guard.ts';
import { LineReader, type LineListener } from './line-reader.ts';
import { groupGone, signalGroup } from './process-group.ts';
import { settlesWithin } from '../conversation/index.ts';
import { StderrLog } from './stderr-log.ts';

/** Between TERM and KILL for a child that did not end when its input did. */
const TERM_GRACE_MS = 2_000;
/** Between TERM and KILL for what a dead child left behind. */
const LEFTOVER_GRACE_MS = 100;
const GROUP_GONE_MS = 5_000;
const PIPES_CLOSE_MS = 500;
/** A child whose output ended is of no use: it may take this long to exit by itself. */
const EXIT_AFTER_OUTPUT_MS = 1_000;

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

export interface ChildLimits {
  /** Longest line taken from the child, and the most that may wait for a child that does not read, in bytes. */
  readonly lineBytes: number;
  /** How long the child may take to exit after its input ended. */
  readonly stopMs: number;
}

export interface ChildListener extends LineListener {
  /** Called once, when the child and everything it left behind are gone; says how it ended. */
  onEnd(reason: string): void;
}

/** One child with its process group, from its start to the end of its last process. */
export class ServerProcess {
  readonly about: { readonly pid: number | undefined };
  /** Undefined when the command could not be started. */
  readonly pid: number | undefined;
  /** Resolves, after `onEnd` was called, when nothing of the child is left. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #command: ChildCommand;
  readonly #limits: ChildLimits;
  readonly #log: Log;
  readonly #isGuarded: boolean;
  /** How the child itself ended, in words; processes that it left behind may still run. */
  readonly #exited: Promise<string>;
  #hasExited = false;
  #stopping: Promise<void> | undefined;

  /** Starts the child. A command that cannot be started is reported through `onEnd` like any other end. */
  constructor(command: ChildCommand, limits: ChildLimits, listener: ChildListener, log: Log, clock: Clock) {
    this.#command = command;
    this.#limits = limits;
    this.#log = log;
    const plan = guardedLaunch(command.command, command.args);
    this.#isGuarded = plan.isGuarded;
    this.#child = spawn(plan.file, [...plan.args], {
      cwd: command.cwd,
      env: command.env,
      stdio: plan.isGuarded ? ['pipe', 'pipe', 'pipe', 'pipe'] : ['pipe', 'pipe', 'pipe'],
      detached: plan.isGuarded,
      windowsHide: true,
    });
    this.pid = this.#child.pid;
    this.about = { pid: this.pid };
    const closed = once(this.#child, 'close').catch(() => {});
    this.#exited = this.#untilExit();
    this.#readOutput(listener, clock);
    this.gone = this.#exited.then(async (reason) => {
      await this.#sweep();
      await settlesWithin(closed, PIPES_CLOSE_MS);
      for (const stream of this.#child.stdio) stream?.destroy();
      listener.onEnd(reason);
    });
  }

  /** True once the child itself has ended, though what it left behind may still run. */
  get hasEnded(): boolean {
    return this.#hasExited;
  }

  /**
   * Writes one line. False when it was not taken: the child is going, or does not read what it was sent before.
   */
  send(line: string): boolean {
    const input = this.#child.stdin;
    if (!input?.writable || this.#hasExited || input.writableLength > this.#limits.lineBytes) return false;
    input.write(`${line}\n`);
    return true;
  }

  /** Ends the child: its input first, then TERM, then KILL to the whole group. Resolves when nothing of it is left. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#child.stdin?.end();
    if (await settlesWithin(this.#exited, this.#limits.stopMs)) return this.gone;
    this.#signal('SIGTERM');
    if (await settlesWithin(this.#exited, TERM_GRACE_MS)) return this.gone;
    this.#signal('SIGKILL');
    return this.gone;
  }

  #readOutput(listener: LineListener, clock: Clock): void {
    const { stdin, stdout, stderr } = this.#child;
    const lines = new LineReader(this.#limits.lineBytes, listener);
    const complaints = new StderrLog(this.#log, clock);
    stdout?.on('data', (chunk: Buffer) => lines.push(chunk));
    stdout?.on('end', () => {
      lines.end();
      void this.#stopIfMute();
    });
    stderr?.on('data', (chunk: Buffer) => complaints.push(chunk));
    stderr?.on('end', () => complaints.end());
    // Broken pipes are told by the exit that comes with them.
    for (const stream of [stdin, stdout, stderr, this.#child.stdio[3]]) stream?.on('error', () => {});
    stdin?.on('close', () => void this.#stopIfMute());
  }

  async #stopIfMute(): Promise<void> {
    if (this.#stopping !== undefined || (await settlesWithin(this.#exited, EXIT_AFTER_OUTPUT_MS))) return;
    this.#log.warn('server closed its standard input or output but still runs; it is being stopped');
    await this.stop();
  }

  async #untilExit(): Promise<string> {
    this.#child.on('error', () => {});
    try {
      const [code, signal] = (await once(this.#child, 'exit')) as [number | null, NodeJS.Signals | null];
      return this.#describeExit(code, signal);
    } catch (error) {
      return this.#describeError(error);
    } finally {
      this.#hasExited = true;
    }
  }

  /** Ends what the dead child left in its group, the watcher included. */
  async #sweep(): Promise<void> {
    this.#child.stdio[3]?.destroy();
    if (!this.#isGuarded || this.pid === undefined) return;
    signalGroup(this.pid, 'SIGTERM');
    if (await groupGone(this.pid, LEFTOVER_GRACE_MS)) return;
    signalGroup(this.pid, 'SIGKILL');
    if (await groupGone(this.pid, GROUP_GONE_MS)) return;
    this.#log.warn({ group: this.pid }, 'processes of the server could not be ended');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    if (this.#isGuarded) signalGroup(this.pid, signal);
    else
      spawn('taskkill', ['/pid', String(this.pid), '/t', '/f'], { windowsHide: true }).on('error', () => {});
  }

  #describeExit(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#isGuarded && code === 127) return `the command "${this.#command.command}" was not found`;
    if (this.#isGuarded && code === 126) return `the command "${this.#command.command}" cannot be run`;
    return signal === null ? `the server exited with code ${code}` : `the server was ended by ${signal}`;
  }

  #describeError(error: unknown): string {
    const { cwd, command } = this.#command;
    if (cwd !== undefined && !existsSync(cwd))
      return `the working folder of the command "${command}" does not exist`;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `the command "${command}" was not found`;
    return `the command "${command}" cannot be started: ${messageOf(error)}`;
  }
}
