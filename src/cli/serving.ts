import cluster from 'node:cluster';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gateway } from '#gateway';
import { ToolgateError, type Log } from '#platform';

const DRAIN_MS = 10_000;

/** Opens the port; when it cannot be had, closes what is open already and throws `serve.cannot_listen`. */
export function listen(
  server: Server,
  port: number,
  host: string,
  close: () => Promise<void>,
): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      void close();
      const reason =
        error.code === 'EADDRINUSE' ? 'something else listens there' : (error.code ?? error.message);
      reject(
        new ToolgateError('serve.cannot_listen', `Cannot listen on ${host}:${port}: ${reason}.`, {
          hint: 'Choose another port with --port, or end the other program.',
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => resolve({ port: (server.address() as AddressInfo).port }));
  });
}

export interface Stoppable {
  readonly listener: Server;
  readonly gateway: Gateway;
  readonly log: Log;
  /** Ends what else would never end by itself. */
  endStreams?(): void;
  close(): Promise<void>;
}

/**
 * Resolves after SIGTERM or SIGINT, when open streams are ended, calls in flight have had their answers (for at most ten
 * seconds; a second signal does not wait) and everything is closed.
 */
export async function untilStopped(stoppable: Stoppable): Promise<void> {
  const { listener, gateway, log } = stoppable;
  await untilSignal();
  log.info('stopping: no new calls, waiting for those in flight');
  const drained = new Promise<void>((resolve) => {
    listener.close(() => resolve());
  });
  gateway.endStreams();
  stoppable.endStreams?.();
  // a connection that has had its last answer is idle, and would be kept alive
  const sweep = setInterval(() => listener.closeIdleConnections(), 50);
  const limit = setTimeout(() => listener.closeAllConnections(), DRAIN_MS);
  await Promise.race([drained, untilSignal()]);
  clearInterval(sweep);
  clearTimeout(limit);
  listener.closeAllConnections();
  await stoppable.close();
}

/** Resolves at SIGTERM or SIGINT. A worker heeds SIGTERM alone: Ctrl-C reaches it too, but the first process decides. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    if (cluster.isWorker) process.off('SIGINT', ignore).on('SIGINT', ignore);
    else process.once('SIGINT', () => resolve());
  });
}

function ignore(): void {}
