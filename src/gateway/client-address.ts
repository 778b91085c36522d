import { BlockList, isIP } from 'node:net';

/** Who opened a connection, and for whom it says it asks; an `IncomingMessage` is one. */
export interface Peer {
  readonly socket: { readonly remoteAddress?: string | undefined };
  /** Of `x-forwarded-for` all values that came, in their order: a list, or joined by commas. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Proxies before the gateway, whose word about the client's address is taken. */
export type TrustedProxies = BlockList;

/**
 * Ranges of addresses (`10.0.0.0/8`, `2001:db8::1`) ready to be asked. What is no range holds no address: a grant that is bound to
 * nonsense opens nothing.
 */
export function rangesOf(texts: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const text of texts) {
    const [address = '', prefix, ...rest] = text.trim().split('/');
    const family = familyOf(address);
    if (family === undefined || rest.length > 0) continue;
    if (prefix === undefined) ranges.addAddress(address, family);
    else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 'ipv4' ? 32 : 128))
      ranges.addSubnet(address, Number(prefix), family);
  }
  return ranges;
}

/**
 * The address of the client: that of the connection, or, when the connection comes from a trusted proxy, the last one in
 * `X-Forwarded-For` that is no trusted proxy itself: everything before it the client may have made up. Undefined when it cannot be told.
 */
export function clientAddress(
  { socket, headers }: Peer,
  proxies: TrustedProxies | undefined,
): string | undefined {
  const peer = plainAddress(socket.remoteAddress ?? '');
  if (peer === undefined || !proxies || !isWithin(peer, proxies)) return peer;
  const forwarded = headers['x-forwarded-for'];
  const hops = (typeof forwarded === 'string' ? forwarded : (forwarded ?? []).join(',')).split(',');
  if (hops.length === 1 && hops[0]?.trim() === '') return peer;
  let address: string | undefined = peer;
  for (const hop of hops.toReversed()) {
    address = plainAddress(hop);
    if (address === undefined || !isWithin(address, proxies)) return address;
  }
  return address;
}

/** Whether an address, as `clientAddress` gives it, lies in the ranges. */
export function isWithin(address: string, ranges: BlockList): boolean {
  const family = familyOf(address);
  return family !== undefined && ranges.check(address, family);
}

/** Without port, brackets and zone; IPv4 that came over an IPv6 socket as IPv4. */
function plainAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1];
  const withoutPort = bracketed ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed;
  const [address = ''] = withoutPort.split('%', 1);
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  return isIP(mapped) === 0 ? undefined : mapped;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const family = isIP(address);
  if (family === 0) return undefined;
  return family === 4 ? 'ipv4' : 'ipv6';
}
