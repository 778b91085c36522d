import * as z from 'zod';
import { EVENTS } from '#notifications';
import type { Delivery, Webhook } from '#store';
import { pageSchema } from '../paging.ts';

export const FORMAT = z.enum(['toolgate', 'slack']);
/** What a webhook may be told of; a test is sent on demand only. */
export const SUBSCRIPTION = z.enum(['*', ...EVENTS.filter((event) => event !== 'webhook.test')]);

const time = (what: string): z.ZodISODateTime => z.iso.datetime().describe(what);

const WEBHOOK_FIELDS = {
  id: z.string(),
  label: z.string(),
  address: z.string().describe('Where it goes, without the parts that could hold a key.'),
  events: z.array(z.string()).describe('Names of events, or `*` for all.'),
  format: FORMAT.describe('`toolgate`: signed JSON; `slack`: for an incoming webhook of a chat.'),
  isActive: z.boolean(),
  createdAt: time('When it was made.'),
  createdBy: z.string().describe('`user:…` or `key:…`.'),
};

export const WEBHOOK = z.object(WEBHOOK_FIELDS).meta({ id: 'Webhook' });
export const WEBHOOK_LIST = pageSchema(WEBHOOK, 'WebhookList');
export const WEBHOOK_WITH_SECRET = z
  .object({
    ...WEBHOOK_FIELDS,
    secret: z
      .string()
      .describe('Signs what is sent (Standard Webhooks); this answer alone shows it: keep it now.'),
  })
  .meta({ id: 'WebhookWithSecret' });

export const DELIVERY = z
  .object({
    id: z.string().describe('Sent as `webhook-id`.'),
    event: z.string(),
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    nextAttemptAt: time('When it is tried again.').optional(),
    lastStatus: z.int().optional().describe('Status that the receiver answered the last attempt with.'),
    lastError: z.string().optional(),
    createdAt: time('When it happened.'),
    deliveredAt: time('When the receiver took it.').optional(),
    payload: z.string().describe('The body as it is sent.'),
  })
  .meta({ id: 'WebhookDelivery' });
export const DELIVERY_LIST = pageSchema(DELIVERY, 'WebhookDeliveryList');

/** A webhook as the API gives it: neither its secret nor its whole address. */
export function webhookAnswer(webhook: Webhook): z.input<typeof WEBHOOK> {
  const { id, label, url, events, format, isActive, createdAt, createdBy } = webhook;
  return {
    id,
    label,
    address: url,
    events: [...events],
    format,
    isActive,
    createdAt: isoOf(createdAt),
    createdBy,
  };
}

export function deliveryAnswer(delivery: Delivery): z.input<typeof DELIVERY> {
  const { id, event, status, attempts, lastStatus, lastError, createdAt, deliveredAt, payload } = delivery;
  return {
    id,
    event,
    status,
    attempts,
    ...(status === 'pending' && { nextAttemptAt: isoOf(delivery.nextAttemptAt) }),
    ...(lastStatus !== undefined && { lastStatus }),
    ...(lastError !== undefined && { lastError }),
    createdAt: isoOf(createdAt),
    ...(deliveredAt !== undefined && { deliveredAt: isoOf(deliveredAt) }),
    payload,
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
