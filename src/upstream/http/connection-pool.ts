import {
  Connection,
  type ConnectOptions,
  type Origin,
  type RawRequest,
  type RequestListener,
} from './connection.ts';

const SWEEP_MS = 5_000;

/**
 * The connections to one server. A request takes one that is free, the last used first, or makes a new one. Nothing is
 * repeated, followed or pipelined: each would let a call run twice or elsewhere.
 */
export class ConnectionPool {
  readonly #origin: Origin;
  readonly #options: ConnectOptions;
  readonly #all = new Set<Connection>();
  #free: Connection[] = [];
  readonly #sweep: NodeJS.Timeout;

  constructor(origin: Origin, options: ConnectOptions) {
    this.#origin = origin;
    this.#options = options;
    this.#sweep = setInterval(() => this.#dropStale(), SWEEP_MS).unref();
  }

  /** Sends a request; the connection is the listener's until the response is complete or failed. */
  send(request: RawRequest, listener: RequestListener): Connection {
    const connection = this.#take();
    connection.send(request, listener);
    return connection;
  }

  /** Breaks off everything. */
  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#all) connection.abort();
  }

  #take(): Connection {
    const now = performance.now();
    for (let connection = this.#free.pop(); connection !== undefined; connection = this.#free.pop()) {
      if (connection.isUsable(now)) return connection;
      connection.abort();
    }
    const made = new Connection(this.#origin, this.#options, this.#onFree, this.#onClosed);
    this.#all.add(made);
    return made;
  }

  readonly #onFree = (connection: Connection): void => void this.#free.push(connection);

  readonly #onClosed = (connection: Connection): void => void this.#all.delete(connection);

  #dropStale(): void {
    const now = performance.now();
    const stale = this.#free.filter((connection) => !connection.isUsable(now));
    this.#free = this.#free.filter((connection) => connection.isUsable(now));
    for (const connection of stale) connection.abort();
  }
}
