import { Server, type RequestListener, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { agentSocketOf } from './agent-socket.ts';
import { PlainConnection, type PlainConnectionDeps } from './plain-connection.ts';

const TICK_MS = 1_000;

/**
 * An HTTP server that has calls in plain form read and answered by connections of our own (`plain-connection.ts`), which costs a fraction,
 * and everything else by Node.
 */
export class AgentServer extends Server {
  readonly #plain = new Set<PlainConnection>();

  constructor(
    options: ServerOptions,
    parts: Pick<PlainConnectionDeps, 'door' | 'gateway' | 'log'>,
    onRequest: RequestListener,
  ) {
    super(options, onRequest);
    // what the HTTP server does with a connection is its first listener for them
    const takers = this.listeners('connection') as ((socket: Socket) => void)[];
    this.removeAllListeners('connection');
    const deps: PlainConnectionDeps = {
      ...parts,
      leave: (socket) => takers.forEach((take) => take.call(this, socket)),
      forget: (connection) => void this.#plain.delete(connection),
    };
    this.on('connection', (accepted: Socket) => {
      this.#plain.add(new PlainConnection(agentSocketOf(accepted, this), deps));
    });
    this.#keepTime();
  }

  override closeIdleConnections(): void {
    for (const connection of this.#plain) connection.closeIfIdle();
    super.closeIdleConnections();
  }

  override closeAllConnections(): void {
    for (const connection of this.#plain) connection.close();
    super.closeAllConnections();
  }

  #keepTime(): void {
    let timer: NodeJS.Timeout | undefined;
    const tick = (): void => this.#plain.forEach((connection) => connection.tick());
    // what has come is read first: after a halt a connection is not idle whose request waits in the system
    const tickSoon = (): void => void setImmediate(tick);
    this.on('listening', () => (timer = setInterval(tickSoon, TICK_MS).unref()));
    this.on('close', () => clearInterval(timer));
  }
}
