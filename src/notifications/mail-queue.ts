import type { Log, Mail, Mailer } from '#platform';

const MAX_QUEUED = 1000;
const PAUSES_MS = [5_000, 30_000, 120_000];

/** E-mails on their way. They are in memory only: what must not be lost goes to a webhook. */
export interface MailQueue {
  /** Takes the mails and returns; those for which there is no room are dropped, which is logged. */
  add(mails: readonly Mail[]): void;
  /** Tries what waits once more, without pauses, and resolves when nothing is on its way. */
  stop(): Promise<void>;
}

/** Sends mails one at a time. One that fails is tried again after each of `pauses` (milliseconds), while others go on. */
export function createMailQueue(
  mailer: Pick<Mailer, 'send'>,
  log: Log,
  pauses: readonly number[] = PAUSES_MS,
): MailQueue {
  const queue: { readonly mail: Mail; readonly attempt: number }[] = [];
  const pausing = new Set<Promise<void>>();
  const ending = new AbortController();
  let sending: Promise<void> | undefined;

  function enqueue(mail: Mail, attempt: number): void {
    queue.push({ mail, attempt });
    sending ??= sendAll();
  }

  async function sendAll(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { mail, attempt } = next;
      try {
        await mailer.send(mail);
      } catch (error) {
        const pause = pauses[attempt];
        if (pause !== undefined && !ending.signal.aborted) tryLater(mail, attempt + 1, pause);
        else log.error({ err: error, subject: mail.subject }, 'an e-mail could not be sent');
      }
    }
    sending = undefined;
  }

  function tryLater(mail: Mail, attempt: number, pauseMs: number): void {
    const pause = sleep(pauseMs, ending.signal).then(() => {
      pausing.delete(pause);
      enqueue(mail, attempt);
    });
    pausing.add(pause);
  }

  return {
    add(mails) {
      const room = Math.max(0, MAX_QUEUED - queue.length - pausing.size);
      if (mails.length > room)
        log.error({ dropped: mails.length - room }, 'too many e-mails wait: some are not sent');
      for (const mail of mails.slice(0, room)) enqueue(mail, 0);
    },
    async stop() {
      ending.abort();
      await Promise.all(pausing);
      await sending;
    },
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
