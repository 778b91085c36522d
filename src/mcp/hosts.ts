/** The names under which this machine reaches itself; an entry without a port allows every port. */
export const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?$/;
const ORIGIN = /^(https?):\/\/([^/?#@\\\s]+)$/;

/** Whether a host name, without port, is one of this machine's own. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_HOSTS.has(hostname.toLowerCase());
}

/**
 * Whether a `Host` header is one of those allowed, in defence against DNS rebinding. Entries are lower case:
 * `example.com` allows every port, `example.com:8750` only that one. An absent or malformed header is refused.
 */
export function isAllowedHost(hostHeader: string | undefined, allowed: ReadonlySet<string>): boolean {
  const host = hostHeader?.toLowerCase() ?? '';
  const name = HOST.exec(host)?.[1];
  return name !== undefined && (allowed.has(name) || allowed.has(host));
}

/**
 * Whether a request may come from a page of this `Origin`. Absent means that no browser sent it: allowed. Entries are
 * lower case: `https://example.com` allows exactly that origin, `example.com` and `example.com:8750` allow that host
 * over http and https. `null` and anything malformed are refused.
 */
export function isAllowedOrigin(originHeader: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (originHeader === undefined) return true;
  const origin = originHeader.toLowerCase();
  const host = ORIGIN.exec(origin)?.[2];
  return host !== undefined && (allowed.has(origin) || isAllowedHost(host, allowed));
}
