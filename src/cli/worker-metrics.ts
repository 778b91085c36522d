/**
 * Metrics of several workers as one page: whichever worker is asked for it asks the first process, which collects the numbers
 * of all and adds them up.
 */
import cluster, { type Worker } from 'node:cluster';
import { mergeMetrics, type MetricsPage } from '#platform';

/** A worker that says nothing by then is left out. */
const COLLECT_MS = 2_000;

type Message =
  | { readonly metricsWanted: number }
  | { readonly metricsText: number; readonly text: string }
  | { readonly metricsAsked: number }
  | { readonly metricsGiven: number; readonly json: unknown };

function isMessage<K extends string>(message: unknown, key: K): message is Message & Record<K, number> {
  return typeof message === 'object' && message !== null && key in message;
}

let lastId = 0;

/** In a worker: the page of all workers. In a process of its own: its own page. */
export function pageOfAll(own: MetricsPage): MetricsPage {
  if (!cluster.isWorker) return own;
  const waiting = new Map<number, (text: string) => void>();
  process.on('message', (message: unknown) => {
    if (isMessage(message, 'metricsAsked')) {
      const id = message.metricsAsked;
      own
        .json()
        .then((json) => send({ metricsGiven: id, json }))
        .catch(() => {});
    } else if (isMessage(message, 'metricsText') && 'text' in message) {
      waiting.get(message.metricsText)?.(message.text);
      waiting.delete(message.metricsText);
    }
  });
  return {
    ...own,
    read: () =>
      new Promise((resolve) => {
        const id = ++lastId;
        waiting.set(id, resolve);
        send({ metricsWanted: id });
      }),
  };
}

function send(message: Message): void {
  process.send?.(message);
}

/** In the first process: answers what a worker wants to know of all. */
export function collectFor(asker: Worker): void {
  asker.on('message', (message: unknown) => {
    if (!isMessage(message, 'metricsWanted')) return;
    const id = message.metricsWanted;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    Promise.all(workers.map(numbersOf))
      .then((all) => mergeMetrics(all.filter((json) => json !== undefined)))
      .then((text) => asker.send({ metricsText: id, text }))
      .catch(() => {}); // the page says 503 then
  });
}

/** The numbers of one worker; undefined when it does not answer. */
function numbersOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => {
    const id = ++lastId;
    const finish = (json: unknown): void => {
      clearTimeout(timer);
      worker.off('message', take);
      resolve(json);
    };
    const take = (message: unknown): void => {
      if (isMessage(message, 'metricsGiven') && message.metricsGiven === id && 'json' in message)
        finish(message.json);
    };
    const timer = setTimeout(() => finish(undefined), COLLECT_MS);
    worker.on('message', take);
    worker.send({ metricsAsked: id });
  });
}
