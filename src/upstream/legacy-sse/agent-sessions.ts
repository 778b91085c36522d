import type { Clock, Log } from '#platform';
import type { AnswerSink, Exchange, UpstreamFailure, UpstreamRequest } from '../upstream.ts';
import { AgentSession } from './agent-session.ts';
import type { EventServer } from './event-connection.ts';

export interface AgentSessionsOptions {
  readonly server: EventServer;
  readonly limits: {
    readonly callMs: number;
    readonly pingMs: number;
    /** Most sessions at once; one grant may have a quarter of them. */
    readonly sessions: number;
    /** A session in which nothing was said for so long, and nobody listens, is closed. */
    readonly sessionIdleMs: number;
  };
  readonly log: Log;
  readonly clock: Clock;
  readonly onToolsChanged: () => void;
}

interface KeptSession {
  readonly session: AgentSession;
  usedAt: number;
}

const FULL: UpstreamFailure = {
  kind: 'unreachable',
  message: 'it is busy: the gateway holds as many sessions with it as it may',
  reached: false,
  isOwn: true,
};

/**
 * The sessions of agents with one server of 2024-11-05, each a connection of its own in this process. A session that is
 * not here (it ended, or lives in another process) is a 404, so that the agent initializes again.
 */
export class AgentSessions {
  readonly #options: AgentSessionsOptions;
  readonly #kept = new Map<string, KeptSession>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: AgentSessionsOptions) {
    this.#options = options;
    const everyMs = Math.min(30_000, options.limits.sessionIdleMs);
    this.#sweep = setInterval(() => this.#closeIdle(), everyMs).unref();
  }

  /** How many connections are open. */
  get size(): number {
    return this.#kept.size;
  }

  /** The handshake of an agent: opens a connection for it, whose session id goes back with the answer. */
  open(request: UpstreamRequest, sink: AnswerSink): Exchange {
    if (!this.#makeRoom(request.grantId)) return answerSoon(() => sink.onFailure(FULL));
    const { server, limits, log, clock, onToolsChanged } = this.#options;
    const session = new AgentSession(
      request.grantId,
      server,
      { callMs: limits.callMs, pingMs: limits.pingMs, log },
      { onToolsChanged, onEnd: () => this.#kept.delete(session.id) },
    );
    this.#kept.set(session.id, { session, usedAt: clock.now() });
    const close = (): void => void session.close();
    const exchange = session.post(request, closingUnlessOpened(sink, close));
    return {
      abort: () => {
        exchange.abort();
        close(); // nobody knows the id of this session
      },
      pause: () => exchange.pause(),
      resume: () => exchange.resume(),
    };
  }

  /** What an agent does in its session. */
  use(id: string, request: UpstreamRequest, sink: AnswerSink): Exchange {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.session.grantId !== request.grantId) return answerEmpty(sink, 404);
    kept.usedAt = this.#options.clock.now();
    if (request.verb === 'POST') return kept.session.post(request, sink);
    if (request.verb === 'GET') return kept.session.listen(sink);
    void kept.session.close();
    return answerEmpty(sink, 200);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#kept.values()].map(({ session }) => session.close()));
  }

  /** A grant that has its share loses the session that it used least recently, if nothing is under way in it. */
  #makeRoom(grantId: string): boolean {
    const { sessions } = this.#options.limits;
    const own = [...this.#kept.values()].filter(({ session }) => session.grantId === grantId);
    if (own.length < Math.ceil(sessions / 4)) return this.#kept.size < sessions;
    const [oldest] = own.filter(({ session }) => session.isIdle).sort((a, b) => a.usedAt - b.usedAt);
    if (oldest === undefined) return false;
    void oldest.session.close();
    return true;
  }

  #closeIdle(): void {
    const { clock, limits } = this.#options;
    for (const { session, usedAt } of this.#kept.values()) {
      if (session.isIdle && clock.now() - usedAt >= limits.sessionIdleMs) void session.close();
    }
  }
}

/** A handshake that fails or is refused leaves no connection behind. */
function closingUnlessOpened(sink: AnswerSink, close: () => void): AnswerSink {
  return {
    onAnswer: (head, body) => {
      if (!isOpening(body)) close();
      sink.onAnswer(head, body);
    },
    onStream: (head) => sink.onStream(head),
    onEvent: (event) => sink.onEvent(event),
    onEnd: () => sink.onEnd(),
    onFailure: (failure) => {
      close();
      sink.onFailure(failure);
    },
  };
}

function isOpening(body: Uint8Array): boolean {
  const answer = JSON.parse(Buffer.from(body).toString()) as { readonly result?: unknown };
  return answer.result !== undefined;
}

function answerEmpty(sink: AnswerSink, status: number): Exchange {
  return answerSoon(() => sink.onAnswer({ status }, new Uint8Array()));
}

/** The sink hears nothing before the caller holds the exchange, and nothing after an abort. */
function answerSoon(answer: () => void): Exchange {
  let isAborted = false;
  queueMicrotask(() => {
    if (!isAborted) answer();
  });
  return {
    abort: () => {
      isAborted = true;
    },
    pause: () => {},
    resume: () => {},
  };
}
