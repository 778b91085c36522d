import { createHmac, randomBytes } from 'node:crypto';
import type { KeyRing } from '#platform';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** What is secret of a webhook. Addresses are, too: those of chats hold a key in their path. */
export interface WebhookSecrets {
  readonly url: string;
  /** `whsec_` and 32 bytes in base64. */
  readonly secret: string;
  /** After a rotation: the secret before, with which is signed too until then (milliseconds since the epoch). */
  readonly previous?: { readonly secret: string; readonly until: number };
}

/** A new signing secret: 256 random bits, in the form of the Standard Webhooks specification. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The text for `Webhook.secretSealed`. */
export function sealWebhook(keys: KeyRing, id: string, secrets: WebhookSecrets): string {
  return keys.seal(JSON.stringify(secrets), purposeOf(id));
}

/** What `sealWebhook` sealed. Throws `key.unknown` and `key.refused`. */
export function openWebhook(keys: KeyRing, id: string, sealed: string): WebhookSecrets {
  return JSON.parse(keys.open(sealed, purposeOf(id))) as WebhookSecrets;
}

/** The address of a webhook as people may see it: of the path what does not look like a key, and no query. */
export function shownAddress(url: string, format: 'toolgate' | 'slack'): string {
  const { origin, pathname, search } = new URL(url);
  if (format === 'slack' && pathname !== '/') return `${origin}/…`;
  const path = pathname.replaceAll(/[^/]{20,}/g, '…');
  return `${origin}${path}${search === '' ? '' : '?…'}`;
}

/** The headers of the Standard Webhooks specification for one attempt; `now` in milliseconds. */
export function signedHeaders(
  secrets: WebhookSecrets,
  id: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const { secret, previous } = secrets;
  const current = previous !== undefined && previous.until > now ? [secret, previous.secret] : [secret];
  const signatures = current.map((key) => `v1,${signatureOf(key, `${id}.${timestamp}.${body}`)}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

function signatureOf(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}

function purposeOf(id: string): string {
  return `webhook:${id}`;
}
