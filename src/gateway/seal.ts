import { createHmac, timingSafeEqual } from 'node:crypto';

/** The longest text that is opened, so that nothing longer may be handed out. */
export const MAX_SEALED_LENGTH = 256 * 1024;
const SIGNATURE_CHARS = 32; // 192 bits of HMAC-SHA-256, in base64url

/**
 * Hands a value to an agent so that it comes back unchanged or not at all: `<prefix>.<base64url of JSON>.<signature>`. The
 * signature covers the prefix and the scope (grant, server, session …), so a value of one place is worth nothing in
 * another. Signed, not encrypted: the agent can read it.
 */
export function seal(prefix: string, value: unknown, scope: readonly string[], key: Uint8Array): string {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${prefix}.${payload}.${sign(prefix, payload, scope, key)}`;
}

/** The value behind a sealed text; undefined when it is forged, damaged or of another scope. */
export function unseal(prefix: string, text: string, scope: readonly string[], key: Uint8Array): unknown {
  if (text.length > MAX_SEALED_LENGTH) return undefined;
  const [given, payload, signature, ...rest] = text.split('.');
  if (given !== prefix || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const expected = Buffer.from(sign(prefix, payload, scope, key));
  const actual = Buffer.from(signature);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

function sign(prefix: string, payload: string, scope: readonly string[], key: Uint8Array): string {
  const text = JSON.stringify([prefix, payload, ...scope]);
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, SIGNATURE_CHARS);
}
