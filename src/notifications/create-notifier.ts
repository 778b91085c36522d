import type { Clock, Log, Mail, Mailer } from '#platform';
import type { WebhookStore } from '#store';
import { plainLine, unlinked } from './inert-text.ts';
import { createMailQueue } from './mail-queue.ts';
import type { EventName, NotifiedEvent, Notifier } from './notifier.ts';
import { deliveryOf } from './payload.ts';

/** Events that people get by e-mail too; the others are for programs. */
const MAILED: ReadonlySet<EventName> = new Set([
  'approval.requested',
  'approval.decided',
  'server.drift',
  'server.consent_needed',
]);
const MAX_SUBJECT_CHARS = 120;

export interface NotifierParts {
  readonly store: WebhookStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly mail?: Pick<Mailer, 'send'>;
  /** E-mail addresses of those whom an event concerns. */
  readonly recipients: (organisation: string, event: EventName) => Promise<readonly string[]>;
}

/**
 * Keeps deliveries for the webhooks of an organisation, in the transaction under way if there is one, and hands e-mails to a queue in
 * memory. `createDeliveries` sends what is kept. `stop` ends the queue of e-mails.
 */
export function createNotifier(parts: NotifierParts): Notifier & { stop(): Promise<void> } {
  const mails = parts.mail && createMailQueue(parts.mail, parts.log);

  async function keepDeliveries(event: NotifiedEvent): Promise<void> {
    const webhooks = (await parts.store.list(event.organisation)).filter(
      ({ isActive, events }) => isActive && (events.includes('*') || events.includes(event.event)),
    );
    if (webhooks.length === 0) return;
    const now = parts.clock.now();
    await parts.store.enqueue(
      event.organisation,
      webhooks.map((webhook) => deliveryOf(webhook, event, now)),
    );
  }

  async function queueMails(event: NotifiedEvent): Promise<void> {
    if (mails === undefined || !MAILED.has(event.event)) return;
    const recipients = await parts.recipients(event.organisation, event.event);
    mails.add([...new Set(recipients)].map((to) => mailOf(to, event)));
  }

  return {
    async notify(event) {
      for (const step of [keepDeliveries, queueMails]) {
        try {
          await step(event);
        } catch (error) {
          const { event: name, organisation } = event;
          parts.log.error({ err: error, event: name, organisation }, 'a notification was lost');
        }
      }
    },
    stop: async () => mails?.stop(),
  };
}

function mailOf(to: string, event: NotifiedEvent): Mail {
  const facts = Object.entries(event.facts).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [`${name}: ${unlinked(value)}`] : [],
  );
  const lines = [
    unlinked(event.text),
    ...(event.url === undefined ? [] : ['', event.url]),
    '',
    ...facts,
    '',
    'Names and reasons above are the words of agents, servers and policies.',
  ];
  return {
    to,
    subject: `[Toolgate] ${plainLine(event.text, MAX_SUBJECT_CHARS)}`,
    text: `${lines.join('\n')}\n`,
  };
}
