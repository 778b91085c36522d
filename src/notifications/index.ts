/**
 * notifications/: tells people and their programs what happened: signed webhooks, Slack, e-mail.
 */
export { createDeliveries, type Deliveries, type DeliveryParts } from './create-deliveries.ts';
export { createNotifier, type NotifierParts } from './create-notifier.ts';
export { EVENTS, type EventName, type NotifiedEvent, type Notifier } from './notifier.ts';
export { deliveryOf } from './payload.ts';
export { createWebhookPost, type Posted, type PostGuard, type WebhookPost } from './webhook-post.ts';
export {
  newWebhookSecret,
  openWebhook,
  sealWebhook,
  shownAddress,
  type WebhookSecrets,
} from './webhook-secret.ts';
