import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/**
 * Resolves after SIGTERM or SIGINT, when calls in flight have ended (at most ten seconds; a second signal does not
 * wait) and everything is closed.
 */
export async function untilStopped(server: Server, close: () => Promise<void>, log: Log): Promise<void> {
  const waitForSignal = (): Promise<void> =>
    new Promise((resolve) => {
      process.once('SIGTERM', () => resolve());
      process.once('SIGINT', () => resolve());
    });
  await waitForSignal();
  log.info('stopping: no new calls, waiting for those in flight');
  const drained = new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await Promise.race([drained, waitForSignal()]);
  clearTimeout(timer);
  server.closeAllConnections();
  await close();
}
