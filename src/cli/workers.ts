/**
 * `serve --workers N`: one port, N processes. The first process only starts the others, gives them the port's connections in
 * turn, and starts one again that ended. Workers share nothing but the data folder: whichever serves a request, sessions,
 * limits and records are the same.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Log } from '#platform';
import { untilSignal } from './serving.ts';
import { collectFor } from './worker-metrics.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** What a worker says when it can serve: the text that is then printed, once for all. */
interface ReadyMessage {
  readonly ready: string;
}

/** The first worker could not start, and has said why. */
export class WorkerFailed extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`a worker ended with exit code ${exitCode} before it could serve`);
    this.name = 'WorkerFailed';
    this.exitCode = exitCode;
  }
}

/** Says that this process can serve: to whoever looks at the terminal, or from a worker to the first process. */
export function announceReady(text: string): void {
  if (!cluster.isWorker) process.stdout.write(text);
  else process.send?.({ ready: text } satisfies ReadyMessage);
}

/**
 * Runs workers until a signal ends them. The first one starts alone, so that a faulty configuration is told once; when it
 * cannot start, the others are not tried and `WorkerFailed` is thrown.
 */
export async function superviseWorkers(count: number, log: Log): Promise<void> {
  const supervision = new Supervision(log);
  const first = await supervision.start();
  if (!('ready' in first)) throw new WorkerFailed(first.exitCode);
  process.stdout.write(first.ready);
  for (let i = 1; i < count; i++) void supervision.start();
  await untilSignal();
  log.info({ workers: count }, 'stopping all workers');
  await supervision.stop();
}

class Supervision {
  readonly #log: Log;
  readonly #workers = new Set<Worker>();
  #stops = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts one worker; resolves when it can serve, or to its exit code when it ended before. */
  start(): Promise<ReadyMessage | { readonly exitCode: number }> {
    const worker = cluster.fork();
    this.#workers.add(worker);
    collectFor(worker);
    return new Promise((resolve) => {
      let isReady = false;
      worker.on('message', (message: unknown) => {
        if (!isReadyMessage(message)) return;
        isReady = true;
        this.#pauseMs = FIRST_PAUSE_MS;
        resolve(message);
      });
      worker.once('exit', (code, signal) => {
        this.#workers.delete(worker);
        resolve({ exitCode: code ?? 70 });
        if (isReady || this.#workers.size > 0) this.#replace(worker, code, signal);
      });
    });
  }

  /** Passes the wish to stop on; a second signal passes it on again, and the workers then do not wait. */
  async stop(): Promise<void> {
    this.#stops = true;
    const ended = [...this.#workers].map((worker) => once(worker, 'exit'));
    this.#signal();
    void untilSignal().then(() => this.#signal());
    await Promise.all(ended);
  }

  #signal(): void {
    for (const worker of this.#workers) worker.process.kill('SIGTERM');
  }

  #replace(worker: Worker, code: number | null, signal: string | null): void {
    if (this.#stops) return;
    this.#log.error({ pid: worker.process.pid, code, signal }, 'a worker ended; another one is started');
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    setTimeout(() => {
      if (!this.#stops) void this.start();
    }, pauseMs);
  }
}

function isReadyMessage(message: unknown): message is ReadyMessage {
  return (
    typeof message === 'object' && message !== null && 'ready' in message && typeof message.ready === 'string'
  );
}
