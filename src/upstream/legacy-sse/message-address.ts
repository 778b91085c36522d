const MAX_LENGTH = 8_192;
/** A URL parser would drop or trim these, so that two readers could see two addresses. */
const NEVER_IN_AN_ADDRESS = /[\u0000-\u0020\u007f\\]/;

/**
 * The path, with query, that messages are posted to: what the `endpoint` event of a stream names, resolved against the
 * stream's own address (2024-11-05, "HTTP with SSE"). Undefined when it is no address or leads to another origin: the
 * credential would travel there.
 */
export function messagePathOf(named: string, streamUrl: URL): string | undefined {
  if (named === '' || named.length > MAX_LENGTH || NEVER_IN_AN_ADDRESS.test(named)) return undefined;
  if (!URL.canParse(named, streamUrl.href)) return undefined;
  const url = new URL(named, streamUrl);
  if (url.origin !== streamUrl.origin || url.username !== '' || url.password !== '') return undefined;
  return url.pathname + url.search;
}
