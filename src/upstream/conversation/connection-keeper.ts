import { messageOf, type Clock, type Log } from '#platform';
import { UpstreamUnavailable, type UpstreamFailure } from '../upstream.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import { Conversation, type ListKind, type Wire } from './conversation.ts';
import { shakeHands, type ClientInfo, type ServerProfile } from './handshake.ts';
import type { OversizeLine } from './server-message.ts';
import { settlesWithin } from './settles-within.ts';

/** A caller waits for the next start when it is due this soon, and is refused at once when it is not. */
const WORTH_WAITING_MS = 1_000;

/** The way to one server from its start to its end: the pipes of a child, or an event stream. */
export interface Link extends Wire {
  /** True once it can carry nothing more, though something of it may be left. */
  readonly hasEnded: boolean;
  /** Resolves, after `onEnd` was called, when nothing of it is left. */
  readonly gone: Promise<void>;
  /** For the log, e.g. the id of the process. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Ends it; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export interface LinkListener {
  onMessage(message: Uint8Array | string): void;
  onOversize(message: OversizeLine): void;
  /** Called once. `failure` says how it ended, as one who waits for its start must hear it. */
  onEnd(failure: UpstreamFailure): void;
}

export interface KeeperOptions {
  /** Starts a link; throws `UpstreamUnavailable` when there is nothing to start. */
  readonly start: (listener: LinkListener) => Link;
  /** Milliseconds from the start of a link to the end of the handshake. */
  readonly startMs: number;
  /**
   * After a request that had no answer the server is pinged, and the link ended when it does not answer that within so
   * many milliseconds: a stream can be dead without a sign. Undefined for a link that shows its end.
   */
  readonly pingMs: number | undefined;
  readonly backoff: BackoffLimits;
  readonly clientInfo: ClientInfo;
  readonly log: Log;
  readonly clock: Clock;
  /** The server said that one of its lists changed. */
  readonly onChange: (kind: ListKind) => void;
  /** A new connection serves in the place of a dead one. */
  readonly onRestart: () => void;
}

/** A connection that can be called. */
export interface OpenConnection {
  readonly conversation: Conversation;
  readonly profile: ServerProfile;
}

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'starting'; readonly connection: Promise<OpenConnection>; readonly link: Link }
  | { readonly is: 'up'; readonly connection: OpenConnection; readonly link: Link; readonly since: number }
  | {
      readonly is: 'resting';
      readonly dueAt: number;
      readonly over: Promise<void>;
      readonly failure: UpstreamFailure;
    }
  | { readonly is: 'closed' };

/**
 * Keeps one connection: started when first asked for, started again after it ended, with growing pauses.
 * INVARIANT: a link is started only when nothing of the one before is left.
 */
export class ConnectionKeeper {
  readonly #options: KeeperOptions;
  readonly #backoff: Backoff;
  #state: State = { is: 'idle' };
  #hasServed = false;
  #isPinging = false;
  #wake: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
  }

  /**
   * The open connection; started if there is none, waited for while it starts. Throws `UpstreamUnavailable` when it
   * cannot be started or rests after a failure.
   */
  async open(): Promise<OpenConnection> {
    if (this.#state.is === 'up' && this.#state.link.hasEnded) await this.#state.link.gone;
    if (this.#state.is === 'resting' && this.#state.dueAt - this.#options.clock.now() <= WORTH_WAITING_MS) {
      await settlesWithin(this.#state.over, WORTH_WAITING_MS);
    }
    switch (this.#state.is) {
      case 'idle':
        return this.#start();
      case 'starting':
        return this.#state.connection;
      case 'up':
        return this.#state.connection;
      case 'resting':
        throw new UpstreamUnavailable(this.#state.failure);
      case 'closed':
        throw new UpstreamUnavailable(CLOSED);
    }
  }

  /** Ends the connection and whatever it started; resolves when nothing of it is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const before = this.#state;
    this.#state = { is: 'closed' };
    this.#wake();
    if (before.is === 'up') before.connection.conversation.fail({ ...CLOSED, kind: 'broken', reached: true });
    if (before.is === 'up' || before.is === 'starting') await before.link.stop();
    if (before.is === 'starting') await before.connection.catch(() => {});
    if (before.is === 'resting') await before.over;
  }

  #start(): Promise<OpenConnection> {
    const { start, log, onChange } = this.#options;
    let link: Link;
    const conversation = new Conversation(
      { send: (message, onRefused) => link.send(message, onRefused) },
      log,
      onChange,
      () => this.#pingOrEnd(link, conversation),
    );
    try {
      link = start({
        onMessage: (message) => conversation.receive(message),
        onOversize: (message) => conversation.receiveOversize(message),
        onEnd: (failure) => this.#onEnd(link, conversation, failure),
      });
    } catch (error) {
      const failure = failureOf(error);
      this.#rest(failure, 0, Promise.resolve());
      return Promise.reject(new UpstreamUnavailable(failure));
    }
    const connection = this.#openUp(link, conversation);
    connection.catch(() => {});
    this.#state = { is: 'starting', connection, link };
    return connection;
  }

  async #openUp(link: Link, conversation: Conversation): Promise<OpenConnection> {
    const { startMs, log, clock, clientInfo, onRestart } = this.#options;
    const tooLate = unreachable(`the server did not start within ${startMs / 1000} s`);
    const deadline = setTimeout(() => conversation.fail(tooLate), startMs);
    try {
      const profile = await shakeHands(conversation, clientInfo);
      if (this.#state.is === 'closed') throw new UpstreamUnavailable(CLOSED);
      const connection = { conversation, profile };
      this.#state = { is: 'up', connection, link, since: clock.now() };
      log.info({ ...link.about, era: profile.era }, 'server started');
      if (this.#hasServed) onRestart();
      this.#hasServed = true;
      return connection;
    } catch (error) {
      const failure = failureOf(error);
      conversation.fail(failure);
      log.warn({ reason: failure.message }, 'server could not be started');
      this.#rest(failure, 0, link.stop());
      throw new UpstreamUnavailable(failure);
    } finally {
      clearTimeout(deadline);
    }
  }

  #pingOrEnd(link: Link, conversation: Conversation): void {
    const { pingMs, log } = this.#options;
    if (pingMs === undefined || this.#isPinging || link.hasEnded) return;
    this.#isPinging = true;
    conversation
      .ask('ping', {}, pingMs)
      .catch(() => {
        if (!link.hasEnded) log.warn('server does not answer a ping; the connection to it is given up');
        return link.stop();
      })
      .finally(() => {
        this.#isPinging = false;
      });
  }

  #onEnd(link: Link, conversation: Conversation, failure: UpstreamFailure): void {
    const state = this.#state;
    if (state.is !== 'up' || state.link !== link) {
      conversation.fail(failure);
      return;
    }
    const kind = failure.kind === 'unreachable' ? 'broken' : failure.kind;
    conversation.fail({ ...failure, kind, reached: true });
    this.#options.log.warn({ reason: failure.message }, 'server ended; it will be started again');
    this.#rest(failure, this.#options.clock.now() - state.since, Promise.resolve());
  }

  /** Waits before the next start, and for the last of the old connection to go. */
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

function failureOf(error: unknown): UpstreamFailure {
  return error instanceof UpstreamUnavailable ? error.failure : unreachable(messageOf(error));
}
