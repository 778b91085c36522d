const SENTINEL = /^=\?base64\?(.*)\?=$/s;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PLAIN = /^[\x20-\x7e\t]*$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A header value without the optional whitespace around it (RFC 9110, section 5.6.3). */
export function trimWhitespace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && (value[start] === ' ' || value[start] === '\t')) start++;
  while (end > start && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--;
  return value.slice(start, end);
}

/**
 * The text that an `Mcp-Name` or `Mcp-Param-*` header stands for: the trimmed value itself or, inside
 * `=?base64?…?=`, the UTF-8 text of its canonical padded base64. Undefined when it is not a legal value
 * (2026-07-28, transports, "Value Encoding").
 */
export function decodeHeaderValue(value: string): string | undefined {
  const trimmed = trimWhitespace(value);
  const payload = SENTINEL.exec(trimmed)?.[1];
  if (payload === undefined) return PLAIN.test(trimmed) ? trimmed : undefined;
  if (!BASE64.test(payload)) return undefined;
  const binary = atob(payload);
  if (btoa(binary) !== payload) return undefined; // unused bits that are not zero
  try {
    return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** The header value for a well-formed text: itself where that is unambiguous, else its base64 form. */
export function encodeHeaderValue(text: string): string {
  if (PLAIN.test(text) && trimWhitespace(text) === text && !SENTINEL.test(text)) return text;
  const binary = Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join('');
  return `=?base64?${btoa(binary)}?=`;
}
