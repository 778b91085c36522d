import { messageOf, type Clock, type Log } from '#platform';
import { UpstreamUnavailable, type UpstreamFailure } from '../upstream.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import { ServerProcess, type ChildCommand, type ChildLimits } from './child-process.ts';
import { ChildSession, type ListKind } from './child-session.ts';
import { shakeHands, type ClientInfo, type ServerProfile } from './handshake.ts';
import { settlesWithin } from './settles-within.ts';

/** A caller waits for the next start when it is due this soon, and is refused at once when it is not. */
const WORTH_WAITING_MS = 1_000;

export interface KeeperOptions {
  readonly command: ChildCommand;
  readonly limits: ChildLimits & { readonly startMs: number };
  readonly backoff: BackoffLimits;
  readonly clientInfo: ClientInfo;
  readonly log: Log;
  readonly clock: Clock;
  /** The child said that one of its lists changed. */
  readonly onChange: (kind: ListKind) => void;
  /** A new child serves in the place of a dead one. */
  readonly onRestart: () => void;
}

/** A child that can be called. */
export interface OpenChild {
  readonly session: ChildSession;
  readonly profile: ServerProfile;
}

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'starting'; readonly child: Promise<OpenChild>; readonly process: ServerProcess }
  | { readonly is: 'up'; readonly child: OpenChild; readonly process: ServerProcess; readonly since: number }
  | {
      readonly is: 'resting';
      readonly dueAt: number;
      readonly over: Promise<void>;
      readonly failure: UpstreamFailure;
    }
  | { readonly is: 'closed' };

/**
 * Keeps one child: started when first asked for, started again after it died, with growing pauses.
 * INVARIANT: a process is started only when every process of the one before is gone.
 */
export class ChildKeeper {
  readonly #options: KeeperOptions;
  readonly #backoff: Backoff;
  #state: State = { is: 'idle' };
  #hasServed = false;
  #wake: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
  }

  /**
   * The running child; started if there is none, waited for while it starts. Throws `UpstreamUnavailable` when it
   * cannot be started or rests after a failure.
   */
  async open(): Promise<OpenChild> {
    if (this.#state.is === 'up' && this.#state.process.hasExited) await this.#state.process.gone;
    if (this.#state.is === 'resting' && this.#state.dueAt - this.#options.clock.now() <= WORTH_WAITING_MS) {
      await settlesWithin(this.#state.over, WORTH_WAITING_MS);
    }
    switch (this.#state.is) {
      case 'idle':
        return this.#start();
      case 'starting':
        return this.#state.child;
      case 'up':
        return this.#state.child;
      case 'resting':
        throw new UpstreamUnavailable(this.#state.failure);
      case 'closed':
        throw new UpstreamUnavailable(CLOSED);
    }
  }

  /** Ends the child and whatever it started; resolves when nothing of it is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const before = this.#state;
    this.#state = { is: 'closed' };
    this.#wake();
    if (before.is === 'up') before.child.session.fail({ ...CLOSED, kind: 'broken', reached: true });
    if (before.is === 'up' || before.is === 'starting') await before.process.stop();
    if (before.is === 'starting') await before.child.catch(() => {});
    if (before.is === 'resting') await before.over;
  }

  #start(): Promise<OpenChild> {
    const { command, limits, log, clock, onChange } = this.#options;
    let process: ServerProcess;
    const session = new ChildSession({ send: (line) => process.send(line) }, log, onChange);
    try {
      process = new ServerProcess(
        command,
        limits,
        {
          onLine: (line) => session.receive(line),
          onOversize: (line) => session.receiveOversize(line),
          onEnd: (reason) => this.#onEnd(process, session, reason),
        },
        log,
        clock,
      );
    } catch (error) {
      const failure = unreachable(`the command "${command.command}" cannot be started: ${messageOf(error)}`);
      this.#rest(failure, 0, Promise.resolve());
      return Promise.reject(new UpstreamUnavailable(failure));
    }
    const child = this.#openUp(process, session);
    child.catch(() => {});
    this.#state = { is: 'starting', child, process };
    return child;
  }

  async #openUp(process: ServerProcess, session: ChildSession): Promise<OpenChild> {
    const { limits, log, clock, clientInfo, onRestart } = this.#options;
    const tooLate = unreachable(`the server did not start within ${limits.startMs / 1000} s`);
    const deadline = setTimeout(() => session.fail(tooLate), limits.startMs);
    try {
      const profile = await shakeHands(session, clientInfo);
      if (this.#state.is === 'closed') throw new UpstreamUnavailable(CLOSED);
      const child = { session, profile };
      this.#state = { is: 'up', child, process, since: clock.now() };
      log.info({ pid: process.pid, era: profile.era }, 'server started');
      if (this.#hasServed) onRestart();
      this.#hasServed = true;
      return child;
    } catch (error) {
      const { failure } =
        error instanceof UpstreamUnavailable ? error : { failure: unreachable(messageOf(error)) };
      session.fail(failure);
      log.warn({ reason: failure.message }, 'server could not be started');
      this.#rest(failure, 0, process.stop());
      throw new UpstreamUnavailable(failure);
    } finally {
      clearTimeout(deadline);
    }
  }

  #onEnd(process: ServerProcess, session: ChildSession, reason: string): void {
    const state = this.#state;
    if (state.is !== 'up' || state.process !== process) {
      session.fail(unreachable(reason));
      return;
    }
    session.fail({ kind: 'broken', message: reason, reached: true });
    this.#options.log.warn({ reason }, 'server ended; it will be started again');
    this.#rest(unreachable(reason), this.#options.clock.now() - state.since, Promise.resolve());
  }

  /** Waits before the next start, and for the last process of the old child to go. */
  #rest(failure: UpstreamFailure, servedMs: number, gone: Promise<void>): void {
    if (this.#state.is === 'closed') return;
    const waitMs = this.#backoff.next(servedMs);
    const pause = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    const over = Promise.all([pause, gone]).then(() => this.#getUp());
    this.#state = { is: 'resting', dueAt: this.#options.clock.now() + waitMs, over, failure };
  }

  #getUp(): void {
    if (this.#state.is === 'closed') return;
    this.#state = { is: 'idle' };
    // A server that never worked is only tried again when somebody asks for it.
    if (this.#hasServed) this.#start().catch(() => {});
  }
}

const CLOSED: UpstreamFailure = {
  kind: 'unreachable',
  message: 'the gateway is stopping this server',
  reached: false,
};

function unreachable(message: string): UpstreamFailure {
  return { kind: 'unreachable', message, reached: false };
}
