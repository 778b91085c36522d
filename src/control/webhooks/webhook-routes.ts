import * as z from 'zod';
import {
  deliveryOf,
  newWebhookSecret,
  openWebhook,
  sealWebhook,
  shownAddress,
  type WebhookSecrets,
} from '#notifications';
import { type KeyRing, newId } from '#platform';
import type { Webhook, WebhookStore } from '#store';
import { actorOf } from '../caller.ts';
import { PAGE_QUERY, pageOf, readCursor, writeCursor } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { type AuditDraft, route, type Route } from '../route.ts';
import {
  DELIVERY,
  DELIVERY_LIST,
  deliveryAnswer,
  FORMAT,
  SUBSCRIPTION,
  WEBHOOK,
  WEBHOOK_LIST,
  WEBHOOK_WITH_SECRET,
  webhookAnswer,
} from './webhook-answer.ts';

const TAG = 'Webhooks';
const MAX_WEBHOOKS = 20;
const MAX_OVERLAP_SECONDS = 7 * 86_400;
const USUAL_OVERLAP_SECONDS = 86_400;
const READ = { kind: 'member', role: 'admin', scope: 'webhooks:read' } as const;
const WRITE = { kind: 'member', role: 'admin', scope: 'webhooks:write' } as const;
const CURSOR = z.tuple([z.string()]);

const LABEL = z.string().trim().min(1).max(100).describe('Name of it, for people.');
const URL_TEXT = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .describe('Where to send, http or https. It is kept encrypted and not shown whole again.');
const EVENT_LIST = z.array(SUBSCRIPTION).min(1).max(20).describe('Names of events, or `*` for all.');
const IS_ACTIVE = z.boolean().describe('Whether anything is sent.');
const FORMAT_FIELD = FORMAT.describe('`toolgate`: signed JSON; `slack`: for an incoming webhook of a chat.');
const NEW_WEBHOOK = z.strictObject({
  label: LABEL,
  url: URL_TEXT,
  events: EVENT_LIST,
  format: FORMAT_FIELD.default('toolgate'),
  isActive: IS_ACTIVE.default(true),
});
const WEBHOOK_EDIT = z.strictObject({
  label: LABEL.optional(),
  url: URL_TEXT.optional(),
  events: EVENT_LIST.optional(),
  format: FORMAT_FIELD.optional(),
  isActive: IS_ACTIVE.optional(),
});
const ROTATION = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .default(USUAL_OVERLAP_SECONDS)
      .describe('How long is signed with the secret before, too; a day when it is left out.'),
  })
  .optional();

export interface WebhookRouteParts {
  readonly store: WebhookStore;
  readonly keys: KeyRing;
  /** Why nothing may be sent to an address; undefined when nothing is known against it. */
  readonly refusalOf: (url: URL) => string | undefined;
}

/** Webhooks of an organisation, what was sent to them, and their secrets, which are shown once. */
export function webhookRoutes(parts: WebhookRouteParts): readonly Route[] {
  return [
    ...readingRoutes(parts),
    createRoute(parts),
    changeRoute(parts),
    removeRoute(parts),
    rotateRoute(parts),
    testRoute(parts),
    redeliverRoute(parts),
  ];
}

function readingRoutes({ store }: WebhookRouteParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/webhooks',
      id: 'listWebhooks',
      tag: TAG,
      summary: 'The webhooks of the organisation, oldest first.',
      access: READ,
      query: z.strictObject(PAGE_QUERY),
      answer: WEBHOOK_LIST,
      refusals: [400],
      async run({ query, caller }) {
        const { items, next } = pageOf(await store.list(caller.organisation), query, ({ id }) => [id]);
        return { answer: { items: items.map(webhookAnswer), ...(next !== undefined && { next }) } };
      },
    }),
    route({
      method: 'GET',
      path: '/webhooks/{webhook}',
      id: 'getWebhook',
      tag: TAG,
      summary: 'One webhook.',
      access: READ,
      answer: WEBHOOK,
      refusals: [404],
      async run({ path, caller }) {
        const webhook = await store.find(caller.organisation, path['webhook'] ?? '');
        return webhook === undefined ? notFound('webhook') : { answer: webhookAnswer(webhook) };
      },
    }),
    route({
      method: 'GET',
      path: '/webhooks/{webhook}/deliveries',
      id: 'listWebhookDeliveries',
      tag: TAG,
      summary: 'What was or is to be sent to a webhook, newest first.',
      access: READ,
      query: z.strictObject(PAGE_QUERY),
      answer: DELIVERY_LIST,
      refusals: [400, 404],
      async run({ path, query: { limit, cursor }, caller: { organisation } }) {
        const webhook = await store.find(organisation, path['webhook'] ?? '');
        if (webhook === undefined) return notFound('webhook');
        const found = await store.deliveries(organisation, webhook.id, {
          ...(cursor !== undefined && { before: readCursor(cursor, CURSOR)[0] }),
          limit: limit + 1,
        });
        const items = found.slice(0, limit);
        const last = items.at(-1);
        return {
          answer: {
            items: items.map(deliveryAnswer),
            ...(found.length > limit && last !== undefined && { next: writeCursor([last.id]) }),
          },
        };
      },
    }),
  ];
}

function createRoute({ store, keys, refusalOf }: WebhookRouteParts): Route {
  return route({
    method: 'POST',
    path: '/webhooks',
    id: 'createWebhook',
    tag: TAG,
    summary: 'Makes a webhook; its secret is in this answer only.',
    access: WRITE,
    body: NEW_WEBHOOK,
    answer: WEBHOOK_WITH_SECRET,
    status: 201,
    refusals: [409],
    async run(ask) {
      const { body, caller, at } = ask;
      const refusal = refusalOf(new URL(body.url));
      if (refusal !== undefined) return { problem: badAddress(refusal) };
      const id = newId('hook', at);
      const secrets: WebhookSecrets = { url: body.url, secret: newWebhookSecret() };
      const webhook: Webhook = {
        id,
        label: body.label,
        url: shownAddress(body.url, body.format),
        secretSealed: sealWebhook(keys, id, secrets),
        events: body.events,
        format: body.format,
        isActive: body.isActive,
        createdAt: at,
        createdBy: actorOf(caller),
      };
      const isKept = await ask.change(
        (kept: boolean) => (kept ? lineOf('webhook.create', webhook) : undefined),
        async () => {
          if ((await store.list(caller.organisation)).length >= MAX_WEBHOOKS) return false;
          await store.insert(caller.organisation, webhook);
          return true;
        },
      );
      return isKept
        ? { answer: { ...webhookAnswer(webhook), secret: secrets.secret } }
        : { problem: TOO_MANY };
    },
  });
}

function changeRoute({ store, keys, refusalOf }: WebhookRouteParts): Route {
  return route({
    method: 'PATCH',
    path: '/webhooks/{webhook}',
    id: 'changeWebhook',
    tag: TAG,
    summary: 'Changes a webhook; what is left out stays.',
    access: WRITE,
    body: WEBHOOK_EDIT,
    answer: WEBHOOK,
    refusals: [404],
    async run(ask) {
      const { path, body, caller } = ask;
      const refusal = body.url === undefined ? undefined : refusalOf(new URL(body.url));
      if (refusal !== undefined) return { problem: badAddress(refusal) };
      const changed = await ask.change(changeLine, async () => {
        const webhook = await store.find(caller.organisation, path['webhook'] ?? '');
        if (webhook === undefined) return undefined;
        const secrets = openWebhook(keys, webhook.id, webhook.secretSealed);
        const { label, events, isActive, format = webhook.format, url = secrets.url } = body;
        return store.update(caller.organisation, webhook.id, {
          ...(label !== undefined && { label }),
          ...(events !== undefined && { events }),
          ...(isActive !== undefined && { isActive }),
          format,
          url: shownAddress(url, format),
          ...(url !== secrets.url && { secretSealed: sealWebhook(keys, webhook.id, { ...secrets, url }) }),
        });
      });
      return changed === undefined ? notFound('webhook') : { answer: webhookAnswer(changed) };
    },
  });
}

function removeRoute({ store }: WebhookRouteParts): Route {
  return route({
    method: 'DELETE',
    path: '/webhooks/{webhook}',
    id: 'removeWebhook',
    tag: TAG,
    summary: 'Removes a webhook and what was to be sent to it.',
    access: WRITE,
    status: 204,
    refusals: [404],
    async run(ask) {
      const id = ask.path['webhook'] ?? '';
      const isRemoved = await ask.change(
        (removed: boolean) => (removed ? { action: 'webhook.remove', target: `webhook:${id}` } : undefined),
        () => store.remove(ask.caller.organisation, id),
      );
      return isRemoved ? { answer: undefined } : notFound('webhook');
    },
  });
}

function rotateRoute({ store, keys }: WebhookRouteParts): Route {
  return route({
    method: 'POST',
    path: '/webhooks/{webhook}/rotate-secret',
    id: 'rotateWebhookSecret',
    tag: TAG,
    summary: 'Gives a webhook a new secret, which is in this answer only.',
    access: WRITE,
    body: ROTATION,
    answer: WEBHOOK_WITH_SECRET,
    refusals: [404],
    async run(ask) {
      const { path, body, caller, at } = ask;
      const overlapMs = (body?.overlapSeconds ?? USUAL_OVERLAP_SECONDS) * 1000;
      const secret = newWebhookSecret();
      const rotated = await ask.change(
        (webhook: Webhook | undefined) => webhook && lineOf('webhook.rotate_secret', webhook),
        async () => {
          const webhook = await store.find(caller.organisation, path['webhook'] ?? '');
          if (webhook === undefined) return undefined;
          const { url, secret: before } = openWebhook(keys, webhook.id, webhook.secretSealed);
          const secrets: WebhookSecrets = {
            url,
            secret,
            ...(overlapMs > 0 && { previous: { secret: before, until: at + overlapMs } }),
          };
          return store.update(caller.organisation, webhook.id, {
            secretSealed: sealWebhook(keys, webhook.id, secrets),
          });
        },
      );
      return rotated === undefined ? notFound('webhook') : { answer: { ...webhookAnswer(rotated), secret } };
    },
  });
}

function testRoute({ store }: WebhookRouteParts): Route {
  return route({
    method: 'POST',
    path: '/webhooks/{webhook}/test',
    id: 'testWebhook',
    tag: TAG,
    summary: 'Sends a test to a webhook; its list of deliveries shows what came of it.',
    access: WRITE,
    answer: DELIVERY,
    status: 202,
    refusals: [404, 409],
    async run(ask) {
      const { caller, at } = ask;
      const { organisation } = caller;
      const webhook = await store.find(organisation, ask.path['webhook'] ?? '');
      if (webhook === undefined) return notFound('webhook');
      if (!webhook.isActive) return { problem: INACTIVE };
      const text = `A test of the webhook "${webhook.label}".`;
      const event = { event: 'webhook.test', organisation, text, facts: { by: actorOf(caller) } } as const;
      const delivery = deliveryOf(webhook, event, at);
      await ask.change(lineOf('webhook.test', webhook), () => store.enqueue(organisation, [delivery]));
      return { answer: deliveryAnswer(delivery) };
    },
  });
}

function redeliverRoute({ store }: WebhookRouteParts): Route {
  return route({
    method: 'POST',
    path: '/webhook-deliveries/{delivery}/redeliver',
    id: 'redeliverWebhookDelivery',
    tag: TAG,
    summary:
      'Sends a delivery that failed, or waits for its next attempt, now; pauses and attempts begin anew.',
    access: WRITE,
    status: 204,
    refusals: [404],
    async run(ask) {
      const id = ask.path['delivery'] ?? '';
      const isOnItsWay = await ask.change(
        (found: boolean) => (found ? { action: 'webhook.redeliver', target: `delivery:${id}` } : undefined),
        () => store.redeliver(ask.caller.organisation, id, ask.at),
      );
      return isOnItsWay
        ? { answer: undefined }
        : notFound('delivery that failed or waits for its next attempt');
    },
  });
}

function changeLine(webhook: Webhook | undefined): AuditDraft | undefined {
  return webhook && lineOf('webhook.change', webhook);
}

function lineOf(action: string, { id, label, url, events, format, isActive }: Webhook): AuditDraft {
  return { action, target: `webhook:${id}`, detail: { label, address: url, events, format, isActive } };
}

function badAddress(refusal: string): Problem {
  return {
    status: 422,
    code: 'webhook.address',
    detail: `Nothing may be sent to this address: ${refusal}.`,
    hint: 'Give a public address, or ask the operator to allow this one.',
    errors: [{ pointer: '/url', message: refusal }],
  };
}

const TOO_MANY: Problem = {
  status: 409,
  code: 'webhook.too_many',
  detail: `An organisation has at most ${MAX_WEBHOOKS} webhooks.`,
  hint: 'Remove one that is not needed any more.',
};
const INACTIVE: Problem = {
  status: 409,
  code: 'webhook.inactive',
  detail: 'Nothing is sent to this webhook: it is switched off.',
  hint: 'Switch it on first.',
};
