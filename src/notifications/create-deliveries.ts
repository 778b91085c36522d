/**
 * Sends what the notifier kept, from any number of processes over one store: a delivery is claimed for a time, sent, and settled. When a
 * process ends in between, another one claims it again, so that it may come twice, with the same `webhook-id`; it is never lost.
 */
import { type Clock, type KeyRing, type Log } from '#platform';
import type { Delivery, Webhook, WebhookStore } from '#store';
import { openWebhook, signedHeaders } from './webhook-secret.ts';
import type { Posted, WebhookPost } from './webhook-post.ts';

/** Pauses before another attempt; after the last one the delivery has failed. */
const PAUSES_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000];
/** Longer than one attempt can take. */
const LEASE_MS = 30_000;
const MAX_IN_FLIGHT = 50;
/** One that answers slowly must not take the places of all. */
const MAX_IN_FLIGHT_EACH = 5;
const CROWDED_PAUSE_MS = 2_000;
const PRUNE_EVERY_MS = 3_600_000;
const KEPT_MS = 30 * 86_400_000;
const GONE = 410;

export interface DeliveryParts {
  readonly store: WebhookStore;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly log: Log;
  readonly post: WebhookPost['post'];
}

export interface Deliveries {
  /**
   * Claims what is due and resolves when that was sent and settled; a call while another one is under way claims what there is room for.
   * Rejects when the store cannot be asked for what is due.
   */
  run(): Promise<void>;
  /** Ends attempts under way, which are made again later, and resolves when nothing is under way. */
  stop(): Promise<void>;
}

type Outcome = Parameters<WebhookStore['settle']>[1];
interface Claimed {
  readonly webhook: Webhook;
  readonly delivery: Delivery;
}

/** Attempts of deliveries that are due. */
export function createDeliveries(parts: DeliveryParts): Deliveries {
  const { store, clock, log } = parts;
  const ending = new AbortController();
  const inFlight = new Map<string, number>();
  const sending = new Set<Promise<void>>();
  let prunedAt = 0;

  async function handle(claimed: Claimed): Promise<void> {
    const { webhook, delivery } = claimed;
    const busy = inFlight.get(webhook.id) ?? 0;
    inFlight.set(webhook.id, busy + 1);
    try {
      const outcome =
        busy < MAX_IN_FLIGHT_EACH
          ? await attempt(claimed)
          : postponed(delivery, clock.now() + CROWDED_PAUSE_MS);
      await store.settle(delivery.id, outcome);
    } catch (error) {
      log.error(
        { err: error, delivery: delivery.id, webhook: webhook.id },
        'a delivery could not be settled',
      );
    } finally {
      const left = (inFlight.get(webhook.id) ?? 1) - 1;
      if (left === 0) inFlight.delete(webhook.id);
      else inFlight.set(webhook.id, left);
    }
  }

  async function attempt({ webhook, delivery }: Claimed): Promise<Outcome> {
    const now = clock.now();
    const secrets = openSecrets(webhook);
    if (secrets === undefined) return later(delivery, { error: 'its secret cannot be opened' }, now);
    const headers = signedHeaders(secrets, delivery.id, delivery.payload, now);
    const posted = await parts.post(secrets.url, headers, delivery.payload, ending.signal);
    const at = clock.now();
    if ('status' in posted && posted.status >= 200 && posted.status < 300) {
      return { ...outcomeOf(delivery, posted), status: 'delivered', nextAttemptAt: at, deliveredAt: at };
    }
    if (ending.signal.aborted) return postponed(delivery, at);
    log.warn({ delivery: delivery.id, webhook: webhook.id, ...posted }, 'a delivery was not taken');
    return later(delivery, posted, at);
  }

  function openSecrets(webhook: Webhook): ReturnType<typeof openWebhook> | undefined {
    try {
      return openWebhook(parts.keys, webhook.id, webhook.secretSealed);
    } catch (error) {
      log.error({ err: error, webhook: webhook.id }, 'the secret of a webhook cannot be opened');
      return undefined;
    }
  }

  async function prune(): Promise<void> {
    const now = clock.now();
    if (now - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = now;
    await store.prune(now - KEPT_MS);
  }

  return {
    async run() {
      const room = MAX_IN_FLIGHT - sending.size;
      if (ending.signal.aborted || room <= 0) return;
      await prune();
      const claimed = await store.claimDue(clock.now(), LEASE_MS, room);
      const mine = claimed.map((one) => {
        const sent = handle(one).finally(() => sending.delete(sent));
        sending.add(sent);
        return sent;
      });
      await Promise.all(mine);
    },
    async stop() {
      ending.abort();
      await Promise.all(sending);
    },
  };
}

function outcomeOf(
  delivery: Delivery,
  posted: Posted,
): Omit<Outcome, 'status' | 'nextAttemptAt' | 'deliveredAt'> {
  return {
    attempts: delivery.attempts + 1,
    lastStatus: 'status' in posted ? posted.status : undefined,
    lastError: 'error' in posted ? posted.error : errorOf(posted.status),
  };
}

function errorOf(status: number): string | undefined {
  if (status >= 300 && status < 400) return 'it answers with a redirect, which is not followed';
  return status >= 200 && status < 300 ? undefined : `it answers ${status}`;
}

/** Another attempt after a pause that grows; a receiver that says it is gone for good gets none. */
function later(delivery: Delivery, posted: Posted, now: number): Outcome {
  const pause = PAUSES_MS[delivery.attempts];
  if (pause === undefined || ('status' in posted && posted.status === GONE)) return failed(delivery, posted);
  return {
    ...outcomeOf(delivery, posted),
    status: 'pending',
    nextAttemptAt: now + pause,
    deliveredAt: undefined,
  };
}

function failed(delivery: Delivery, posted: Posted): Outcome {
  const { nextAttemptAt } = delivery;
  return { ...outcomeOf(delivery, posted), status: 'failed', nextAttemptAt, deliveredAt: undefined };
}

/** As it was, but for the time: no attempt was made. */
function postponed(delivery: Delivery, until: number): Outcome {
  const { attempts, lastStatus, lastError } = delivery;
  return { status: 'pending', attempts, nextAttemptAt: until, lastStatus, lastError, deliveredAt: undefined };
}
