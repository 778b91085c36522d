import type { Socket } from 'node:net';
import type { Log } from '#platform';
import type { AgentSocket } from './agent-socket.ts';
import type { Entrant, FrontDoor, TurnedAway } from './front-door.ts';
import type { Gateway } from './gateway.ts';
import { MAX_PLAIN_BYTES, PlainPostReader, type PlainHead } from './plain-post.ts';
import { KEEP_ALIVE_SECONDS, PlainReply } from './plain-reply.ts';

/** What a connection needs of the server that it belongs to. */
export interface PlainConnectionDeps {
  readonly door: FrontDoor;
  readonly gateway: Gateway;
  readonly log: Log;
  /** Gives the socket to the HTTP server, for good; what was read of it is read again. */
  readonly leave: (socket: Socket) => void;
  /** The connection is over, or is the HTTP server's now. */
  readonly forget: (connection: PlainConnection) => void;
}

/** More pieces than that one request is not put together of. */
const MAX_PIECES = 8;
/** So many ticks a client may take over a request before its time is the HTTP server's matter. */
const READING_TICKS = 2;
/** So many ticks a connection is kept between two requests: a second longer than `KEEP_ALIVE_SECONDS`, for what is on its way. */
const IDLE_TICKS = KEEP_ALIVE_SECONDS + 2;

/**
 * One agent's connection, as long as it carries nothing but calls in plain form, one at a time. With the first thing that is not plain, not
 * whole in time, or not let in by the front door, the socket goes to the HTTP server, which reads it from the beginning of that request and
 * keeps it. So there is one reader for everything odd, and nothing is refused here.
 */
export class PlainConnection {
  readonly #source: AgentSocket;
  readonly #socket: Socket;
  readonly #deps: PlainConnectionDeps;
  /** `new` before the first request, `free` between two. */
  #state: 'new' | 'free' | 'reading' | 'answering' = 'new';
  readonly #reader = new PlainPostReader();
  #head: PlainHead | undefined;
  /** Who came with that head. */
  #entrant: Entrant | undefined;
  #reply: PlainReply | undefined;
  /** What has come of the next request. */
  #rest: Buffer | undefined;
  #pieces = 0;
  #ticks = 0;

  constructor(source: AgentSocket, deps: PlainConnectionDeps) {
    const { socket } = source;
    this.#source = source;
    this.#socket = socket;
    this.#deps = deps;
    source.listen(this.#onData);
    socket.on('end', this.#onEnd).on('drain', this.#onDrain);
    socket.on('error', ignore).on('close', this.#onClose);
  }

  /** Called about once a second. */
  tick(): void {
    this.#ticks++;
    if (this.#state === 'free') {
      // a client that is slow to take its answer is not idle
      if (this.#ticks >= IDLE_TICKS && this.#socket.writableLength === 0) this.#socket.destroySoon();
    } else if (this.#state !== 'answering' && this.#ticks >= READING_TICKS) this.#leave();
  }

  /** The server is stopping: no further request is waited for. */
  closeIfIdle(): void {
    if (this.#state === 'new' || this.#state === 'free') this.#socket.destroySoon();
  }

  close(): void {
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    // answers go out in the order of the requests: the next one waits, and what follows it waits in the client
    if (this.#state === 'answering') this.#socket.pause();
    else this.#read(this.#rest);
  };

  #read(bytes: Buffer): void {
    try {
      this.#take(bytes);
    } catch (error) {
      this.#deps.log.error({ err: error }, 'a request failed in the listener');
      this.#socket.destroy();
    }
  }

  #take(bytes: Buffer): void {
    const post = this.#reader.read(bytes);
    if (post === 'incomplete' && ++this.#pieces < MAX_PIECES && bytes.length < MAX_PLAIN_BYTES) {
      if (this.#state !== 'reading') this.#ticks = 0;
      this.#state = 'reading';
      return;
    }
    // a request behind the request is not plain either
    if (typeof post === 'string' || bytes.length > post.end) return this.#leave();

    const arrivedAt = performance.now();
    const entrant = this.#check(post.head);
    if (!entrant) return this.#leave();
    const { door, gateway } = this.#deps;
    const request = door.enter(entrant, bytes.subarray(post.bodyStart), arrivedAt);
    this.#rest = undefined;
    this.#pieces = 0;
    this.#state = 'answering';
    this.#reply = new PlainReply(this.#socket, request.observation, this.#onAnswered);
    void gateway.handle(request, this.#reply);
  }

  #check(head: PlainHead): Entrant | undefined {
    const checked =
      this.#entrant && head === this.#head ? this.#deps.door.checkAgain(this.#entrant) : this.#checkNew(head);
    this.#head = head;
    this.#entrant = checked.ok ? checked : undefined;
    return this.#entrant;
  }

  #checkNew({ serverId, rawHeaders, forwardedFor }: PlainHead): Entrant | TurnedAway {
    const peer = { socket: this.#socket, headers: { 'x-forwarded-for': forwardedFor } };
    return this.#deps.door.check({ verb: 'POST', serverId, rawHeaders, peer });
  }

  readonly #onAnswered = (): void => {
    this.#reply = undefined;
    if (!this.#socket.writableNeedDrain) this.#next();
  };

  #next(): void {
    this.#state = 'free';
    this.#ticks = 0;
    if (this.#rest === undefined) return;
    this.#socket.resume();
    this.#read(this.#rest);
  }

  #leave(): void {
    const socket = this.#socket;
    const { forget, leave } = this.#deps;
    this.#source.release();
    socket.off('end', this.#onEnd).off('drain', this.#onDrain);
    socket.off('error', ignore).off('close', this.#onClose);
    if (this.#rest) socket.unshift(this.#rest);
    forget(this);
    leave(socket);
  }

  /** Whoever says no more waits for nothing either; so does the HTTP server see it. */
  readonly #onEnd = (): void => {
    this.#abandon();
    this.#socket.end();
  };

  readonly #onDrain = (): void => {
    if (this.#reply) this.#reply.onDrained();
    else if (this.#state === 'answering') this.#next();
  };

  readonly #onClose = (): void => {
    this.#deps.forget(this);
    this.#abandon();
  };

  #abandon(): void {
    const reply = this.#reply;
    this.#reply = undefined;
    reply?.onGone();
  }
}

/** What is wrong with a socket shows in its end. */
function ignore(): void {}
